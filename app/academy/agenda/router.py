"""The door to agendas: as public as their course, written by platform admins."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.academy.agenda import queries, service
from app.academy.agenda.deps import ClassSessionPath
from app.academy.agenda.errors import AgendaPlaceTaken, DayOutsideCourse
from app.academy.agenda.schemas import (
    AcademyAgendaOrder,
    AcademyClassSession,
    AcademyClassSessionCreate,
    AcademyClassSessionUpdate,
)
from app.academy.courses.deps import CoursePath
from app.academy.deps import CurrentAcademyActor
from app.academy.models import ClassSession
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get(
    "/courses/{course_id}/sessions",
    response_model=Page[AcademyClassSession],
    responses=refusals(InvalidCursor),
    openapi_extra=public(or_bearer=True),
)
async def list_sessions(
    query: Annotated[PageQuery, Query()], course: CoursePath, session: Session
) -> Rows[ClassSession]:
    """The agenda of a course, by day and by order in the day."""
    return await queries.list_sessions(session, course, query)


@router.post(
    "/courses/{course_id}/sessions",
    status_code=201,
    response_model=AcademyClassSession,
    responses=refusals(AgendaPlaceTaken, DayOutsideCourse, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_session(
    actor: CurrentAcademyActor,
    course: CoursePath,
    body: AcademyClassSessionCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> ClassSession:
    """Add an item to the agenda."""
    item = await service.create_session(session, actor, course, body)
    tag(response, request, item)
    return item


@router.put(
    "/courses/{course_id}/sessions/order",
    response_model=Page[AcademyClassSession],
    responses=refusals(AgendaPlaceTaken, DayOutsideCourse),
)
async def update_session_order(
    actor: CurrentAcademyActor, course: CoursePath, body: AcademyAgendaOrder, session: Session
) -> Rows[ClassSession]:
    """Give class sessions their places, all at once; those that are not named keep theirs. Answers the agenda."""
    await service.order_agenda(session, actor, course, body.items)
    return await queries.list_sessions(session, course, PageQuery(limit=200))


@router.get("/sessions/{session_id}", response_model=AcademyClassSession, openapi_extra=public(or_bearer=True))
async def get_session(
    item: ClassSessionPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> ClassSession:
    """Read an item of an agenda."""
    tag(response, request, item)
    return item


@router.patch(
    "/sessions/{session_id}",
    response_model=AcademyClassSession,
    responses=refusals(AgendaPlaceTaken, DayOutsideCourse, Stale),
)
async def update_session(
    actor: CurrentAcademyActor,
    item: ClassSessionPath,
    body: AcademyClassSessionUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> ClassSession:
    """Change an item of an agenda."""
    changed = await service.update_session(session, actor, item, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/sessions/{session_id}", status_code=204, responses=refusals(Stale))
async def delete_session(
    actor: CurrentAcademyActor, item: ClassSessionPath, session: Session, if_match: IfMatch = None
) -> None:
    """Take an item out of the agenda."""
    await service.delete_session(session, actor, item, if_match)
