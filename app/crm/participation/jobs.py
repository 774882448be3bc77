"""What the worker does about participations: whoever leaves an organization leaves its programs."""

from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.crm.participation import service
from app.crm.permissions import CrmActor
from app.domain_events.identity import OrganizationMemberRemoved


@on(OrganizationMemberRemoved)
async def remove_former_member(session: AsyncSession, event: OrganizationMemberRemoved) -> None:
    """Take somebody who left an organization out of its programs, and free their places."""
    await service.remove_former_member(session, CrmActor.system(), event.organization_id, event.account_id)
