"""Telling of a change: a domain event for the house, an audit entry for the organization, in one call."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.domain_event import DomainEvent
from app.core.outbox.emit import emit, request_id
from app.crm.models import AuditEntry
from app.crm.permissions import CrmActor

# Of these the audit says that they changed, and not to what: they are long, or somebody's notes about a person.
UNTOLD = frozenset({"description", "admin_notes", "attendance_notes"})


def announce(
    session: AsyncSession,
    actor: CrmActor,
    event: DomainEvent,
    organization_id: UUID,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Emit `event` and write it down as what `actor` did, with `changes` beside it."""
    session.add(
        AuditEntry(
            organization_id=organization_id,
            action=event.kind.removeprefix("crm."),
            subject_type=event.key_field.removesuffix("_id"),
            subject_id=event.key,
            changes=to_jsonable_python(changes or {}),
            actor_id=None if actor.is_system else actor.account_id,
            request_id=request_id.get(),
        )
    )
    emit(session, event)


def changes_of(row: Any, wanted: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """Before and after of each changed field. Take `wanted` before the change: it holds the former values."""
    return {
        name: "changed" if name in UNTOLD else {"before": wanted[name], "after": getattr(row, name)}
        for name in sorted(changed)
    }
