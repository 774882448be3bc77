"""A path with its courses, and people at every place in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Cohort,
    Course,
    Enrollment,
    LearningPath,
    LearningPathStep,
    PathEnrollment,
    PathOffer,
    PathPaymentType,
    PathStepGroup,
    UnlockRule,
)
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.factories import academy, learning


@dataclass(slots=True)
class Track:
    """A path, its courses and its steps, in their order."""

    path: LearningPath
    courses: list[Course] = field(default_factory=list)
    steps: list[LearningPathStep] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"/academy/paths/{self.path.id}"


async def track(
    session: AsyncSession, *rules: UnlockRule | dict[str, Any], choice: Sequence[int] = (), **more: Any
) -> Track:
    """A saved path with a step per rule; the first opens at once. `choice`: the places of one group's members."""
    made = Track(learning.path(is_active=True, **more))
    session.add(made.path)
    await session.flush()
    group = PathStepGroup(id=new_id(), path_id=made.path.id, title="Choose one") if choice else None
    if group is not None:
        session.add(group)
        await session.flush()
    for number, rule in enumerate(rules or (UnlockRule.immediate, UnlockRule.sequential), start=1):
        values: dict[str, Any] = dict(rule) if isinstance(rule, dict) else {"unlock_rule": rule}
        course = academy.course(title=f"Course {number}")
        session.add(course)
        await session.flush()
        if isinstance(values.get("unlock_after_step_id"), int):
            values["unlock_after_step_id"] = made.steps[values["unlock_after_step_id"] - 1].id
        if group is not None and number in choice:
            values["step_group_id"] = group.id
        step = learning.path_step(made.path, course, step_number=number, **values)
        session.add(step)
        await session.flush()
        made.courses.append(course)
        made.steps.append(step)
    return made


def after_days(days: int) -> dict[str, Any]:
    """A step that opens so many days after enrollment."""
    return {"unlock_rule": UnlockRule.after_days, "unlock_after_days": days}


def after(place: int) -> dict[str, Any]:
    """A step that opens with another."""
    return {"unlock_rule": UnlockRule.after_completion, "unlock_after_step_id": place}


OPTIONAL = {"unlock_rule": UnlockRule.immediate, "is_required": False}


async def in_path(session: AsyncSession, person: Account, path: LearningPath, **more: Any) -> PathEnrollment:
    """Somebody who is in a path for a year, and counted."""
    values = {"payment_type": PathPaymentType.bundle, "expires_at": utc_now() + timedelta(days=365)}
    enrollment = learning.path_enrollment(person, path, **values | more)
    session.add(enrollment)
    await session.flush()
    path.enrollment_count += 1
    await session.flush()
    return enrollment


async def offer(session: AsyncSession, path: LearningPath, **more: Any) -> PathOffer:
    """A monthly subscription to a path."""
    values = {"kind": "subscription", "price_cents": 4_900, "billing_interval": "month"}
    made = PathOffer(id=new_id(), path_id=path.id, **values | more)
    session.add(made)
    await session.flush()
    return made


async def open_cohort(session: AsyncSession, course: Course, **more: Any) -> Cohort:
    """A cohort with seats."""
    made = academy.cohort(course, **more)
    session.add(made)
    await session.flush()
    return made


async def seated(session: AsyncSession, person: Account, course: Course, **more: Any) -> Enrollment:
    """Somebody with a paid, counted seat in a cohort of a course."""
    cohort = await open_cohort(session, course, current_enrollment=1)
    made = learning.enrollment(person, cohort, **more)
    session.add(made)
    await session.flush()
    return made


async def learned(session: AsyncSession, person: Account, course: Course, **more: Any) -> Enrollment:
    """Somebody who has completed a course."""
    return await seated(session, person, course, completed_at=utc_now(), progress_percent=100, **more)


async def fresh(session: AsyncSession, path_enrollment_id: UUID) -> PathEnrollment:
    """The path enrollment as it is now."""
    session.expunge_all()
    return await session.get_one(PathEnrollment, path_enrollment_id)


async def fresh_path(session: AsyncSession, track: Track) -> LearningPath:
    """The path as it is now."""
    session.expunge_all()
    return await session.get_one(LearningPath, track.path.id)
