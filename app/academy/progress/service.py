"""Verbs on progress: record who was there, compute how far somebody is, complete."""

from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import queries as cohorts
from app.academy.models import AttendanceStatus, SessionAttendance
from app.academy.people.service import ensure_learner
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.progress import queries, rules
from app.academy.progress.errors import AbsentWithMinutes, AttendanceUnknownTarget, NotEnrolled
from app.academy.progress.schemas import AcademyAttendanceRecord, AcademyProgress, AcademySessionAttendance
from app.core.clock import utc_now
from app.core.errors import FieldError
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import AttendanceRecorded, EnrollmentCompleted


async def get_progress(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> AcademyProgress:
    """How far a learner is. Raises `NotFound`, `Forbidden`."""
    place = await queries.get_place(session, actor, enrollment_id)
    allow(actor, Permission.PROGRESS_READ, place)
    enrollment = await queries.get_enrollment(session, enrollment_id)
    facts = await queries.get_facts(session, enrollment_id)
    is_completed = enrollment.completed_at is not None
    return AcademyProgress(
        enrollment_id=enrollment_id,
        progress_percent=enrollment.progress_percent,
        lessons=facts.lessons,
        lessons_completed=facts.lessons_completed,
        completed_lesson_ids=await queries.completed_lessons(session, enrollment_id),
        sessions=facts.sessions,
        sessions_attended=facts.sessions_attended,
        required_attendance_percent=facts.required_attendance_percent,
        attendance=[
            AcademySessionAttendance.model_validate(each)
            for each in await queries.list_attendance(session, enrollment_id)
        ],
        assessments_required=facts.assessments_required,
        assessments_passed=facts.assessments_passed,
        missing=[] if is_completed else list(rules.missing(facts)),
        completed_at=enrollment.completed_at,
        completed_by_id=enrollment.completed_by_id,
    )


async def refresh(
    session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, *, marked_by: UUID | None = None
) -> int:
    """Compute progress anew and complete the course when nothing is missing, or when `marked_by` says so.

    Returns the percent. Completion is for good and announced once. Asks for no right: whoever changed what progress
    stands on had it.
    """
    enrollment = await queries.lock_enrollment(session, enrollment_id)
    place = await queries.get_place(session, AcademyActor.system(), enrollment_id)
    facts = await queries.get_facts(session, enrollment_id)
    completes = place.is_live and (marked_by is not None or not rules.missing(facts))
    if enrollment.completed_at is None and completes:
        enrollment.completed_at = utc_now()
        enrollment.completed_by_id = marked_by
        emit(
            session,
            EnrollmentCompleted(
                enrollment_id=enrollment.id,
                cohort_id=enrollment.cohort_id,
                course_id=enrollment.course_id,
                account_id=enrollment.user_id,
                completed_by_id=marked_by,
            ),
        )
    enrollment.progress_percent = rules.progress_percent(facts, is_completed=enrollment.completed_at is not None)
    return enrollment.progress_percent


async def mark_completed(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> AcademyProgress:
    """Complete a course for a learner by an instructor's word. Twice changes nothing. Raises `NotEnrolled`."""
    place = await queries.get_place(session, actor, enrollment_id)
    allow(actor, Permission.ATTENDANCE_RECORD, place)
    if not place.is_live:
        raise NotEnrolled
    await ensure_learner(session, actor)
    await refresh(session, actor, enrollment_id, marked_by=actor.account_id)
    return await get_progress(session, actor, enrollment_id)


async def refresh_cohort(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> None:
    """The same for everybody in a cohort."""
    for enrollment_id in await queries.learners_of(session, cohort_id):
        await refresh(session, actor, enrollment_id)


async def record_attendance(
    session: AsyncSession, actor: AcademyActor, cohort_id: UUID, data: AcademyAttendanceRecord
) -> int:
    """Say who was in a class session: all of it or nothing. Returns how many entries are new or say something else.

    Raises `NotFound`, `Forbidden`, `AttendanceUnknownTarget`, `AbsentWithMinutes`.
    """
    cohort = await queries.get_taught_cohort(session, actor, (await cohorts.get_cohort(session, actor, cohort_id)).id)
    allow(actor, Permission.ATTENDANCE_RECORD, cohort)
    learners = await queries.learners_of(session, cohort.cohort_id)
    await _require_targets(session, cohort.course_id, data, learners)
    await ensure_learner(session, actor)
    changed = 0
    # In the order of their ids: two who record at once take the rows in the same order.
    for item in sorted(data.items, key=lambda item: item.enrollment_id):
        put = insert(SessionAttendance).values(
            id=new_id(),
            enrollment_id=item.enrollment_id,
            session_id=data.session_id,
            status=item.status,
            minutes_attended=item.minutes_attended,
            recorded_by_id=actor.account_id,
        )
        new = put.excluded
        written = await session.scalar(
            put.on_conflict_do_update(
                index_elements=[SessionAttendance.enrollment_id, SessionAttendance.session_id],
                set_={
                    "status": new.status,
                    "minutes_attended": new.minutes_attended,
                    "recorded_by_id": new.recorded_by_id,
                },
                where=or_(
                    SessionAttendance.status != new.status,
                    SessionAttendance.minutes_attended != new.minutes_attended,
                ),
            ).returning(SessionAttendance.id)
        )
        if written is None:
            continue
        changed += 1
        emit(
            session,
            AttendanceRecorded(
                enrollment_id=item.enrollment_id,
                session_id=data.session_id,
                account_id=learners[item.enrollment_id],
                status=item.status,
                minutes_attended=item.minutes_attended,
            ),
        )
        await refresh(session, actor, item.enrollment_id)
    return changed


async def _require_targets(
    session: AsyncSession, course_id: UUID, data: AcademyAttendanceRecord, learners: dict[UUID, UUID]
) -> None:
    wrong = []
    if not await queries.has_session(session, course_id, data.session_id):
        wrong.append(FieldError("/session_id", "unknown", "No such session in this course"))
    seen: set[UUID] = set()
    for index, item in enumerate(data.items):
        if item.enrollment_id not in learners:
            wrong.append(FieldError(f"/items/{index}/enrollment_id", "unknown", "Nobody learns in this cohort so"))
        if item.enrollment_id in seen:
            wrong.append(FieldError(f"/items/{index}/enrollment_id", "repeated", "There is another entry above"))
        seen.add(item.enrollment_id)
    if wrong:
        raise AttendanceUnknownTarget(errors=tuple(wrong))
    absent = tuple(
        FieldError(f"/items/{index}/minutes_attended", "absent_with_minutes", AbsentWithMinutes.title)
        for index, item in enumerate(data.items)
        if item.status is AttendanceStatus.absent and item.minutes_attended
    )
    if absent:
        raise AbsentWithMinutes(errors=absent)
