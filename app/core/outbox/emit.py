"""Announcing: a domain event is a row in the transaction of the change, or it did not happen."""

from contextvars import ContextVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.domain_event import DomainEvent
from app.core.outbox.models import OutboxRow

# The request that causes an event, so that a log line of the worker leads back to it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_EMITTED = "lyceum.emitted"


def emit(session: AsyncSession, event: DomainEvent) -> None:
    """Write `event` with the change that it tells of. The worker brings it to every listener after the commit."""
    session.add(
        OutboxRow(kind=event.kind, key=event.key, payload=event.model_dump(mode="json"), request_id=request_id.get())
    )
    session.info[_EMITTED] = True


def has_emitted(session: AsyncSession) -> bool:
    """Whether anything was announced through this session: then a nudge after the commit saves half a second."""
    return bool(session.info.get(_EMITTED))
