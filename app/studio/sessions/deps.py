"""The session that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.deps import StudioSession
from app.studio.models import ContentSession
from app.studio.sessions import queries


async def session_from_path(session_id: UUID, session: StudioSession) -> ContentSession:
    """The session, when the caller works for its client or is staff. Raises `NotFound`."""
    return await queries.get_session(session, session_id)


ContentSessionPath = Annotated[ContentSession, Depends(session_from_path)]
