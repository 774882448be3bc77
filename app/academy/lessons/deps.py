"""The lesson that a path names: its course is seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.lessons import queries
from app.academy.models import Lesson
from app.core.http.session import Session


async def lesson_from_path(lesson_id: UUID, actor: CurrentAcademyActor, session: Session) -> Lesson:
    """The lesson, when the caller may know of its course. Raises `NotFound`."""
    return await queries.get_lesson(session, actor, lesson_id)


LessonPath = Annotated[Lesson, Depends(lesson_from_path)]
