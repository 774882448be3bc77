"""The description's three example paths, and the courses of the third, which nothing else needs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.agenda import service as agenda
from app.academy.agenda.schemas import AcademyClassSessionCreate
from app.academy.models import ClassSessionType, Course, UnlockRule
from app.academy.path_groups import service as groups
from app.academy.path_groups.schemas import AcademyPathGroupCreate
from app.academy.path_offers import service as offers
from app.academy.path_offers.schemas import AcademyPathOfferCreate
from app.academy.path_steps import service as steps
from app.academy.path_steps.schemas import AcademyPathStepCreate
from app.academy.paths import service as paths
from app.academy.paths.schemas import AcademyPathCreate, AcademyPathSkills
from app.academy.permissions import AcademyActor
from app.demo.data import DemoCourse
from app.demo.skills import Taxonomy

HOUSE = AcademyActor.system()

# Foundations and one specialization cost 1,871 dollars one by one: the bundle at 1,497 is the fifth less of its path.
COURSES = (
    DemoCourse(
        "AI Foundations",
        "The ground that every specialization stands on. Two days, hands on.",
        49_900,
        39_900,
        "L1",
        "fundamentals",
        33,
    ),
    *(
        DemoCourse(
            f"{field} AI Mastery",
            f"Workflows for {people}, built on their own cases and measured afterwards.",
            137_200,
            109_900,
            "L2",
            "advanced",
            starts_in_days,
        )
        for field, people, starts_in_days in (
            ("Marketing", "marketing teams", 47),
            ("Sales", "sales teams", 54),
            ("HR", "people teams", 61),
            ("Product", "product teams", 68),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A step, or a choice where there are several courses: when, after what, and of which courses."""

    timeframe: str
    unlock_rule: UnlockRule
    courses: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class DemoPath:
    """A path with its steps, its further prices, and the skills that it develops."""

    fields: dict[str, Any]
    steps: tuple[DemoStep, ...]
    offers: tuple[dict[str, Any], ...] = ()
    skills: tuple[str, ...] = ()


PATHS = (
    DemoPath(
        {
            "title": "AI Foundations Track",
            "short_description": "Master AI fundamentals and practical tools in 6 weeks",
            "description": "From foundational to practitioner: for individual learners who are new to AI.",
            "target_audience": "individual",
            "estimated_duration": "6 weeks",
            "pricing_model": "bundled",
            "bundle_price": 99_700,
            "outcomes": [
                "Understand core AI concepts and terminology",
                "Write effective prompts for any AI tool",
                "Integrate AI tools into daily workflows",
                "Build AI-powered automation workflows",
            ],
            "is_featured": True,
            "sort_order": 10,
        },
        (
            DemoStep("Week 1-2", UnlockRule.immediate, ("AI Fundamentals",)),
            DemoStep("Week 3-4", UnlockRule.after_completion, ("Prompt Engineering Mastery",)),
            DemoStep("Week 5-6", UnlockRule.after_completion, ("AI Tools Mastery",)),
        ),
        skills=("prompt-engineering", "ai-tool-selection", "workflow-automation"),
    ),
    DemoPath(
        {
            "title": "AI Leadership Track",
            "short_description": "Lead AI transformation with strategy and governance",
            "description": "From strategy to leadership: for executives and leaders of learning and development.",
            "target_audience": "enterprise",
            "target_role": "Executive, L&D Leader, Change Manager",
            "estimated_duration": "8 weeks",
            "pricing_model": "subscription",
            "outcomes": [
                "Develop comprehensive AI adoption strategy",
                "Lead organizational change for AI transformation",
                "Implement AI governance frameworks",
                "Measure ROI of AI initiatives",
            ],
            "sort_order": 20,
        },
        (
            DemoStep("Week 1-3", UnlockRule.immediate, ("AI Strategy for Leaders",)),
            DemoStep("Week 4-6", UnlockRule.sequential, ("Change Management for AI",)),
            DemoStep("Week 7-8", UnlockRule.sequential, ("AI Governance & Ethics",)),
        ),
        offers=(
            # The description names no price for the organizations' subscription: this one is ours.
            {
                "kind": "subscription",
                "for_organizations": True,
                "price_cents": 199_700,
                "billing_interval": "year",
            },
            {"kind": "bundle", "price_cents": 249_700},
        ),
        skills=("ai-strategy-development", "change-management", "ai-governance", "roi-measurement"),
    ),
    DemoPath(
        {
            "title": "Domain Expert Track",
            "short_description": "AI foundations + specialized domain expertise",
            "description": "Choose your specialization: for teams and individual professionals.",
            "target_audience": "all",
            "estimated_duration": "6-8 weeks",
            "pricing_model": "bundled",
            "bundle_price": 149_700,
            "outcomes": [
                "Master AI fundamentals",
                "Apply AI to specific domain (Marketing/Sales/HR)",
                "Build domain-specific AI workflows",
                "Demonstrate measurable impact in your role",
            ],
            "sort_order": 30,
        },
        (
            DemoStep("Week 1-2", UnlockRule.immediate, ("AI Foundations",)),
            DemoStep(
                "Week 3-6",
                UnlockRule.after_completion,
                ("Marketing AI Mastery", "Sales AI Mastery", "HR AI Mastery", "Product AI Mastery"),
                title="Choose Your Specialization",
            ),
        ),
        skills=("use-case-identification", "marketing-ai", "sales-ai", "hr-ai"),
    ),
)

