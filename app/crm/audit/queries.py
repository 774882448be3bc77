"""Reads of the audit."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by
from app.crm.audit.schemas import CrmAuditFilter
from app.crm.models import AuditEntry


async def list_entries(session: AsyncSession, organization_id: UUID, wanted: CrmAuditFilter) -> Rows[AuditEntry]:
    """What happened in an organization, the latest first. Whoever asks has shown their right to see it."""
    entries = select(AuditEntry).where(AuditEntry.organization_id == organization_id)
    for column, value in (
        (AuditEntry.subject_type, wanted.subject_type),
        (AuditEntry.subject_id, wanted.subject_id),
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.action, wanted.action),
    ):
        if value is not None:
            entries = entries.where(column == value)
    return await paginate(session, entries, wanted, sort_by(wanted.sort, {"created_at": AuditEntry.created_at}))
