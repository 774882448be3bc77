"""Reads of enrollments in paths, with their steps as their learners stand in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.academy.models import (
    Course,
    Enrollment,
    LearningPath,
    LearningPathStep,
    OfferKind,
    Organization,
    OrganizationStatus,
    PathEnrollment,
    PathEnrollmentStatus,
    PathPurchase,
    PathStepCompletion,
    PathStepGroup,
    PaymentState,
)
from app.academy.path_enrollments.schemas import AcademyPathEnrollmentFilter
from app.academy.path_progress import queries as progress
from app.academy.path_progress import rules as progress_rules
from app.academy.path_progress.schemas import AcademyPathEnrollment
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"enrolled_at": PathEnrollment.enrolled_at}


@dataclass(frozen=True, slots=True)
class StepStanding:
    """A step as its learner stands in it."""

    step: LearningPathStep
    course: Course
    completed_at: datetime | None
    lock: progress_rules.Lock | None
    is_unlocked: bool
    enrollment_id: UUID | None

    def shown(self) -> dict[str, object]:
        """As the door shows it."""
        step = self.step
        return {
            "id": step.id,
            "step_number": step.step_number,
            "step_group_id": step.step_group_id,
            "is_required": step.is_required,
            "unlock_rule": step.unlock_rule,
            "recommended_timeframe": step.recommended_timeframe,
            "course": self.course,
            "is_completed": self.completed_at is not None,
            "completed_at": self.completed_at,
            "is_unlocked": self.is_unlocked,
            "lock": self.lock,
            "enrollment_id": self.enrollment_id,
        }


@dataclass(frozen=True, slots=True)
class Detail:
    """A path enrollment with its path and all its steps, in their order."""

    enrollment: PathEnrollment
    path: LearningPath
    steps: Sequence[StepStanding]

    def shown(self) -> dict[str, object]:
        """As the door shows it: the enrollment's own fields, its path and its steps."""
        fields = {name: getattr(self.enrollment, name) for name in AcademyPathEnrollment.model_fields}
        return fields | {"path": self.path, "steps": [each.shown() for each in self.steps]}


async def get_of_person(session: AsyncSession, actor: AcademyActor, path_id: UUID, account_id: UUID) -> PathEnrollment:
    """Somebody's enrollment in a path. Raises `NotFound` when they are not in it, or the actor may not know."""
    rows = progress.visible_path_enrollments(actor).where(
        PathEnrollment.path_id == path_id, PathEnrollment.user_id == account_id
    )
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def get_detail(session: AsyncSession, enrollment: PathEnrollment) -> Detail:
    """Everything there is to show of it: as many statements for one step as for twenty."""
    seat = (
        select(Enrollment.course_id, Enrollment.id)
        .where(Enrollment.path_enrollment_id == enrollment.id, Enrollment.has_seat)
        .subquery()
    )
    rows = (
        await session.execute(
            select(LearningPathStep, Course, PathStepCompletion.completed_at, seat.c.id)
            .join(Course, Course.id == LearningPathStep.course_id)
            .outerjoin(
                PathStepCompletion,
                (PathStepCompletion.step_id == LearningPathStep.id)
                & (PathStepCompletion.path_enrollment_id == enrollment.id),
            )
            .outerjoin(seat, seat.c.course_id == LearningPathStep.course_id)
            .where(LearningPathStep.path_id == enrollment.path_id)
            .order_by(LearningPathStep.step_number)
        )
    ).all()
    about = (await session.execute(select(LearningPath, func.now()).where(LearningPath.id == enrollment.path_id))).one()
    groups = await session.scalars(select(PathStepGroup).where(PathStepGroup.path_id == enrollment.path_id))
    shape = progress_rules.shape_of([row[0] for row in rows], groups.all())
    done = {row[0].id for row in rows if row[2] is not None}
    is_open = progress_rules.opened(shape, done, enrollment.enrolled_at, about[1])
    steps = [
        StepStanding(
            step=row[0],
            course=row[1],
            completed_at=row[2],
            is_unlocked=rule.id in is_open,
            lock=None if rule.id in is_open else progress_rules.lock_of(rule, shape, enrollment.enrolled_at),
            enrollment_id=row[3],
        )
        for row, rule in zip(rows, shape.steps, strict=True)
    ]
    return Detail(enrollment, about[0], steps)


async def list_own(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyPathEnrollmentFilter
) -> Rows[PathEnrollment]:
    """The actor's own."""
    rows = progress.shown().where(PathEnrollment.user_id == actor.account_id)
    if wanted.status is not None:
        rows = rows.where(PathEnrollment.status == wanted.status)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, SORTS))


async def list_of_path(
    session: AsyncSession, actor: AcademyActor, path_id: UUID, wanted: AcademyPathEnrollmentFilter
) -> Rows[PathEnrollment]:
    """Who is in a path, as far as the actor may see."""
    rows = progress.visible_path_enrollments(actor).where(PathEnrollment.path_id == path_id)
    if wanted.status is not None:
        rows = rows.where(PathEnrollment.status == wanted.status)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, SORTS))


# For the verbs


async def find_enrollment(session: AsyncSession, user_id: UUID, path_id: UUID) -> PathEnrollment | None:
    """Somebody's enrollment in a path, as it is now."""
    rows = select(PathEnrollment).where(PathEnrollment.user_id == user_id, PathEnrollment.path_id == path_id)
    return await session.scalar(rows.execution_options(populate_existing=True))


async def list_purchases(
    session: AsyncSession, user_id: UUID, path_id: UUID, kind: OfferKind
) -> Sequence[PathPurchase]:
    """What somebody has bought of a path, or is buying, newest first."""
    wanted = (PaymentState.created, PaymentState.open, PaymentState.processing, PaymentState.paid)
    rows = await session.scalars(
        select(PathPurchase)
        .where(
            PathPurchase.user_id == user_id,
            PathPurchase.path_id == path_id,
            PathPurchase.kind == kind,
            PathPurchase.state.in_(wanted),
        )
        .order_by(PathPurchase.created_at.desc(), PathPurchase.id.desc())
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def list_paying(session: AsyncSession, path_enrollment_id: UUID) -> Sequence[PathPurchase]:
    """The purchases of an enrollment whose money is here."""
    rows = await session.scalars(
        select(PathPurchase).where(
            PathPurchase.path_enrollment_id == path_enrollment_id, PathPurchase.state == PaymentState.paid
        )
    )
    return rows.all()


async def find_free_seat(session: AsyncSession, organization_id: UUID) -> bool | None:
    """Whether an active organization has a seat left; None when it is not active."""
    row = await session.scalar(
        select(Organization.seats_used < Organization.seats_purchased).where(
            Organization.id == organization_id, Organization.status == OrganizationStatus.active
        )
    )
    return None if row is None else bool(row)


async def list_seats(session: AsyncSession, path_enrollment_id: UUID) -> Sequence[UUID]:
    """The seats that were taken by a path, in the order of their ids."""
    rows = await session.scalars(
        select(Enrollment.id)
        .where(Enrollment.path_enrollment_id == path_enrollment_id, Enrollment.has_seat)
        .order_by(Enrollment.id)
    )
    return rows.all()


def run_out(limit: int) -> Select[UUID]:
    """The enrollments that the clock has ended, locked, longest ago first; what is in use is left out."""
    return (
        select(PathEnrollment.id)
        .where(
            PathEnrollment.status.in_([PathEnrollmentStatus.active, PathEnrollmentStatus.paused]),
            PathEnrollment.expires_at <= func.now(),
            PathEnrollment.is_over,
        )
        .order_by(PathEnrollment.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
