"""Organizations and memberships named in a path: what the caller may not know of is 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.http.session import Session
from app.identity.deps import CurrentActor
from app.identity.models import Organization, OrganizationMembership
from app.identity.organizations import queries


async def organization_from_path(organization_id: UUID, actor: CurrentActor, session: Session) -> Organization:
    return await queries.get_organization(session, actor, organization_id)


async def membership_from_path(membership_id: UUID, actor: CurrentActor, session: Session) -> OrganizationMembership:
    return await queries.get_membership(session, actor, membership_id)


OrganizationPath = Annotated[Organization, Depends(organization_from_path)]
MembershipPath = Annotated[OrganizationMembership, Depends(membership_from_path)]
