"""Verbs on participations: come in, be let in, leave, be counted, complete, be reopened."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.domain_event import DomainEvent
from app.crm.audit.service import announce, changes_of
from app.crm.completion.service import complete_who_met
from app.crm.models import EnrollmentMethod, ParticipationStatus, Program, ProgramParticipation, ProgramStatus
from app.crm.participation import queries, seats
from app.crm.participation.errors import EnrollmentByAdminsOnly, NotCompleted, NotEnrolled, NotLive, NotPending
from app.crm.participation.schemas import CrmManualAttendanceUpdate, CrmParticipantCreate, CrmParticipationUpdate
from app.crm.permissions import CrmActor, Permission, allow
from app.crm.programs.errors import ProgramArchived
from app.crm.programs.queries import lock_program
from app.domain_events import crm as events

LIVE = (ParticipationStatus.pending, ParticipationStatus.enrolled)
DECLINED = "declined"
LEFT_ORGANIZATION = "left the organization"
# The clock's time, not the transaction's: who waited for the lock came in after those they waited for.
NOW = func.clock_timestamp()


# Coming in


async def enroll(
    session: AsyncSession, actor: CrmActor, program: Program, data: CrmParticipantCreate
) -> ProgramParticipation:
    """Enroll a member, whatever the program's own way in is.

    Raises `ProgramArchived`, `ProgramNotOpen`, `NotOrgMember`, `AlreadyParticipating`, `AlreadyCompleted`,
    `CapacityReached`.
    """
    allow(actor, Permission.PARTICIPANTS_MANAGE, program)
    program = await seats.lock_open(session, program.id, to=seats.OPEN_TO_ADMINS)
    await seats.require_newcomer(session, program, data.account_id)
    await seats.require_place(session, program)
    return await _begin(session, actor, program, data.account_id, admin_notes=data.admin_notes, method="admin")


async def join(session: AsyncSession, actor: CrmActor, program: Program) -> ProgramParticipation:
    """Enroll oneself, or ask for it where an admin decides; then a place is looked for when they do (Z-23).

    Raises `EnrollmentByAdminsOnly` and what `enroll` raises.
    """
    allow(actor, Permission.PROGRAM_JOIN, program)
    program = await lock_program(session, program.id)
    if program.status != ProgramStatus.archived and program.enrollment_method == EnrollmentMethod.admin_only:
        raise EnrollmentByAdminsOnly
    program = await seats.lock_open(session, program.id, to=seats.OPEN_TO_ALL)
    await seats.require_newcomer(session, program, actor.account_id)
    asks = program.enrollment_method == EnrollmentMethod.approval_required
    if not asks or program.max_participants == 0:
        await seats.require_place(session, program)
    return await _begin(session, actor, program, actor.account_id, method=None if asks else "self")


async def _begin(
    session: AsyncSession,
    actor: CrmActor,
    program: Program,
    account_id: UUID,
    *,
    method: str | None,
    admin_notes: str | None = None,
) -> ProgramParticipation:
    """A new participation: enrolled by this method, or without one a request."""
    row = ProgramParticipation(
        id=new_id(),
        program_id=program.id,
        organization_id=program.organization_id,
        user_id=account_id,
        status=ParticipationStatus.enrolled if method else ParticipationStatus.pending,
        enrolled_at=NOW if method else None,
        requested_at=None if method else NOW,
        admin_notes=admin_notes,
    )
    session.add(row)
    if method:
        _tell(session, actor, row, events.ParticipationEnrolled(**_of(row), method=method), {"method": method})
    else:
        _tell(session, actor, row, events.ParticipationRequested(**_of(row)))
    return await queries.get_participation(session, actor, row.id)


# Being let in, or not


async def approve(session: AsyncSession, actor: CrmActor, participation: ProgramParticipation) -> ProgramParticipation:
    """Say yes to a request, if there is a place now (Z-26). Raises `NotPending`, and what `enroll` raises."""
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    program = await seats.lock_open(session, participation.program_id, to=seats.OPEN_TO_ADMINS)
    row = await queries.lock_participation(session, participation.id)
    if row.status != ParticipationStatus.pending:
        raise NotPending
    await seats.require_member(session, program, row.user_id)
    await seats.require_place(session, program)
    row.approved_by = None if actor.is_system else actor.account_id
    row.approved_at = row.enrolled_at = NOW
    _move(row, ParticipationStatus.enrolled)
    _tell(session, actor, row, events.ParticipationApproved(**_of(row)))
    enrolled = events.ParticipationEnrolled(**_of(row), method="approval")
    _tell(session, actor, row, enrolled, {"method": "approval"})
    return await queries.get_participation(session, actor, row.id)


async def decline(session: AsyncSession, actor: CrmActor, participation: ProgramParticipation) -> ProgramParticipation:
    """Say no to a request (Z-26). Raises `NotPending`."""
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    row = await _lock(session, participation)
    if row.status != ParticipationStatus.pending:
        raise NotPending
    _end(row, ParticipationStatus.removed, DECLINED)
    _tell(session, actor, row, events.ParticipationDeclined(**_of(row)))
    return await queries.get_participation(session, actor, row.id)


# Leaving


async def withdraw(session: AsyncSession, actor: CrmActor, participation: ProgramParticipation) -> ProgramParticipation:
    """Leave a program, or take a request back; the place is free at once. Raises `NotLive`."""
    allow(actor, Permission.PARTICIPATION_WITHDRAW, participation)
    row = await _lock(session, participation)
    if row.status not in LIVE:
        raise NotLive
    _end(row, ParticipationStatus.withdrawn, None)
    _tell(session, actor, row, events.ParticipationWithdrawn(**_of(row)))
    return await queries.get_participation(session, actor, row.id)


async def remove(
    session: AsyncSession, actor: CrmActor, participation: ProgramParticipation, reason: str
) -> ProgramParticipation:
    """Take somebody out and keep the reason; the place is free at once (P-ENR-08). Raises `NotLive`."""
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    row = await _lock(session, participation)
    if row.status not in LIVE:
        raise NotLive
    _end(row, ParticipationStatus.removed, reason)
    _tell(session, actor, row, events.ParticipationRemoved(**_of(row)))
    return await queries.get_participation(session, actor, row.id)


async def remove_former_member(session: AsyncSession, actor: CrmActor, organization_id: UUID, account_id: UUID) -> int:
    """Take somebody who left an organization out of its programs. Who came back meanwhile stays in them.

    Returns how many participations ended.
    """
    ended = 0
    for program_id, participation_id in await queries.list_live_of(session, organization_id, account_id):
        await lock_program(session, program_id)
        if await queries.is_member(session, organization_id, account_id):
            break
        row = await queries.lock_participation(session, participation_id)
        if row.status in LIVE:
            _end(row, ParticipationStatus.removed, LEFT_ORGANIZATION)
            _tell(session, actor, row, events.ParticipationRemoved(**_of(row)))
            ended += 1
    return ended


# Attendance by hand, completion, and notes


async def count_attendance(
    session: AsyncSession, actor: CrmActor, participation: ProgramParticipation, data: CrmManualAttendanceUpdate
) -> ProgramParticipation:
    """Say how often somebody was there; what completes them completes them at once (P-CMP-01).

    Fewer than before takes no completion back (P-CMP-06). Raises `NotEnrolled`, `ProgramArchived`.
    """
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    row = await _lock(session, participation, unless_archived=True)
    if row.status not in {ParticipationStatus.enrolled, ParticipationStatus.completed}:
        raise NotEnrolled
    changed = _note(session, actor, row, data)
    if "manual_attendance_count" in changed:
        await session.flush()  # the statement that completes reads what was counted
        await complete_who_met(session, actor, [row.program_id], [row.user_id], only_active=False)
    return await queries.get_participation(session, actor, row.id)


async def complete(session: AsyncSession, actor: CrmActor, participation: ProgramParticipation) -> ProgramParticipation:
    """Say that somebody has completed the program, whatever the numbers say. Raises `NotEnrolled`."""
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    row = await _lock(session, participation, unless_archived=True)
    if row.status != ParticipationStatus.enrolled:
        raise NotEnrolled
    row.completed_at = NOW
    _move(row, ParticipationStatus.completed)
    _tell(session, actor, row, events.ParticipationCompleted(**_of(row), by="manual"), {"by": "manual"})
    return await queries.get_participation(session, actor, row.id)


async def reopen(session: AsyncSession, actor: CrmActor, participation: ProgramParticipation) -> ProgramParticipation:
    """Take a completion back, if there is a place (P-CMP-06). Raises `NotCompleted`, and what `enroll` raises.

    Attendance that was there before completes nobody a second time; the next change of it does.
    """
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    program = await seats.lock_open(session, participation.program_id, to=seats.OPEN_TO_ADMINS)
    row = await queries.lock_participation(session, participation.id)
    if row.status != ParticipationStatus.completed:
        raise NotCompleted
    await seats.require_member(session, program, row.user_id)
    await seats.require_place(session, program)
    row.completed_at, row.reopened_at = None, NOW
    _move(row, ParticipationStatus.enrolled)
    _tell(session, actor, row, events.ParticipationReopened(**_of(row)))
    return await queries.get_participation(session, actor, row.id)


async def update_participation(
    session: AsyncSession,
    actor: CrmActor,
    participation: ProgramParticipation,
    data: CrmParticipationUpdate,
    if_match: str | None = None,
) -> ProgramParticipation:
    """Write down what admins note about somebody, also about one who has left. Raises `Stale`."""
    allow(actor, Permission.PARTICIPANTS_MANAGE, participation)
    row = await _lock(session, participation)
    require_match(row, if_match)
    _note(session, actor, row, data)
    return await queries.get_participation(session, actor, row.id)


# Shared


async def _lock(
    session: AsyncSession, participation: ProgramParticipation, *, unless_archived: bool = False
) -> ProgramParticipation:
    program = await lock_program(session, participation.program_id)
    if unless_archived and program.status == ProgramStatus.archived:
        raise ProgramArchived
    return await queries.lock_participation(session, participation.id)


def _note(
    session: AsyncSession,
    actor: CrmActor,
    row: ProgramParticipation,
    data: CrmParticipationUpdate | CrmManualAttendanceUpdate,
) -> dict[str, Any]:
    before = {name: getattr(row, name) for name in data.model_fields_set}
    changed = patch(row, data)
    if changed:
        told = events.ParticipationChanged(**_of(row), fields=tuple(sorted(changed)))
        _tell(session, actor, row, told, changes_of(row, before, changed))
    return changed


def _move(row: ProgramParticipation, after: ParticipationStatus) -> None:
    row.status = after
    row.version += 1


def _end(row: ProgramParticipation, after: ParticipationStatus, reason: str | None) -> None:
    row.ended_at, row.end_reason = NOW, reason
    _move(row, after)


def _of(row: ProgramParticipation) -> dict[str, UUID]:
    """What every event about a participation carries."""
    return {"participation_id": row.id, "program_id": row.program_id, "account_id": row.user_id}


def _tell(
    session: AsyncSession,
    actor: CrmActor,
    row: ProgramParticipation,
    event: DomainEvent,
    changes: dict[str, Any] | None = None,
) -> None:
    announce(session, actor, event, row.organization_id, changes)
