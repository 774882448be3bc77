"""What goes in and out of enrollments in paths."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.academy.models import PathEnrollmentStatus, PathPaymentType, UnlockRule
from app.academy.path_progress.rules import LockedBy
from app.academy.path_progress.schemas import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_COURSE,
    EXAMPLE_PATH,
    EXAMPLE_PATH_ENROLLMENT,
    EXAMPLE_STEP,
    AcademyPathEnrollment,
)
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Instant, View

SubscriptionId = Annotated[str, StringConstraints(pattern=r"^sub_[A-Za-z0-9_]{1,250}$")]


class AcademyPathEnrollmentCreate(Body):
    """What entitles to the path, and for whom; nobody named means oneself. What is said is looked up, not believed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"payment_type": "individual"},
                {"payment_type": "organization", "account_id": EXAMPLE_ACCOUNT},
            ]
        }
    )

    payment_type: PathPaymentType
    account_id: UUID | None = None
    stripe_subscription_id: SubscriptionId | None = None


class AcademyPathOfEnrollment(View):
    """The path that somebody is in."""

    id: UUID
    title: str
    slug: str


class AcademyPathStepCourse(View):
    """The course of a step."""

    id: UUID
    title: str
    slug: str


class AcademyPathStepLock(View):
    """Why a step is not open: the steps that it waits for, or the time."""

    by: LockedBy
    step_ids: list[UUID] = Field(
        description="What has to be done before: all of them, or of a choice as many as wanted"
    )
    opens_at: Instant | None


class AcademyPathStepStanding(View):
    """A step as its learner stands in it."""

    id: UUID
    step_number: int
    step_group_id: UUID | None
    is_required: bool
    unlock_rule: UnlockRule
    recommended_timeframe: str | None
    course: AcademyPathStepCourse
    is_completed: bool
    completed_at: Instant | None
    is_unlocked: bool
    lock: AcademyPathStepLock | None = Field(description="Null when the step is open")
    enrollment_id: UUID | None = Field(description="The seat that was taken for this step")


class AcademyPathEnrollmentDetail(AcademyPathEnrollment):
    """A person in a learning path, with every step of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **EXAMPLE_PATH_ENROLLMENT,
                    "path": {"id": EXAMPLE_PATH, "title": "AI Foundations Track", "slug": "ai-foundations-track"},
                    "steps": [
                        {
                            "id": EXAMPLE_STEP,
                            "step_number": 2,
                            "step_group_id": None,
                            "is_required": True,
                            "unlock_rule": "after_days",
                            "recommended_timeframe": "Week 3-4",
                            "course": {
                                "id": EXAMPLE_COURSE,
                                "title": "Prompt Engineering Mastery",
                                "slug": "prompt-engineering",
                            },
                            "is_completed": False,
                            "completed_at": None,
                            "is_unlocked": False,
                            "lock": {"by": "days", "step_ids": [], "opens_at": "2027-02-14T10:02:00Z"},
                            "enrollment_id": None,
                        }
                    ],
                }
            ]
        }
    )

    path: AcademyPathOfEnrollment
    steps: list[AcademyPathStepStanding]


class AcademyPathPersonQuery(View):
    """Whose enrollment."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[UUID | None, Field(description="Whose; nobody named means one's own")] = None


class AcademyPathEnrollmentSort(StrEnum):
    """What path enrollments can be sorted by."""

    newest = "-enrolled_at"
    oldest = "enrolled_at"


class AcademyPathEnrollmentFilter(PageQuery):
    """Which path enrollments."""

    status: Annotated[PathEnrollmentStatus | None, Field(description="Only those in this status")] = None
    sort: AcademyPathEnrollmentSort = AcademyPathEnrollmentSort.newest
