"""The academy's people: an admin who runs it, a learner, and two who belong to a customer."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Organization, Role
from app.identity.models import Account, OrganizationRole
from tests.factories import academy, identity


async def enter(
    session: AsyncSession, role: Role = Role.individual, organization: Organization | None = None
) -> Account:
    """A new account with an academy profile, a live membership included where there is an organization."""
    account = identity.account()
    session.add(account)
    await session.flush()  # the profile points at it
    session.add(academy.learner(account, role=role, organization_id=organization.id if organization else None))
    if organization is not None:
        place = OrganizationRole.admin if role is Role.org_admin else OrganizationRole.member
        session.add(identity.membership(organization.id, account.id, role=place))
    await session.flush()  # others will point at the profile
    return account


async def found(session: AsyncSession, **more: object) -> Organization:
    """A new organization with its billing side."""
    core = identity.organization()
    session.add(core)
    await session.flush()  # the billing side points at it
    billing = academy.organization(core, **more)
    session.add(billing)
    await session.flush()  # others will point at it
    return billing


@pytest_asyncio.fixture
async def admin(session: AsyncSession) -> Account:
    """A platform admin."""
    return await enter(session, Role.platform_admin)


@pytest_asyncio.fixture
async def learner(session: AsyncSession) -> Account:
    """An individual."""
    return await enter(session)


@pytest_asyncio.fixture
async def customer(session: AsyncSession) -> Organization:
    """An active organization with ten free seats."""
    return await found(session)


@pytest_asyncio.fixture
async def manager(session: AsyncSession, customer: Organization) -> Account:
    """An admin of the customer."""
    return await enter(session, Role.org_admin, customer)


@pytest_asyncio.fixture
async def member(session: AsyncSession, customer: Organization) -> Account:
    """One of the customer's people."""
    return await enter(session, Role.org_member, customer)
