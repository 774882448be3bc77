"""Reads of organizations: everybody sees those they belong to, and nobody else's."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.identity.actor import Actor
from app.identity.models import Organization, OrganizationMembership, OrganizationRole
from app.identity.organizations.errors import MembershipNotFound, OrganizationNotFound


class OrganizationStanding(NamedTuple):
    """An organization and the role somebody has in it."""

    id: UUID
    name: str
    slug: str
    role: OrganizationRole


def visible_organizations(actor: Actor) -> Select[Organization]:
    """Those the actor belongs to."""
    own = select(OrganizationMembership.organization_id).where(
        OrganizationMembership.account_id == actor.account_id, OrganizationMembership.ended_at.is_(None)
    )
    return select(Organization).where(Organization.id.in_(own))


async def get_organization(session: AsyncSession, actor: Actor, organization_id: UUID) -> Organization:
    """An organization the actor belongs to. Raises `OrganizationNotFound`."""
    wanted = visible_organizations(actor).where(Organization.id == organization_id)
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise OrganizationNotFound
    return found


async def lock_organization(session: AsyncSession, organization_id: UUID) -> Organization:
    """The organization's row, locked: changes of its members go one by one (lock order: organization first)."""
    wanted = select(Organization).where(Organization.id == organization_id).with_for_update()
    found = (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise OrganizationNotFound
    return found


async def list_organizations(session: AsyncSession, actor: Actor, query: PageQuery) -> Rows[Organization]:
    """The actor's organizations by name."""
    return await paginate(session, visible_organizations(actor), query, SortBy("name", Organization.name))


async def list_standings(session: AsyncSession, account_id: UUID) -> Sequence[OrganizationStanding]:
    """Every organization of an account with its role there, by name."""
    wanted = (
        select(Organization.id, Organization.name, Organization.slug, OrganizationMembership.role)
        .join(OrganizationMembership, OrganizationMembership.organization_id == Organization.id)
        .where(OrganizationMembership.account_id == account_id, OrganizationMembership.ended_at.is_(None))
        .order_by(Organization.name, Organization.id)
    )
    return [OrganizationStanding(*row) for row in await session.execute(wanted)]


def _live() -> Select[OrganizationMembership]:
    return (
        select(OrganizationMembership)
        .where(OrganizationMembership.ended_at.is_(None))
        .options(joinedload(OrganizationMembership.account))
        .execution_options(populate_existing=True)
    )


async def find_own_membership(
    session: AsyncSession, actor: Actor, organization_id: UUID
) -> OrganizationMembership | None:
    """The actor's own place in an organization."""
    own = _live().where(
        OrganizationMembership.organization_id == organization_id,
        OrganizationMembership.account_id == actor.account_id,
    )
    return (await session.scalars(own)).one_or_none()


async def get_membership(session: AsyncSession, actor: Actor, membership_id: UUID) -> OrganizationMembership:
    """A live membership in an organization the actor belongs to. Raises `MembershipNotFound`."""
    visible = visible_organizations(actor).with_only_columns(Organization.id)
    wanted = _live().where(
        OrganizationMembership.id == membership_id, OrganizationMembership.organization_id.in_(visible)
    )
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise MembershipNotFound
    return found


async def list_memberships(
    session: AsyncSession, organization: Organization, query: PageQuery
) -> Rows[OrganizationMembership]:
    """Who belongs to an organization, in the order they joined."""
    members = _live().where(OrganizationMembership.organization_id == organization.id)
    return await paginate(session, members, query, SortBy("joined_at", OrganizationMembership.joined_at))


async def count_admins(session: AsyncSession, organization_id: UUID) -> int:
    """How many admins an organization has; true until the lock on its row is released."""
    admins = select(func.count()).where(
        OrganizationMembership.organization_id == organization_id,
        OrganizationMembership.ended_at.is_(None),
        OrganizationMembership.role == OrganizationRole.admin,
    )
    return await session.scalar(admins) or 0
