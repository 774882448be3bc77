"""Announcing: a domain event is a row in the transaction of the change, or it did not happen."""

from contextvars import ContextVar
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Update, Uuid, insert, literal, null, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from app.core.outbox.domain_event import DomainEvent
from app.core.outbox.models import OutboxRow

# The request that causes an event, so that a log line of the worker leads back to it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# Whose account causes an event: with it the outbox says who did what, and in which request. None for the house itself.
acting_account: ContextVar[UUID | None] = ContextVar("acting_account", default=None)

_EMITTED = "lyceum.emitted"


def emit(session: AsyncSession, event: DomainEvent) -> None:
    """Write `event` with the change that it tells of. The worker brings it to every listener after the commit."""
    session.add(
        OutboxRow(
            kind=event.kind,
            key=event.key,
            payload=event.model_dump(mode="json"),
            request_id=request_id.get(),
            account_id=acting_account.get(),
        )
    )
    session.info[_EMITTED] = True


def announced(change: Insert | Update, **row: ColumnElement[Any]) -> ReturningInsert[Any]:
    """`change` and, if it touches a row, the event in one statement: it returns the event's number, or no row.

    For hot paths whose change may turn out to be none: `INSERT … ON CONFLICT DO NOTHING`, `UPDATE … WHERE`. `row`
    gives the columns of the outbox.
    """
    changed = change.returning(literal(1).label("one")).cte("changed")
    into = insert(OutboxRow.__table__)  # type: ignore[arg-type]  # a declared table is one
    return into.from_select([*row], select(*row.values()).select_from(changed)).returning(OutboxRow.number)


async def emit_with(session: AsyncSession, change: Insert | Update, event: DomainEvent) -> bool:
    """Make `change` and write `event`, in one statement, if the change touches a row. Returns whether it did."""
    named, actor = request_id.get(), acting_account.get()
    written = await session.scalar(
        announced(
            change,
            kind=literal(event.kind),
            key=literal(event.key, Uuid()),
            payload=literal(event.model_dump(mode="json"), JSONB()),
            request_id=null() if named is None else literal(named),
            account_id=null() if actor is None else literal(actor, Uuid()),
        )
    )
    if written is None:
        return False
    session.info[_EMITTED] = True
    return True


def has_emitted(session: AsyncSession) -> bool:
    """Whether anything was announced through this session: then a nudge after the commit saves half a second."""
    return bool(session.info.get(_EMITTED))
