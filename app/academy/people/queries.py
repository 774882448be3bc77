"""Reads of people: each sees their own profile and their admin the organization's seats; a platform admin sees all."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner, Organization, Role
from app.academy.people.schemas import AcademyLearnerFilter, AcademyOrganizationFilter
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by
from app.identity.models import Account, OrganizationMembership, OrganizationRole
from app.identity.models import Organization as CoreOrganization

_LEARNER_SORTS = {"name": Learner.name, "created_at": Learner.created_at}
_ORGANIZATION_SORTS = {"name": Organization.name, "created_at": Organization.created_at}

# What a profile takes over from its account, in the order of the selects below.
PROFILE_COLUMNS = ("id", "email", "token_identifier", "name", "timezone")
_FROM_ACCOUNT = (Account.id, Account.email, cast(Account.id, Text), Account.name, Account.timezone)


def visible_learners(actor: AcademyActor) -> Select[Learner]:
    """The profiles that the actor may know of."""
    learners = select(Learner)
    return learners if actor.sees_everything else learners.where(Learner.id == actor.account_id)


async def get_learner(
    session: AsyncSession, actor: AcademyActor, account_id: UUID, *, for_update: bool = False
) -> Learner:
    """A profile as it is now, locked for a change when asked. Raises `NotFound` for one the actor may not know of."""
    rows = visible_learners(actor).where(Learner.id == account_id)
    if for_update:
        rows = rows.with_for_update(key_share=True)
    learner = await session.scalar(rows.execution_options(populate_existing=True))
    if learner is None:
        raise NotFound
    return learner


async def find_learner(session: AsyncSession, account_id: UUID) -> Learner | None:
    """The academy's profile of an account, if it has one already. For our own use: it asks for no right."""
    return await session.scalar(select(Learner).where(Learner.id == account_id))


async def list_learners(session: AsyncSession, actor: AcademyActor, wanted: AcademyLearnerFilter) -> Rows[Learner]:
    """Those that the actor may know of, by name."""
    learners = visible_learners(actor)
    if wanted.role is not None:
        learners = learners.where(Learner.role == wanted.role)
    if wanted.organization_id is not None:
        learners = learners.where(Learner.organization_id == wanted.organization_id)
    if wanted.q is not None:
        found = or_(
            Learner.name.icontains(wanted.q, autoescape=True), Learner.email.icontains(wanted.q, autoescape=True)
        )
        learners = learners.where(found)
    return await paginate(session, learners, wanted, sort_by(wanted.sort, _LEARNER_SORTS))


async def has_account(session: AsyncSession, account_id: UUID) -> bool:
    """Whether there is such an account at all."""
    return await session.scalar(select(Account.id).where(Account.id == account_id)) is not None


def profiles_from(accounts: ColumnElement[bool]) -> Select[UUID, str, str, str, str | None]:
    """What new profiles take over from these accounts."""
    return select(*_FROM_ACCOUNT).where(accounts)


def without_timezone(at_most: int) -> Select[UUID]:
    """People whose time zone is unknown; those whom somebody else is changing come in the next round."""
    unknown = select(Learner.id).where(Learner.timezone.is_(None)).order_by(Learner.id).limit(at_most)
    return unknown.with_for_update(skip_locked=True)


# Organizations


def visible_organizations(actor: AcademyActor) -> Select[Organization]:
    """The billing sides that the actor may know of: for all but platform admins, that of their own organization."""
    organizations = select(Organization)
    return organizations if actor.sees_everything else organizations.where(Organization.id == actor.organization_id)


async def get_organization(
    session: AsyncSession, actor: AcademyActor, organization_id: UUID, *, for_update: bool = False
) -> Organization:
    """A billing side as it is now, locked when asked. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_organizations(actor).where(Organization.id == organization_id)
    if for_update:
        rows = rows.with_for_update(key_share=True)
    organization = await session.scalar(rows.execution_options(populate_existing=True))
    if organization is None:
        raise NotFound
    return organization


async def find_organization(session: AsyncSession, organization_id: UUID) -> Organization | None:
    """The billing side of an organization, if it has one. For our own use: it asks for no right."""
    return await session.scalar(select(Organization).where(Organization.id == organization_id))


async def find_name(session: AsyncSession, organization_id: UUID) -> str | None:
    """What an organization is called elsewhere; None when there is none with this id."""
    return await session.scalar(select(CoreOrganization.name).where(CoreOrganization.id == organization_id))


async def list_organizations(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyOrganizationFilter
) -> Rows[Organization]:
    """Those that the actor may know of, by name."""
    organizations = visible_organizations(actor)
    if wanted.status is not None:
        organizations = organizations.where(Organization.status == wanted.status)
    if wanted.q is not None:
        found = or_(
            Organization.name.icontains(wanted.q, autoescape=True),
            Organization.domain.icontains(wanted.q, autoescape=True),
        )
        organizations = organizations.where(found)
    return await paginate(session, organizations, wanted, sort_by(wanted.sort, _ORGANIZATION_SORTS))


# Memberships, which identity keeps


async def is_member(session: AsyncSession, organization_id: UUID, account_id: UUID) -> bool:
    """Whether an account is a live member of an organization."""
    place = select(OrganizationMembership.id).where(
        OrganizationMembership.organization_id == organization_id,
        OrganizationMembership.account_id == account_id,
        OrganizationMembership.ended_at.is_(None),
    )
    return await session.scalar(place) is not None


def members_as_learners(
    organization_id: UUID, account_id: UUID | None
) -> Select[UUID, str, str, str, str | None, str, UUID]:
    """Profiles for the live members (or the one named) of an organization that buys seats.

    In the order of `PROFILE_COLUMNS`, then role and organization.
    """
    role = case(
        (OrganizationMembership.role == OrganizationRole.admin, Role.org_admin.value), else_=Role.org_member.value
    )
    members = (
        select(*_FROM_ACCOUNT, role, OrganizationMembership.organization_id)
        .join(OrganizationMembership, OrganizationMembership.account_id == Account.id)
        .join(Organization, Organization.id == OrganizationMembership.organization_id)
        .where(OrganizationMembership.organization_id == organization_id, OrganizationMembership.ended_at.is_(None))
        .order_by(Account.id)
    )
    return members if account_id is None else members.where(Account.id == account_id)


def account_of_learner(account_id: UUID) -> Select[str, str]:
    """Address and name as the account has them now."""
    return select(Account.email, Account.name).where(Account.id == account_id)
