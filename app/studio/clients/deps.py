"""The client that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.clients import queries
from app.studio.deps import StudioSession
from app.studio.models import Client


async def client_from_path(client_id: UUID, session: StudioSession) -> Client:
    """The client, when the caller works for it or is staff. Raises `NotFound`."""
    return await queries.get_client(session, client_id)


ClientPath = Annotated[Client, Depends(client_from_path)]
