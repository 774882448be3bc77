"""The catalogue's door: anybody reads what is published, a platform admin writes."""

from typing import Annotated

from fastapi import Query, Response

from app.academy.courses import queries, service
from app.academy.courses.deps import CoursePath
from app.academy.courses.errors import AgendaDoesNotFit, PublicationRefused
from app.academy.courses.express import serve_course, serve_page
from app.academy.courses.schemas import AcademyCourse, AcademyCourseCreate, AcademyCourseFilter, AcademyCourseUpdate
from app.academy.deps import CurrentAcademyActor, OptionalAcademyActor
from app.academy.models import Course
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, etag_of
from app.core.http.express import express
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


def _tagged(response: Response, course: Course) -> Course:
    """Adds the ETag, for `If-Match`. No 304 here: `next_cohort` moves with every sale, the version does not."""
    response.headers["ETag"] = etag_of(course)
    return course


@router.get(
    "/courses",
    response_model=Page[AcademyCourse],
    responses=refusals(InvalidCursor),
    openapi_extra=public(or_bearer=True),
)
@express(serve_page)
async def list_courses(
    wanted: Annotated[AcademyCourseFilter, Query()], actor: OptionalAcademyActor, session: Session
) -> Rows[Course]:
    """The catalogue: published courses, newest first."""
    return await queries.list_courses(session, actor, wanted)


@router.post(
    "/courses",
    status_code=201,
    response_model=AcademyCourse,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_course(
    body: AcademyCourseCreate, actor: CurrentAcademyActor, key: Idempotent, session: Session, response: Response
) -> Course:
    """Make a course. It begins as a draft that only platform admins see."""
    return _tagged(response, await service.create_course(session, actor, body))


@router.get("/courses/{course_id}", response_model=AcademyCourse, openapi_extra=public(or_bearer=True))
@express(serve_course)
async def get_course(course: CoursePath, response: Response) -> Course:
    """Read a course. Archived ones are there for their learners and instructors."""
    return _tagged(response, course)


@router.patch("/courses/{course_id}", response_model=AcademyCourse, responses=refusals(AgendaDoesNotFit, Stale))
async def update_course(
    actor: CurrentAcademyActor,
    course: CoursePath,
    body: AcademyCourseUpdate,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> Course:
    """Change a course; the slug stays."""
    return _tagged(response, await service.update_course(session, actor, course, body, if_match))


@router.delete("/courses/{course_id}", status_code=204, responses=refusals(Stale))
async def delete_course(
    actor: CurrentAcademyActor, course: CoursePath, session: Session, if_match: IfMatch = None
) -> None:
    """Archive a course: no new learners, and those it has keep their access."""
    await service.archive_course(session, actor, course, if_match)


@router.put("/courses/{course_id}/publication", response_model=AcademyCourse, responses=refusals(PublicationRefused))
async def publish_course(
    actor: CurrentAcademyActor, course: CoursePath, session: Session, response: Response
) -> Course:
    """Put a draft into the catalogue."""
    return _tagged(response, await service.publish_course(session, actor, course))


@router.delete("/courses/{course_id}/publication", response_model=AcademyCourse, responses=refusals(PublicationRefused))
async def unpublish_course(
    actor: CurrentAcademyActor, course: CoursePath, session: Session, response: Response
) -> Course:
    """Take a course back out of the catalogue, to work on it as a draft."""
    return _tagged(response, await service.unpublish_course(session, actor, course))
