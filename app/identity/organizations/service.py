"""Verbs on organizations and their members."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.core.slugs import candidates
from app.domain_events import identity as events
from app.identity.accounts.service import Person, enter_account
from app.identity.actor import Actor
from app.identity.models import Organization, OrganizationMembership, OrganizationRole
from app.identity.organizations import queries
from app.identity.organizations.errors import LastAdmin
from app.identity.organizations.schemas import (
    IdentityMembershipCreate,
    IdentityMembershipUpdate,
    IdentityOrganizationCreate,
    IdentityOrganizationUpdate,
)
from app.identity.permissions import Permission, Place, allow


async def create_organization(session: AsyncSession, actor: Actor, data: IdentityOrganizationCreate) -> Organization:
    """Make an organization with the caller as its first admin. Two of one name get different slugs."""
    organization = await _insert(session, data.name)
    emit(session, events.OrganizationCreated(organization_id=organization.id, account_id=actor.account_id))
    session.add(
        OrganizationMembership(
            organization_id=organization.id, account_id=actor.account_id, role=OrganizationRole.admin
        )
    )
    _tell_joined(session, organization, actor, OrganizationRole.admin)
    return organization


async def update_organization(
    session: AsyncSession,
    actor: Actor,
    organization: Organization,
    data: IdentityOrganizationUpdate,
    if_match: str | None,
) -> Organization:
    """Rename an organization."""
    allow(actor, Permission.ORGANIZATION_EDIT, await _place(session, actor, organization))
    organization = await queries.lock_organization(session, organization.id)
    require_match(organization, if_match)
    if changed := patch(organization, data):
        emit(
            session,
            events.OrganizationChanged(organization_id=organization.id, fields=tuple(sorted(changed))),
        )
    await session.flush()  # the answer shows the new `updated_at`
    return await queries.lock_organization(session, organization.id)


async def require_members_visible(session: AsyncSession, actor: Actor, organization: Organization) -> None:
    """Raise `Forbidden` unless the actor may see who belongs to the organization."""
    allow(actor, Permission.MEMBERS_SEE, await _place(session, actor, organization))


async def add_member(
    session: AsyncSession, actor: Actor, organization: Organization, data: IdentityMembershipCreate
) -> OrganizationMembership:
    """Take somebody in by address. The answer is the same whether the address had an account before."""
    allow(actor, Permission.MEMBERS_MANAGE, await _place(session, actor, organization))
    await queries.lock_organization(session, organization.id)
    person = Person(data.email, data.name or data.email.partition("@")[0])
    account, _ = await enter_account(session, Actor.system(), person)
    membership = OrganizationMembership(
        id=new_id(), organization_id=organization.id, account_id=account.id, role=data.role
    )
    session.add(membership)
    await session.flush()  # a second live membership is refused here, before anything is announced
    _tell_joined(session, organization, Actor(account.id), data.role)
    return await queries.get_membership(session, actor, membership.id)


async def change_role(
    session: AsyncSession, actor: Actor, membership: OrganizationMembership, data: IdentityMembershipUpdate
) -> OrganizationMembership:
    """Make a member an admin or the other way round. Raises `LastAdmin`."""
    membership = await _locked(session, actor, membership, Permission.MEMBERS_MANAGE)
    if membership.role == data.role:
        return membership
    if data.role != OrganizationRole.admin:
        await _keep_an_admin(session, membership)
    membership.role = data.role
    emit(
        session,
        events.OrganizationRoleChanged(
            organization_id=membership.organization_id, account_id=membership.account_id, role=data.role
        ),
    )
    await session.flush()  # the answer shows the new `updated_at`
    return await queries.get_membership(session, actor, membership.id)


async def end_membership(session: AsyncSession, actor: Actor, membership: OrganizationMembership) -> None:
    """Remove somebody, or leave. Raises `LastAdmin`."""
    membership = await _locked(session, actor, membership, Permission.MEMBERSHIP_END)
    await _keep_an_admin(session, membership)
    membership.ended_at = func.now()
    emit(
        session,
        events.OrganizationMemberRemoved(organization_id=membership.organization_id, account_id=membership.account_id),
    )


async def _insert(session: AsyncSession, name: str) -> Organization:
    for slug in candidates(name, "organization"):
        made = insert(Organization).values(id=new_id(), name=name, slug=slug)
        organization = (await session.scalars(made.on_conflict_do_nothing().returning(Organization))).one_or_none()
        if organization is not None:
            return organization
    raise AssertionError("there is always another candidate")


async def _place(
    session: AsyncSession, actor: Actor, organization: Organization, touched: OrganizationMembership | None = None
) -> Place:
    return Place(await queries.find_own_membership(session, actor, organization.id), touched)


async def _locked(
    session: AsyncSession, actor: Actor, membership: OrganizationMembership, permission: Permission
) -> OrganizationMembership:
    """The membership and the right to it, both as they are once the organization's row is ours."""
    organization = await queries.lock_organization(session, membership.organization_id)
    membership = await queries.get_membership(session, actor, membership.id)
    allow(actor, permission, await _place(session, actor, organization, membership))
    return membership


async def _keep_an_admin(session: AsyncSession, membership: OrganizationMembership) -> None:
    is_admin = membership.role == OrganizationRole.admin
    if is_admin and await queries.count_admins(session, membership.organization_id) == 1:
        raise LastAdmin


def _tell_joined(session: AsyncSession, organization: Organization, who: Actor, role: OrganizationRole) -> None:
    joined = events.OrganizationMemberAdded(organization_id=organization.id, account_id=who.account_id, role=role)
    emit(session, joined)
