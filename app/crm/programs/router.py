"""The door to programs: whoever belongs to the organization reads them, its admins make and change them."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Path, Query, Response
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
from app.crm.models import Program
from app.crm.permissions import Permission, allow
from app.crm.programs import queries, service
from app.crm.programs.deps import ProgramPath
from app.crm.programs.errors import ProgramArchived, ProgramDatesReversed, ProgramTransitionRefused
from app.crm.programs.schemas import (
    CrmImportedProgram,
    CrmProgram,
    CrmProgramCreate,
    CrmProgramExport,
    CrmProgramFilter,
    CrmProgramImport,
    CrmProgramImportCreate,
    CrmProgramStatusUpdate,
    CrmProgramUpdate,
    CrmSlugRenewal,
)
from app.identity.deps import Idempotent
from app.identity.organizations import queries as organizations
from app.identity.organizations.deps import OrganizationPath
from app.identity.organizations.errors import OrganizationNotFound

router = Router()

Slug = Annotated[str, Path(max_length=100, description="The program's slug, or one that it had before")]


def _tagged(response: Response, program: Program) -> Program:
    """Adds the ETag, for `If-Match`. No 304 here: people come and go, the version does not move with them."""
    response.headers["ETag"] = etag_of(program)
    return program


@router.get(
    "/organizations/{organization_id}/programs",
    response_model=Page[CrmProgram],
    responses=refusals(OrganizationNotFound, InvalidCursor),
)
async def list_programs(
    wanted: Annotated[CrmProgramFilter, Query()],
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    session: Session,
) -> Rows[Program]:
    """List an organization's programs, the newest first, each with its live participants. Members do."""
    return await queries.list_programs(session, actor, organization.id, wanted)


@router.post(
    "/organizations/{organization_id}/programs",
    status_code=201,
    response_model=CrmProgram,
    responses=refusals(OrganizationNotFound, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_program(
    body: CrmProgramCreate,
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    *,
    key: Idempotent,
    session: Session,
    response: Response,
) -> Program:
    """Make a program. It begins in planning, under a slug of its own, without events. Admins do."""
    return _tagged(response, await service.create_program(session, actor, organization, body))


@router.get(
    "/organizations/{organization_id}/programs/export",
    response_class=StreamingResponse,
    responses={200: EXPORTED, **refusals(OrganizationNotFound)},
)
async def export_programs(
    organization_id: UUID,
    wanted: Annotated[CrmProgramExport, Query()],
    actor: StepwiseCrmActor,
    transactions: StepwiseSession,
) -> StreamingResponse:
    """Take an organization's programs out as CSV or JSON Lines. Admins do."""
    async with transactions.begin() as first:
        organization = await organizations.get_organization(first, actor, organization_id)
        allow(actor, Permission.PROGRAMS_EXPORT, organization)

    async def read(session: AsyncSession, cursor: str | None) -> Rows[Program]:
        page = CrmProgramFilter(limit=200, cursor=cursor, status=wanted.status)
        return await queries.list_programs(session, actor, organization_id, page)

    return export(transactions, read, CrmProgram, wanted.format, "programs")


@router.get(
    "/organizations/{organization_id}/programs/by-slug/{slug}",
    response_model=CrmProgram,
    responses={
        308: {
            "description": "The program has another slug by now; `Location` leads to it.",
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "The program under its slug of now."}
            },
        },
        **refusals(OrganizationNotFound),
    },
)
async def get_program_by_slug(
    slug: Slug, actor: CurrentCrmActor, organization: OrganizationPath, session: Session, response: Response
) -> Program | Response:
    """Read a program by its slug. One that it had before is answered with 308 and where to find it now."""
    program = await queries.get_program_by_slug(session, actor, organization.id, slug)
    if program.slug != slug:
        here = f"/api/v1/crm/organizations/{organization.id}/programs/by-slug/{quote(program.slug)}"
        # Another program may take the former slug one day: nobody may keep the redirect.
        return Response(status_code=308, headers={"Location": here, "Cache-Control": "no-store"})
    return _tagged(response, program)


@router.post(
    "/organizations/{organization_id}/program-imports",
    status_code=202,
    response_model=CrmProgramImport,
    responses=refusals(OrganizationNotFound, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_program_import(
    body: CrmProgramImportCreate,
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    key: Idempotent,
    session: Session,
) -> CrmProgramImport:
    """Make up to 200 programs at once, all or none. Each gets the slug of its name in the background. Admins do.

    The slugs in the answer are provisional; they lead to the programs for good.
    """
    made = await service.import_programs(session, actor, organization, body.programs)
    return CrmProgramImport(programs=[CrmImportedProgram.model_validate(program) for program in made])


@router.post(
    "/organizations/{organization_id}/slug-renewals",
    status_code=202,
    response_model=CrmSlugRenewal,
    responses=refusals(OrganizationNotFound, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_slug_renewal(
    actor: CurrentCrmActor, organization: OrganizationPath, key: Idempotent, session: Session
) -> CrmSlugRenewal:
    """Give every program that was renamed the slug of its new name, in the background. Admins do.

    Former slugs keep leading to their programs.
    """
    return CrmSlugRenewal(requested_count=await service.request_slugs(session, actor, organization))


@router.get("/programs/{program_id}", response_model=CrmProgram)
async def get_program(program: ProgramPath, response: Response) -> Program:
    """Read a program of an organization that the caller belongs to."""
    return _tagged(response, program)


@router.patch(
    "/programs/{program_id}",
    response_model=CrmProgram,
    responses=refusals(ProgramArchived, ProgramDatesReversed, Stale),
)
async def update_program(
    body: CrmProgramUpdate,
    actor: CurrentCrmActor,
    program: ProgramPath,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> Program:
    """Change a program; its slug stays. Fewer places than enrolled people take nobody's place away. Admins do."""
    return _tagged(response, await service.update_program(session, actor, program, body, if_match))


@router.delete("/programs/{program_id}", status_code=204, responses=refusals(Stale))
async def delete_program(
    actor: CurrentCrmActor, program: ProgramPath, session: Session, if_match: IfMatch = None
) -> None:
    """Archive a program: it leaves the lists and takes nobody, its people and their history stay. Admins do."""
    await service.archive_program(session, actor, program, if_match)


@router.put("/programs/{program_id}/status", response_model=CrmProgram, responses=refusals(ProgramTransitionRefused))
async def update_program_status(
    body: CrmProgramStatusUpdate,
    actor: CurrentCrmActor,
    program: ProgramPath,
    session: Session,
    response: Response,
) -> Program:
    """Move a program: planning, active, completed and back; archived, and from there to planning. Admins do."""
    return _tagged(response, await service.move_program(session, actor, program, body.status))


@router.put("/programs/{program_id}/slug", response_model=CrmProgram)
async def renew_program_slug(
    actor: CurrentCrmActor, program: ProgramPath, session: Session, response: Response
) -> Program:
    """Give a program the slug of its present name; the former one leads to it. Twice changes nothing. Admins do."""
    return _tagged(response, await service.renew_slug(session, actor, program.id))
