"""Verbs on cohorts: plan, edit, move along. Seats are the business of `seats.py`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Update, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import counters, queries, queue, rules, seats
from app.academy.cohorts.errors import CohortDatesReversed, CohortTransitionRefused, CourseArchived
from app.academy.cohorts.schemas import (
    AcademyCohortCreate,
    AcademyCohortFilter,
    AcademyCohortSelection,
    AcademyCohortUpdate,
)
from app.academy.models import Cohort, CohortStatus, Course, CourseStatus
from app.academy.people import queries as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    CohortCancelled,
    CohortChanged,
    CohortCompleted,
    CohortDatesChanged,
    CohortStatusChanged,
)


def require_selection(actor: AcademyActor, wanted: AcademyCohortFilter) -> None:
    """Raise `Forbidden` when somebody who only enrolls asks for more than what they could enroll in."""
    if wanted.status is not AcademyCohortSelection.available:
        allow(actor, Permission.COHORT_EDIT)


async def create_cohort(
    session: AsyncSession, actor: AcademyActor, course: Course, data: AcademyCohortCreate
) -> Cohort:
    """Plan a cohort, not yet open. Raises `CourseArchived`."""
    allow(actor, Permission.COHORT_CREATE, course)
    if course.status == CourseStatus.archived:
        raise CourseArchived
    await _require_people(session, data.instructor_id, data.organization_id)
    values = data.model_dump() | {"max_capacity": data.max_capacity or course.max_participants}
    cohort = Cohort(id=new_id(), course_id=course.id, **values)
    session.add(cohort)
    emit(session, CohortChanged(cohort_id=cohort.id, course_id=course.id, fields=tuple(sorted(values))))
    return await queries.get_cohort(session, actor, cohort.id)


async def update_cohort(
    session: AsyncSession, actor: AcademyActor, cohort: Cohort, data: AcademyCohortUpdate, if_match: str | None = None
) -> Cohort:
    """Change the fields that were sent; new seats go to the queue first.

    Raises `Stale`, `CohortDatesReversed`, `CapacityBelowSeatsTaken` (A-COH-03).
    """
    allow(actor, Permission.COHORT_EDIT, cohort)
    cohort = await counters.lock_cohort(session, cohort.id)
    require_match(cohort, if_match)
    await _require_people(session, data.instructor_id, None)
    changed = patch(cohort, data, leave={"max_capacity", "may_shorten_access"})
    if cohort.end_date <= cohort.start_date:
        raise CohortDatesReversed(errors=(FieldError("/end_date", "dates_reversed", CohortDatesReversed.title),))
    if "max_capacity" in data.model_fields_set and data.max_capacity != cohort.max_capacity:
        cohort.version += 0 if changed else 1
        changed["max_capacity"] = data.max_capacity
        await seats.set_capacity(session, cohort.id, data.max_capacity)
    if changed:
        emit(session, CohortChanged(cohort_id=cohort.id, course_id=cohort.course_id, fields=tuple(sorted(changed))))
    if "end_date" in changed:
        emit(session, CohortDatesChanged(cohort_id=cohort.id, may_shorten=data.may_shorten_access))
    return await queries.get_cohort(session, actor, cohort.id)


async def _require_people(session: AsyncSession, instructor_id: UUID | None, organization_id: UUID | None) -> None:
    """Raise `Invalid`, naming the fields, when the instructor or the organization is not of the academy."""
    wrong = []
    if instructor_id is not None and await people.find_learner(session, instructor_id) is None:
        wrong.append(FieldError("/instructor_id", "unknown", "No such academy user"))
    if organization_id is not None and await people.find_organization(session, organization_id) is None:
        wrong.append(FieldError("/organization_id", "unknown", "No such academy organization"))
    if wrong:
        raise Invalid(errors=tuple(wrong))


async def move_cohort(session: AsyncSession, actor: AcademyActor, cohort: Cohort, after: CohortStatus) -> Cohort:
    """Move a cohort along its flow. Raises `CohortTransitionRefused`, and `CourseArchived` when opening.

    One conditional statement moves it: of two who move it at once, the second is refused (rule 6).
    """
    allow(actor, Permission.COHORT_EDIT, cohort)
    before = CohortStatus(cohort.status)
    if not rules.may_move(before, after):
        raise CohortTransitionRefused(f"A cohort that is {before} cannot become {after}")
    if after is CohortStatus.open and cohort.course.status == CourseStatus.archived:
        raise CourseArchived
    here = (Cohort.id == cohort.id) & (Cohort.status == before)
    moved = (await session.execute(_to(after).where(here).returning(Cohort.id, Cohort.course_id))).all()
    if not moved:
        raise CohortTransitionRefused
    _announce(session, moved, before, after)
    if after is CohortStatus.open:
        await queue.fill_seats(session, cohort.id)
    return await queries.get_cohort(session, actor, cohort.id)


async def move_cohorts_along(session: AsyncSession, actor: AcademyActor) -> int:
    """Start the open cohorts whose time has come and complete those whose end has. Returns how many moved."""
    allow(actor, Permission.COHORT_EDIT)
    count = 0
    for due, before, after in (
        (queries.due_to_start(), CohortStatus.open, CohortStatus.in_progress),
        (queries.due_to_end(), CohortStatus.in_progress, CohortStatus.completed),
    ):
        moving = _to(after).where(Cohort.id.in_(due), Cohort.status == before)
        moved = (await session.execute(moving.returning(Cohort.id, Cohort.course_id))).all()
        _announce(session, moved, before, after)
        count += len(moved)
    return count


def _to(after: CohortStatus) -> Update:
    return update(Cohort).values(status=after, version=Cohort.version + 1).execution_options(synchronize_session=False)


def _announce(
    session: AsyncSession, moved: Sequence[Row[UUID, UUID]], before: CohortStatus, after: CohortStatus
) -> None:
    for cohort_id, course_id in moved:
        emit(session, CohortStatusChanged(cohort_id=cohort_id, course_id=course_id, before=before, after=after))
        if after is CohortStatus.cancelled:
            emit(session, CohortCancelled(cohort_id=cohort_id, course_id=course_id))
        if after is CohortStatus.completed:
            emit(session, CohortCompleted(cohort_id=cohort_id, course_id=course_id))