# What a two-day intensive looks like where nothing better is known: day, type, minutes, title.
_TWO_DAYS = (
    (1, ClassSessionType.MM, 180, "The essentials"),
    (1, ClassSessionType.W, 300, "Hands on"),
    (2, ClassSessionType.CAP, 300, "Your own case"),
    (2, ClassSessionType.IO, 180, "Implementation office"),
)


async def hold_for_two_days(session: AsyncSession, course: Course) -> None:
    """Give a course an agenda of sixteen hours."""
    for day, kind, minutes, title in _TWO_DAYS:
        item = AcademyClassSessionCreate(
            title=title, type=kind, day_number=day, duration_minutes=minutes, description=title
        )
        await agenda.create_session(session, HOUSE, course, item)


async def furnish(session: AsyncSession, taxonomy: Taxonomy) -> None:
    """The three paths, in the catalogue. Their courses are there already."""
    await session.flush()  # agendas that were put in beside the verbs count as well
    for wanted in PATHS:
        path = await paths.create_path(session, HOUSE, AcademyPathCreate(**wanted.fields))
        before: UUID | None = None
        for place in wanted.steps:
            group = None
            if len(place.courses) > 1:
                group = await groups.create_group(session, HOUSE, path, AcademyPathGroupCreate(title=place.title))
            waits = before if place.unlock_rule is UnlockRule.after_completion else None
            for title in place.courses:
                step = AcademyPathStepCreate(
                    course_id=(await _course(session, title)).id,
                    step_group_id=group.id if group else None,
                    unlock_rule=place.unlock_rule,
                    unlock_after_step_id=waits,
                    recommended_timeframe=place.timeframe,
                )
                before = (await steps.create_step(session, HOUSE, path, step)).id
        for offer in wanted.offers:
            await offers.create_offer(session, HOUSE, path, AcademyPathOfferCreate(**offer))
        developed = AcademyPathSkills(skill_ids=[taxonomy.skills[slug] for slug in wanted.skills])
        path = await paths.set_skills(session, HOUSE, path, developed)
        await paths.activate_path(session, HOUSE, path)


async def _course(session: AsyncSession, title: str) -> Course:
    """The oldest course of this title."""
    rows = select(Course).where(Course.title == title).order_by(Course.created_at, Course.id).limit(1)
    return (await session.scalars(rows)).one()
