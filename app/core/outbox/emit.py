"""Announcing: a domain event is a row in the transaction of the change, or it did not happen."""

from contextvars import ContextVar
from typing import Any

from sqlalchemy import Insert, Update, Uuid, insert, literal, null, select
from sqlalchemy.dialects.postgresql import JSONB
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


async def emit_with(session: AsyncSession, change: Insert | Update, event: DomainEvent) -> bool:
    """Make `change` and write `event`, in one statement, if the change touches a row. Returns whether it did.

    For hot paths whose change may turn out to be none: `INSERT … ON CONFLICT DO NOTHING`, `UPDATE … WHERE`.
    """
    changed = change.returning(literal(1).label("one")).cte("changed")
    named = request_id.get()
    row: dict[str, Any] = {
        "kind": literal(event.kind),
        "key": literal(event.key, Uuid()),
        "payload": literal(event.model_dump(mode="json"), JSONB()),
        "request_id": null() if named is None else literal(named),
    }
    written = await session.execute(
        insert(OutboxRow.__table__).from_select([*row], select(*row.values()).select_from(changed))  # type: ignore[arg-type]  # a declared table is one
    )
    if written.rowcount == 0:  # type: ignore[attr-defined]  # a cursor result has one
        return False
    session.info[_EMITTED] = True
    return True


def has_emitted(session: AsyncSession) -> bool:
    """Whether anything was announced through this session: then a nudge after the commit saves half a second."""
    return bool(session.info.get(_EMITTED))
