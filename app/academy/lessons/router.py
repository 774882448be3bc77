"""The door to lessons: read by who learns or teaches in the course, written by platform admins."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.academy.agenda.deps import ClassSessionPath
from app.academy.deps import CurrentAcademyActor
from app.academy.lessons import queries, service
from app.academy.lessons.deps import LessonPath
from app.academy.lessons.errors import LessonInUse, LessonOfOtherCourse, NoCourseAccess, WorksheetUnknown
from app.academy.lessons.schemas import (
    AcademyLesson,
    AcademyLessonCompletion,
    AcademyLessonCreate,
    AcademyLessonUpdate,
)
from app.academy.models import Lesson
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/sessions/{session_id}/lessons", response_model=Page[AcademyLesson], responses=refusals(InvalidCursor))
async def list_lessons(
    actor: CurrentAcademyActor, query: Annotated[PageQuery, Query()], item: ClassSessionPath, session: Session
) -> Rows[Lesson]:
    """The lessons of a class session, in their order."""
    await service.require_access(session, actor, item.course_id)
    return await queries.list_lessons(session, item, query)


@router.post(
    "/sessions/{session_id}/lessons",
    status_code=201,
    response_model=AcademyLesson,
    responses=refusals(WorksheetUnknown, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_lesson(
    actor: CurrentAcademyActor,
    item: ClassSessionPath,
    body: AcademyLessonCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> Lesson:
    """Add a lesson to a class session."""
    lesson = await service.create_lesson(session, actor, item, body)
    tag(response, request, lesson)
    return lesson


@router.get("/lessons/{lesson_id}", response_model=AcademyLesson)
async def get_lesson(
    actor: CurrentAcademyActor,
    lesson: LessonPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Lesson:
    """Read a lesson."""
    await service.require_access(session, actor, await queries.course_of(session, lesson))
    tag(response, request, lesson)
    return lesson


@router.patch("/lessons/{lesson_id}", response_model=AcademyLesson, responses=refusals(WorksheetUnknown, Stale))
async def update_lesson(
    actor: CurrentAcademyActor,
    lesson: LessonPath,
    body: AcademyLessonUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Lesson:
    """Change a lesson."""
    changed = await service.update_lesson(session, actor, lesson, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/lessons/{lesson_id}", status_code=204, responses=refusals(LessonInUse, Stale))
async def delete_lesson(
    actor: CurrentAcademyActor, lesson: LessonPath, session: Session, if_match: IfMatch = None
) -> None:
    """Take a lesson away, as long as nobody has finished it."""
    await service.delete_lesson(session, actor, lesson, if_match)


@router.put(
    "/enrollments/{enrollment_id}/lessons/{lesson_id}/completion",
    response_model=AcademyLessonCompletion,
    responses=refusals(LessonOfOtherCourse, NoCourseAccess),
)
async def complete_lesson(
    actor: CurrentAcademyActor, enrollment_id: UUID, lesson_id: UUID, session: Session
) -> AcademyLessonCompletion:
    """Say that one has finished a lesson. A second time changes nothing."""
    return await service.complete_lesson(session, actor, enrollment_id, lesson_id)
