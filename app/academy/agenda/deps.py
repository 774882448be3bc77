"""The class session that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.agenda import queries
from app.academy.deps import OptionalAcademyActor
from app.academy.models import ClassSession
from app.core.http.session import Session


async def session_from_path(session_id: UUID, actor: OptionalAcademyActor, session: Session) -> ClassSession:
    """The class session, when the caller may know of its course. Raises `NotFound`."""
    return await queries.get_session(session, actor, session_id)


ClassSessionPath = Annotated[ClassSession, Depends(session_from_path)]
