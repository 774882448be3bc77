"""What the JSON columns of learning hold (A-TAB-57). Plain data; credentials have `open_badges.py`.

What refers to a row from here has no foreign key: these are records of a moment, kept as they were then.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.academy.models.levels import SkillLevel


class Shape(BaseModel):
    """A JSON object with exactly these keys, never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(Shape):
    """One answer of a choice question. Says which are right: never shown to a learner as it is (A-ASM-06)."""

    id: str = Field(min_length=1)
    text: str
    is_correct: bool
    feedback: str | None = None


class Criterion(Shape):
    """A line of a rubric: what is looked for in a free answer, and how many points it can bring."""

    id: str = Field(min_length=1)
    text: str
    points: float = Field(gt=0)


class ScaleLabels(Shape):
    """What the ends of a rating scale mean."""

    min: str
    max: str


class SkillGain(Shape):
    """What one learner gained in one skill, from the questions that ask for it alone (A-GAN-06)."""

    skill_id: UUID
    pre_score: float = Field(ge=0, le=100)
    post_score: float = Field(ge=0, le=100)
    improvement: float = Field(ge=-100, le=100)


class SkillAchieved(Shape):
    """A skill that a path certificate attests."""

    skill_id: UUID
    level: SkillLevel


class CourseCompleted(Shape):
    """A course that a path certificate lists, by the title it had then."""

    course_id: UUID
    title: str
    completed_at: datetime
