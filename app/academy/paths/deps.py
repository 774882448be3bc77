"""The path that a request names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import OptionalAcademyActor
from app.academy.models import LearningPath
from app.academy.paths import queries
from app.core.http.session import Session


async def learning_path_from_path(path_id: UUID, actor: OptionalAcademyActor, session: Session) -> LearningPath:
    """The learning path, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_path(session, actor, path_id)


LearningPathPath = Annotated[LearningPath, Depends(learning_path_from_path)]
