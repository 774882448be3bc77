"""The door to participations: members come and go, admins let in, take out, count and complete."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from app.core.database import AsyncSession
from app.core.errors import Stale
from app.core.http.etags import IfMatch, etag_of
from app.core.http.exports import EXPORTED, export
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session, StepwiseSession
from app.crm.deps import CurrentCrmActor, StepwiseCrmActor
from app.crm.models import ProgramParticipation
from app.crm.participation import queries, service
from app.crm.participation.deps import ParticipationPath
from app.crm.participation.errors import (
    AlreadyCompleted,
    AlreadyParticipating,
    CapacityReached,
    EnrollmentByAdminsOnly,
    NotCompleted,
    NotEnrolled,
    NotLive,
    NotOrgMember,
    NotPending,
    ProgramNotOpen,
)
from app.crm.participation.schemas import (
    CrmManualAttendanceUpdate,
    CrmOwnParticipationFilter,
    CrmParticipantCreate,
    CrmParticipantExport,
    CrmParticipantFilter,
    CrmParticipation,
    CrmParticipationRemovalCreate,
    CrmParticipationUpdate,
)
from app.crm.permissions import Permission, allow
from app.crm.programs.deps import ProgramPath
from app.crm.programs.errors import ProgramArchived
from app.crm.programs.queries import get_program
from app.identity.deps import Idempotent

router = Router()

NO_WAY_IN = (ProgramArchived, ProgramNotOpen, NotOrgMember, CapacityReached)
NO_BEGINNING = (*NO_WAY_IN, AlreadyParticipating, AlreadyCompleted, IdempotencyInFlight, IdempotencyKeyReused)


def _tagged(response: Response, participation: ProgramParticipation) -> ProgramParticipation:
    """Adds the ETag, for `If-Match`. No 304 here: attendance at events moves the counts and not the version."""
    response.headers["ETag"] = etag_of(participation)
    return participation


# People of a program


@router.get(
    "/programs/{program_id}/participants",
    response_model=Page[CrmParticipation],
    responses=refusals(InvalidCursor),
)
async def list_participants(
    wanted: Annotated[CrmParticipantFilter, Query()],
    actor: CurrentCrmActor,
    program: ProgramPath,
    session: Session,
) -> Rows[ProgramParticipation]:
    """List who takes part in a program, or did: names and numbers, never an address. Admins do."""
    allow(actor, Permission.PARTICIPANTS_READ, program)
    return await queries.list_participants(session, actor, program.id, wanted)


@router.post(
    "/programs/{program_id}/participants",
    status_code=201,
    response_model=CrmParticipation,
    responses=refusals(*NO_BEGINNING),
)
async def create_participant(
    body: CrmParticipantCreate,
    actor: CurrentCrmActor,
    program: ProgramPath,
    *,
    key: Idempotent,
    session: Session,
    response: Response,
) -> ProgramParticipation:
    """Enroll a member of the organization, whatever the program's own way in is. Admins do."""
    return _tagged(response, await service.enroll(session, actor, program, body))


@router.get(
    "/programs/{program_id}/participants/export",
    response_class=StreamingResponse,
    responses={200: EXPORTED},
)
async def export_participants(
    program_id: UUID,
    wanted: Annotated[CrmParticipantExport, Query()],
    actor: StepwiseCrmActor,
    transactions: StepwiseSession,
) -> StreamingResponse:
    """Take the participants of a program out as CSV or JSON Lines, as the list shows them. Admins do."""
    async with transactions.begin() as first:
        allow(actor, Permission.PARTICIPANTS_READ, await get_program(first, actor, program_id))

    async def read(session: AsyncSession, cursor: str | None) -> Rows[ProgramParticipation]:
        page = CrmParticipantFilter(limit=200, cursor=cursor, status=wanted.status)
        return await queries.list_participants(session, actor, program_id, page)

    return export(transactions, read, CrmParticipation, wanted.format, "participants")


# One's own


@router.post(
    "/programs/{program_id}/enrollments",
    status_code=201,
    response_model=CrmParticipation,
    responses=refusals(EnrollmentByAdminsOnly, *NO_BEGINNING),
)
async def create_enrollment(
    actor: CurrentCrmActor, program: ProgramPath, *, key: Idempotent, session: Session, response: Response
) -> ProgramParticipation:
    """Enroll oneself in an active program; where an admin decides, this asks, and the answer is `pending`."""
    return _tagged(response, await service.join(session, actor, program))


