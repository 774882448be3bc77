"""The session that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.contents import queries
from app.studio.contents.queries import SessionPlace
from app.studio.deps import CurrentStudioActor, StudioSession


async def session_from_path(session_id: UUID, actor: CurrentStudioActor, session: StudioSession) -> SessionPlace:
    """The session, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_session(session, actor, session_id)


SessionPath = Annotated[SessionPlace, Depends(session_from_path)]
