"""Organizations and their members."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight
from app.core.http.pages import Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import CurrentActor, Idempotent
from app.identity.models import Organization, OrganizationMembership
from app.identity.organizations import queries, service
from app.identity.organizations.deps import MembershipPath, OrganizationPath
from app.identity.organizations.errors import AlreadyMember, LastAdmin, MembershipNotFound, OrganizationNotFound
from app.identity.organizations.schemas import (
    IdentityMembership,
    IdentityMembershipCreate,
    IdentityMembershipUpdate,
    IdentityOrganization,
    IdentityOrganizationCreate,
    IdentityOrganizationUpdate,
)

router = Router()


@router.post(
    "/organizations",
    status_code=201,
    response_model=IdentityOrganization,
    responses=refusals(IdempotencyInFlight),
)
async def create_organization(
    body: IdentityOrganizationCreate, actor: CurrentActor, session: Session, key: Idempotent
) -> Organization:
    """Make an organization; the caller becomes its admin."""
    return await service.create_organization(session, actor, body)


@router.get("/organizations", response_model=Page[IdentityOrganization])
async def list_organizations(
    query: Annotated[PageQuery, Query()], actor: CurrentActor, session: Session
) -> Rows[Organization]:
    """List the organizations the caller belongs to, by name."""
    return await queries.list_organizations(session, actor, query)


@router.get(
    "/organizations/{organization_id}", response_model=IdentityOrganization, responses=refusals(OrganizationNotFound)
)
async def get_organization(
    organization: OrganizationPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Organization:
    """Read an organization the caller belongs to."""
    tag(response, request, organization)
    return organization


@router.patch(
    "/organizations/{organization_id}",
    response_model=IdentityOrganization,
    responses=refusals(OrganizationNotFound, Stale),
)
async def update_organization(
    body: IdentityOrganizationUpdate,
    *,
    organization: OrganizationPath,
    request: Request,
    response: Response,
    actor: CurrentActor,
    session: Session,
    if_match: IfMatch = None,
) -> Organization:
    """Rename an organization. Admins do."""
    changed = await service.update_organization(session, actor, organization, body, if_match)
    tag(response, request, changed)
    return changed


@router.get(
    "/organizations/{organization_id}/memberships",
    response_model=Page[IdentityMembership],
    responses=refusals(OrganizationNotFound),
)
async def list_memberships(
    organization: OrganizationPath, query: Annotated[PageQuery, Query()], actor: CurrentActor, session: Session
) -> Rows[OrganizationMembership]:
    """List who belongs to an organization, in the order they joined. Admins see it."""
    await service.require_members_visible(session, actor, organization)
    return await queries.list_memberships(session, organization, query)


@router.post(
    "/organizations/{organization_id}/memberships",
    status_code=201,
    response_model=IdentityMembership,
    responses=refusals(OrganizationNotFound, AlreadyMember, IdempotencyInFlight),
)
async def create_membership(
    body: IdentityMembershipCreate,
    organization: OrganizationPath,
    actor: CurrentActor,
    session: Session,
    key: Idempotent,
) -> OrganizationMembership:
    """Take somebody into an organization by address. Admins do."""
    return await service.add_member(session, actor, organization, body)


@router.patch(
    "/memberships/{membership_id}",
    response_model=IdentityMembership,
    responses=refusals(MembershipNotFound, LastAdmin),
)
async def update_membership(
    body: IdentityMembershipUpdate, membership: MembershipPath, actor: CurrentActor, session: Session
) -> OrganizationMembership:
    """Change somebody's role. Admins do; the last admin stays one."""
    return await service.change_role(session, actor, membership, body)


@router.delete("/memberships/{membership_id}", status_code=204, responses=refusals(MembershipNotFound, LastAdmin))
async def delete_membership(membership: MembershipPath, actor: CurrentActor, session: Session) -> None:
    """Remove somebody from an organization, or leave it. The last admin cannot."""
    await service.end_membership(session, actor, membership)
