"""The demo data itself: the courses, cohorts and customers that the Academy was described with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """A course, and in how many days its open cohort starts."""

    title: str
    description: str
    price_b2c: int
    price_b2b: int
    impact_level: str
    capability_level: str
    starts_in_days: int

    def fields(self) -> dict[str, Any]:
        """The body that makes it."""
        return {
            "title": self.title,
            "description": self.description,
            "session_type": "cohort",
            "price_b2c": self.price_b2c,
            "price_b2b": self.price_b2b,
            "currency": "usd",
            "max_participants": 20,
            "impact_level": self.impact_level,
            "capability_level": self.capability_level,
        }


# Three courses of the AI Foundations Track (1,297 dollars one by one) and three of the AI Leadership Track.
COURSES = (
    DemoCourse(
        "AI Fundamentals",
        "What today's models can and cannot do, and how to bring them into a working day. Two days, hands on.",
        49_900,
        39_900,
        "L1",
        "fundamentals",
        30,
    ),
    DemoCourse(
        "Prompt Engineering Mastery",
        "From a first prompt to prompts that a whole team relies on.",
        39_900,
        31_900,
        "L1",
        "intermediate",
        44,
    ),
    DemoCourse(
        "AI Tools Mastery",
        "Choose, combine and automate: workflows that survive the week after the course.",
        39_900,
        31_900,
        "L1",
        "intermediate",
        58,
    ),
    DemoCourse(
        "AI Strategy for Leaders",
        "Where AI changes a business, what it costs, and what to begin with.",
        94_900,
        79_900,
        "L3",
        "fundamentals",
        37,
    ),
    DemoCourse(
        "Change Management for AI",
        "How teams come along: fears, roles, habits, and the first ninety days.",
        94_900,
        79_900,
        "L2",
        "intermediate",
        51,
    ),
    DemoCourse(
        "AI Governance & Ethics",
        "Rules that hold: data, people, law, and who decides.",
        94_900,
        79_900,
        "L3",
        "advanced",
        65,
    ),
)

# The agenda of AI Fundamentals: day, order, type, minutes, title, what one can do afterwards. Two days of eight hours.
AGENDA = (
    (1, 1, "S", 30, "Spark: where we stand", ("Say what one wants to take home",)),
    (1, 2, "MM", 150, "How language models work", ("Tell a model's strengths from its blind spots",)),
    (1, 3, "W", 300, "First prompts that hold", ("Write a prompt with role, task and example",)),
    (2, 1, "CAP", 240, "Tools for the day's work", ("Pick a tool for a task and say why",)),
    (2, 2, "IO", 210, "Implementation office", ("Leave with one workflow of one's own",)),
    (2, 3, "S", 30, "Spark: what happens on Monday", ("Name the first step",)),
)

# One past run, under the name that the description gives as its example.
PAST_COHORT = "AI Enablement Cohort - March 2025"

CUSTOMER = "Acme"
CUSTOMER_DOMAIN = "acme.com"
CUSTOMER_SEATS = 25

ADMIN = ("admin@aienablement.academy", "Ada Admin")
INSTRUCTOR = ("instructor@aienablement.academy", "Ines Instructor")
MANAGER = ("manager@acme.com", "Max Manager")
MEMBER = ("member@acme.com", "Mia Member")
LEARNER = ("jenny.rosen@example.com", "Jenny Rosen")
