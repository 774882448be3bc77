"""The doors to statuses, their history, and revisions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from app.core.errors import AppError, Stale
from app.core.http.etags import IfMatch, etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import MEDIA_TYPE, SCHEMA, refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.contents import queries as contents
from app.studio.contents.deps import SessionPath
from app.studio.contents.errors import ContentIncomplete
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import ContentType, ProgramRevision, SessionRevision, StatusChange
from app.studio.publishing import queries, service
from app.studio.publishing.deps import ProgramPath
from app.studio.publishing.errors import (
    ContentTransitionRefused,
    ProgramTransitionRefused,
    PublicationBlocked,
    SessionTransitionRefused,
)
from app.studio.publishing.rules import Standing
from app.studio.publishing.schemas import (
    StudioContentStatusChangeCreate,
    StudioProgramRevision,
    StudioProgramStatusChangeCreate,
    StudioRevision,
    StudioSessionRevision,
    StudioSessionStatusChangeCreate,
    StudioStatus,
    StudioStatusChange,
)
from app.studio.sessions.errors import SessionPublished

router = Router()

_ITEMS = {"type": "array", "items": {"$ref": "#/components/schemas/StudioBlockingItem"}}


def _refusals(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """As usual, with what a blocked publication says beside the usual."""
    answers = refusals(*errors, IdempotencyInFlight, IdempotencyKeyReused, Stale)
    if PublicationBlocked in errors:
        blocking = {"properties": {"blocking": {**_ITEMS, "description": "What is not approved yet."}}}
        answers[409]["content"][MEDIA_TYPE]["schema"] = {"allOf": [SCHEMA, blocking]}
    return answers


# Programs


@router.post(
    "/programs/{program_id}/status-changes",
    status_code=201,
    response_model=StudioStatusChange,
    responses=_refusals(ProgramTransitionRefused, PublicationBlocked),
)
async def create_program_status_change(
    actor: CurrentStudioActor,
    place: ProgramPath,
    body: StudioProgramStatusChangeCreate,
    *,
    key: Idempotent,
    session: StudioSession,
    if_match: IfMatch = None,
) -> StatusChange:
    """Take a program one step along: draft → in_progress → review → published, or one step back with a reason.

    Publishing is for reviewers and takes all sessions along: every one has to be approved or published already, and
    so has its content; otherwise `blocking` lists what is not. From published it goes back to draft, with a reason:
    the next revision begins, and what was published is kept.
    """
    return await service.change_program_status(session, actor, place, body, if_match=if_match)


@router.get(
    "/programs/{program_id}/status-changes",
    response_model=Page[StudioStatusChange],
    responses=refusals(InvalidCursor),
)
async def list_program_status_changes(
    query: Annotated[PageQuery, Query()], place: ProgramPath, session: StudioSession
) -> Rows[StatusChange]:
    """The steps that a program has taken, newest first."""
    return await queries.list_changes(session, query, program_id=place.program.id)


@router.get("/programs/{program_id}/status", response_model=StudioStatus)
async def get_program_status(
    actor: CurrentStudioActor, place: ProgramPath, session: StudioSession, response: Response
) -> Standing:
    """Where a program is on its way, which steps may follow, and what is in their way. Its ETag is the program's."""
    response.headers["ETag"] = etag_of(place.program)
    return await service.describe_program(session, actor, place)


@router.get("/programs/{program_id}/revisions", response_model=Page[StudioRevision], responses=refusals(InvalidCursor))
async def list_program_revisions(
    query: Annotated[PageQuery, Query()], place: ProgramPath, session: StudioSession
) -> Rows[ProgramRevision]:
    """The publications of a program, newest first."""
    return await queries.list_program_revisions(session, place.program.id, query)


@router.get("/programs/{program_id}/revisions/{revision_id}", response_model=StudioProgramRevision)
async def get_program_revision(revision_id: UUID, place: ProgramPath, session: StudioSession) -> ProgramRevision:
    """A program as it was published: its outline. It names the revision of each session."""
    return await queries.get_program_revision(session, place.program.id, revision_id)


# Sessions