@router.get("/me/participations", response_model=Page[CrmParticipation], responses=refusals(InvalidCursor))
async def list_my_participations(
    wanted: Annotated[CrmOwnParticipationFilter, Query()], actor: CurrentCrmActor, session: Session
) -> Rows[ProgramParticipation]:
    """List the caller's own participations in all organizations, the latest first."""
    return await queries.list_own(session, actor, wanted)


@router.post(
    "/participations/{participation_id}/withdrawal", response_model=CrmParticipation, responses=refusals(NotLive)
)
async def withdraw_participation(
    actor: CurrentCrmActor, participation: ParticipationPath, session: Session, response: Response
) -> ProgramParticipation:
    """Leave a program, or take a request back; the place is free at once. Only oneself can."""
    return _tagged(response, await service.withdraw(session, actor, participation))


# One participation


@router.get("/participations/{participation_id}", response_model=CrmParticipation)
async def get_participation(participation: ParticipationPath, response: Response) -> ProgramParticipation:
    """Read a participation: one's own, or as an admin of the organization anybody's, with notes."""
    return _tagged(response, participation)


@router.patch("/participations/{participation_id}", response_model=CrmParticipation, responses=refusals(Stale))
async def update_participation(
    body: CrmParticipationUpdate,
    actor: CurrentCrmActor,
    participation: ParticipationPath,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> ProgramParticipation:
    """Change the notes that admins keep about a participation. Admins do."""
    changed = await service.update_participation(session, actor, participation, body, if_match)
    return _tagged(response, changed)


@router.post(
    "/participations/{participation_id}/approval",
    response_model=CrmParticipation,
    responses=refusals(NotPending, *NO_WAY_IN),
)
async def approve_participation(
    actor: CurrentCrmActor, participation: ParticipationPath, session: Session, response: Response
) -> ProgramParticipation:
    """Say yes to a request, if there is a place now. Admins do."""
    return _tagged(response, await service.approve(session, actor, participation))


@router.post(
    "/participations/{participation_id}/decline", response_model=CrmParticipation, responses=refusals(NotPending)
)
async def decline_participation(
    actor: CurrentCrmActor, participation: ParticipationPath, session: Session, response: Response
) -> ProgramParticipation:
    """Say no to a request: it is removed, with `declined` as the reason. Admins do."""
    return _tagged(response, await service.decline(session, actor, participation))


@router.post("/participations/{participation_id}/removal", response_model=CrmParticipation, responses=refusals(NotLive))
async def remove_participation(
    body: CrmParticipationRemovalCreate,
    actor: CurrentCrmActor,
    participation: ParticipationPath,
    session: Session,
    response: Response,
) -> ProgramParticipation:
    """Take somebody out of a program and keep the reason; the place is free at once. Admins do."""
    return _tagged(response, await service.remove(session, actor, participation, body.reason))


@router.put(
    "/participations/{participation_id}/attendance",
    response_model=CrmParticipation,
    responses=refusals(NotEnrolled, ProgramArchived),
)
async def update_manual_attendance(
    body: CrmManualAttendanceUpdate,
    actor: CurrentCrmActor,
    participation: ParticipationPath,
    session: Session,
    response: Response,
) -> ProgramParticipation:
    """Count attendance by hand, besides what is recorded at events. Admins do.

    Whoever has met the criteria by it is completed in the answer. A lower count takes no completion back.
    """
    return _tagged(response, await service.count_attendance(session, actor, participation, body))


@router.post(
    "/participations/{participation_id}/completion",
    response_model=CrmParticipation,
    responses=refusals(NotEnrolled, ProgramArchived),
)
async def complete_participation(
    actor: CurrentCrmActor, participation: ParticipationPath, session: Session, response: Response
) -> ProgramParticipation:
    """Say that somebody who is enrolled has completed the program, whatever its criteria. Admins do."""
    return _tagged(response, await service.complete(session, actor, participation))


@router.post(
    "/participations/{participation_id}/reopening",
    response_model=CrmParticipation,
    responses=refusals(NotCompleted, *NO_WAY_IN),
)
async def reopen_participation(
    actor: CurrentCrmActor, participation: ParticipationPath, session: Session, response: Response
) -> ProgramParticipation:
    """Take a completion back: the person is enrolled again, if there is a place. Admins do."""
    return _tagged(response, await service.reopen(session, actor, participation))
