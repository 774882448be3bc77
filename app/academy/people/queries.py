"""Reads of learners: each sees their own profile, a platform admin sees all."""

from uuid import UUID

from sqlalchemy import Select, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner, Organization
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.identity.models import Account


def visible_learners(actor: AcademyActor) -> Select[Learner]:
    """The profiles that the actor may know of."""
    learners = select(Learner)
    return learners if actor.sees_everything else learners.where(Learner.id == actor.account_id)


async def get_learner(session: AsyncSession, actor: AcademyActor, account_id: UUID) -> Learner:
    """A profile, fresh from the database. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_learners(actor).where(Learner.id == account_id).execution_options(populate_existing=True)
    learner = await session.scalar(rows)
    if learner is None:
        raise NotFound
    return learner


async def find_learner(session: AsyncSession, account_id: UUID) -> Learner | None:
    """The academy's profile of an account, if it has one already. For our own use: it asks for no right."""
    return await session.scalar(select(Learner).where(Learner.id == account_id))


async def find_organization(session: AsyncSession, organization_id: UUID) -> Organization | None:
    """The billing side of an organization, if it has one. For our own use: it asks for no right."""
    return await session.scalar(select(Organization).where(Organization.id == organization_id))


def profile_from_account(account_id: UUID) -> Select[UUID, str, str, str, str | None]:
    """What a new profile takes over from its account, in the order of `PROFILE_COLUMNS`."""
    return select(Account.id, Account.email, cast(Account.id, Text), Account.name, Account.timezone).where(
        Account.id == account_id
    )


PROFILE_COLUMNS = ("id", "email", "token_identifier", "name", "timezone")
