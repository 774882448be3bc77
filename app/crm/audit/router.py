"""The door to the audit: the admins of an organization read it, and nobody writes it."""

from typing import Annotated

from fastapi import Query

from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.crm.audit import queries
from app.crm.audit.schemas import CrmAuditEntry, CrmAuditFilter
from app.crm.deps import CurrentCrmActor
from app.crm.models import AuditEntry
from app.crm.permissions import Permission, allow
from app.identity.organizations.deps import OrganizationPath
from app.identity.organizations.errors import OrganizationNotFound

router = Router()


@router.get(
    "/organizations/{organization_id}/audit-entries",
    response_model=Page[CrmAuditEntry],
    responses=refusals(OrganizationNotFound, InvalidCursor),
)
async def list_audit_entries(
    wanted: Annotated[CrmAuditFilter, Query()],
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    session: Session,
) -> Rows[AuditEntry]:
    """List who changed what in an organization's programs, participations and events, the latest first. Admins do."""
    allow(actor, Permission.AUDIT_READ, organization)
    return await queries.list_entries(session, organization.id, wanted)
