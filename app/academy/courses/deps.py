"""The course that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.courses import queries
from app.academy.deps import OptionalAcademyActor
from app.academy.models import Course
from app.core.http.session import Session


async def course_from_path(course_id: UUID, actor: OptionalAcademyActor, session: Session) -> Course:
    """The course, when the caller may know of it. Raises `NotFound`.

    An endpoint that needs a signed-in caller names its `CurrentAcademyActor` first, or strangers get 404 for 401.
    """
    return await queries.get_course(session, actor, course_id)


CoursePath = Annotated[Course, Depends(course_from_path)]