@router.post(
    "/sessions/{session_id}/status-changes",
    status_code=201,
    response_model=StudioStatusChange,
    responses=_refusals(SessionTransitionRefused, PublicationBlocked),
)
async def create_session_status_change(
    actor: CurrentStudioActor,
    place: SessionPath,
    body: StudioSessionStatusChangeCreate,
    *,
    key: Idempotent,
    session: StudioSession,
    if_match: IfMatch = None,
) -> StatusChange:
    """Take a session one step along: draft → content_created → approved → published, or one back with a reason.

    Approving and publishing are for reviewers. All content that the session has must be approved before it is
    published; otherwise `blocking` lists what is not. From published it goes back to draft, with a reason: the next
    revision begins, and what was published is kept.
    """
    return await service.change_session_status(session, actor, place, body, if_match=if_match)


@router.get(
    "/sessions/{session_id}/status-changes",
    response_model=Page[StudioStatusChange],
    responses=refusals(InvalidCursor),
)
async def list_session_status_changes(
    query: Annotated[PageQuery, Query()], place: SessionPath, session: StudioSession
) -> Rows[StatusChange]:
    """The steps that a session has taken, newest first."""
    return await queries.list_changes(session, query, session_id=place.session.id)


@router.get("/sessions/{session_id}/status", response_model=StudioStatus)
async def get_session_status(
    actor: CurrentStudioActor, place: SessionPath, session: StudioSession, response: Response
) -> Standing:
    """Where a session is on its way, which steps may follow, and what is in their way. Its ETag is the session's."""
    response.headers["ETag"] = etag_of(place.session)
    return await service.describe_session(session, actor, place)


@router.get("/sessions/{session_id}/revisions", response_model=Page[StudioRevision], responses=refusals(InvalidCursor))
async def list_session_revisions(
    query: Annotated[PageQuery, Query()], place: SessionPath, session: StudioSession
) -> Rows[SessionRevision]:
    """The publications of a session, newest first."""
    return await queries.list_session_revisions(session, place.session.id, query)


@router.get("/sessions/{session_id}/revisions/{revision_id}", response_model=StudioSessionRevision)
async def get_session_revision(revision_id: UUID, place: SessionPath, session: StudioSession) -> SessionRevision:
    """A session as it was published, with its contents."""
    return await queries.get_session_revision(session, place.session.id, revision_id)


# The four kinds of content


def _add_kind(kind: ContentType) -> None:
    path = f"/sessions/{{session_id}}/{kind.value}"

    async def create_status_change(
        actor: CurrentStudioActor,
        place: SessionPath,
        body: StudioContentStatusChangeCreate,
        *,
        key: Idempotent,
        session: StudioSession,
        if_match: IfMatch = None,
    ) -> StatusChange:
        return await service.change_content_status(session, actor, place, kind, body, if_match=if_match)

    async def list_status_changes(
        query: Annotated[PageQuery, Query()], place: SessionPath, session: StudioSession
    ) -> Rows[StatusChange]:
        return await queries.list_changes(session, query, session_id=place.session.id, content_type=kind)

    async def get_status(
        actor: CurrentStudioActor, place: SessionPath, session: StudioSession, response: Response
    ) -> Standing:
        content = await contents.get_content(session, kind, place.session.id)
        response.headers["ETag"] = etag_of(content)
        return service.describe_content(actor, place, content)

    router.add_api_route(
        f"{path}/status-changes",
        create_status_change,
        methods=["POST"],
        name=f"create_{kind}_status_change",
        summary=f"Create {kind.title()} Status Change",
        description=f"Take the {kind} one step along: draft → review → approved, or one step back with a reason."
        " What goes to review has to be complete. Approving, and taking it back, are for reviewers.",
        status_code=201,
        response_model=StudioStatusChange,
        responses=_refusals(ContentTransitionRefused, ContentIncomplete, SessionPublished),
    )
    router.add_api_route(
        f"{path}/status-changes",
        list_status_changes,
        methods=["GET"],
        name=f"list_{kind}_status_changes",
        summary=f"List {kind.title()} Status Changes",
        description=f"The steps that the {kind} of a session has taken, newest first; also of one that is gone.",
        response_model=Page[StudioStatusChange],
        responses=refusals(InvalidCursor),
    )
    router.add_api_route(
        f"{path}/status",
        get_status,
        methods=["GET"],
        name=f"get_{kind}_status",
        summary=f"Get {kind.title()} Status",
        description=f"Where the {kind} is on its way, which steps may follow, and what it lacks for them."
        f" Its ETag is that of the {kind}.",
        response_model=StudioStatus,
    )


for _kind in ContentType:
    _add_kind(_kind)
