"""The event that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.http.session import Session
from app.crm.deps import CurrentCrmActor
from app.crm.events import queries
from app.crm.models import Event


async def event_from_path(event_id: UUID, actor: CurrentCrmActor, session: Session) -> Event:
    """The event, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_event(session, actor, event_id)


EventPath = Annotated[Event, Depends(event_from_path)]
