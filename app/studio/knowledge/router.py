"""The door to knowledge of clients and of programs: whoever works for the client reads and writes it."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.studio.clients.deps import ClientPath
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.knowledge import queries, service
from app.studio.knowledge.queries import CLIENTS, PROGRAMS
from app.studio.knowledge.schemas import (
    DiffQuery,
    StudioClientKnowledge,
    StudioClientKnowledgeDiff,
    StudioClientKnowledgeSave,
    StudioClientKnowledgeVersion,
    StudioProgramKnowledge,
    StudioProgramKnowledgeDiff,
    StudioProgramKnowledgeSave,
    StudioProgramKnowledgeVersion,
)
from app.studio.models import ClientKnowledge, ClientKnowledgeType, ProgramKnowledge, ProgramKnowledgeType
from app.studio.programs.deps import ProgramPath

router = Router()

_OF_CLIENT = "/clients/{client_id}/knowledge"
_OF_PROGRAM = "/programs/{program_id}/knowledge"
_KIND = Path(alias="type", description="Which of the documents")

ClientKind = Annotated[ClientKnowledgeType, _KIND]
ProgramKind = Annotated[ProgramKnowledgeType, _KIND]
VersionPath = Annotated[int, Path(ge=1, le=2_147_483_647, description="Which version; the first is 1")]


@router.get(_OF_CLIENT, response_model=Page[StudioClientKnowledge], responses=refusals(InvalidCursor))
async def list_client_knowledge(
    client: ClientPath, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[ClientKnowledge]:
    """List what is known about a client, by type, each in its present version."""
    return await queries.list_types(session, CLIENTS, client.id, query)


@router.get(f"{_OF_CLIENT}/{{type}}", response_model=StudioClientKnowledge)
async def get_client_knowledge(
    client: ClientPath,
    kind: ClientKind,
    session: StudioSession,
    *,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> ClientKnowledge:
    """Read what is known about a client, of one type."""
    known: ClientKnowledge = await queries.get(session, CLIENTS, client.id, kind)
    tag(response, request, known)
    return known


@router.put(f"{_OF_CLIENT}/{{type}}", response_model=StudioClientKnowledge, responses=refusals(Stale))
async def save_client_knowledge(
    body: StudioClientKnowledgeSave,
    client: ClientPath,
    kind: ClientKind,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> ClientKnowledge:
    """Write the next version of what is known about a client, or the first one (`If-Match: "0"` if it must be it)."""
    saved = await service.save_client_knowledge(session, actor, client, kind, body, if_match=if_match)
    tag(response, request, saved)
    return saved


@router.get(
    f"{_OF_CLIENT}/{{type}}/versions",
    response_model=Page[StudioClientKnowledgeVersion],
    responses=refusals(InvalidCursor),
)
async def list_client_knowledge_versions(
    client: ClientPath, kind: ClientKind, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[Any]:
    """List the versions of what is known about a client, the newest first."""
    known = await queries.get(session, CLIENTS, client.id, kind)
    return await queries.list_versions(session, CLIENTS, known, query)


@router.get(f"{_OF_CLIENT}/{{type}}/versions/{{version}}", response_model=StudioClientKnowledgeVersion)
async def get_client_knowledge_version(
    client: ClientPath, kind: ClientKind, version: VersionPath, session: StudioSession
) -> Any:
    """Read one version of what is known about a client."""
    known = await queries.get(session, CLIENTS, client.id, kind)
    return await queries.get_version(session, CLIENTS, known, version)


@router.get(f"{_OF_CLIENT}/{{type}}/diff", response_model=StudioClientKnowledgeDiff)
async def get_client_knowledge_diff(
    client: ClientPath, kind: ClientKind, wanted: Annotated[DiffQuery, Query()], session: StudioSession
) -> StudioClientKnowledgeDiff:
    """Compare two versions of what is known about a client: which values were added, removed and replaced."""
    known = await queries.get(session, CLIENTS, client.id, kind)
    return await queries.diff_of_client(session, known, wanted)


@router.get(_OF_PROGRAM, response_model=Page[StudioProgramKnowledge], responses=refusals(InvalidCursor))
async def list_program_knowledge(
    program: ProgramPath, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[ProgramKnowledge]:
    """List what a program is written from, by type, each in its present version."""
    return await queries.list_types(session, PROGRAMS, program.id, query)


@router.get(f"{_OF_PROGRAM}/{{type}}", response_model=StudioProgramKnowledge)
async def get_program_knowledge(
    program: ProgramPath,
    kind: ProgramKind,
    session: StudioSession,
    *,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> ProgramKnowledge:
    """Read what a program is written from, of one type."""
    known: ProgramKnowledge = await queries.get(session, PROGRAMS, program.id, kind)
    tag(response, request, known)
    return known


@router.put(f"{_OF_PROGRAM}/{{type}}", response_model=StudioProgramKnowledge, responses=refusals(Stale))
async def save_program_knowledge(
    body: StudioProgramKnowledgeSave,
    program: ProgramPath,
    kind: ProgramKind,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> ProgramKnowledge:
    """Write the next version of what a program is written from, or the first one (`If-Match: "0"` if it must be it)."""
    saved = await service.save_program_knowledge(session, actor, program, kind, body, if_match=if_match)
    tag(response, request, saved)
    return saved


@router.get(
    f"{_OF_PROGRAM}/{{type}}/versions",
    response_model=Page[StudioProgramKnowledgeVersion],
    responses=refusals(InvalidCursor),
)
async def list_program_knowledge_versions(
    program: ProgramPath, kind: ProgramKind, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[Any]:
    """List the versions of what a program is written from, the newest first."""
    known = await queries.get(session, PROGRAMS, program.id, kind)
    return await queries.list_versions(session, PROGRAMS, known, query)


@router.get(f"{_OF_PROGRAM}/{{type}}/versions/{{version}}", response_model=StudioProgramKnowledgeVersion)
async def get_program_knowledge_version(
    program: ProgramPath, kind: ProgramKind, version: VersionPath, session: StudioSession
) -> Any:
    """Read one version of what a program is written from."""
    known = await queries.get(session, PROGRAMS, program.id, kind)
    return await queries.get_version(session, PROGRAMS, known, version)


@router.get(f"{_OF_PROGRAM}/{{type}}/diff", response_model=StudioProgramKnowledgeDiff)
async def get_program_knowledge_diff(
    program: ProgramPath, kind: ProgramKind, wanted: Annotated[DiffQuery, Query()], session: StudioSession
) -> StudioProgramKnowledgeDiff:
    """Compare two versions of what a program is written from, line by line."""
    known = await queries.get(session, PROGRAMS, program.id, kind)
    return await queries.diff_of_program(session, known, wanted)
