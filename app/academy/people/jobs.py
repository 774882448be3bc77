"""What the worker does about people: profiles follow accounts, roles follow memberships, time zones are filled in."""

from app.academy.people import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import OrganizationBillingOpened, TimezoneBackfillRequested
from app.domain_events.identity import (
    AccountChanged,
    OrganizationMemberAdded,
    OrganizationMemberRemoved,
    OrganizationRoleChanged,
)


@on(AccountChanged)
async def follow_account(session: AsyncSession, event: AccountChanged) -> None:
    """Keep name and address of a profile those of its account."""
    await service.follow_account(session, AcademyActor.system(), event.account_id)


@on(OrganizationBillingOpened)
async def adopt_all_members(session: AsyncSession, event: OrganizationBillingOpened) -> None:
    """Bring in the people of an organization that begins to buy seats."""
    await service.adopt_members(session, AcademyActor.system(), event.organization_id)


@on(OrganizationMemberAdded)
async def adopt_new_member(session: AsyncSession, event: OrganizationMemberAdded) -> None:
    """Bring in somebody who joined an organization that buys seats."""
    await service.adopt_members(session, AcademyActor.system(), event.organization_id, event.account_id)


@on(OrganizationRoleChanged)
async def follow_member_role(session: AsyncSession, event: OrganizationRoleChanged) -> None:
    """Let an admin of the organization be one here, and the other way round."""
    await service.adopt_members(session, AcademyActor.system(), event.organization_id, event.account_id)


@on(OrganizationMemberRemoved)
async def release_former_member(session: AsyncSession, event: OrganizationMemberRemoved) -> None:
    """Part somebody from an organization that they left."""
    await service.release_member(session, AcademyActor.system(), event.organization_id, event.account_id)


@on(TimezoneBackfillRequested)
async def backfill_timezones(session: AsyncSession, event: TimezoneBackfillRequested) -> None:
    """Fill in time zones, a batch per run, until nobody is left."""
    await service.continue_timezone_backfill(session, AcademyActor.system(), event.backfill_id, event.changed)
