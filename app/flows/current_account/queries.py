"""Gathering what each system says about one account."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner
from app.academy.people.queries import find_learner
from app.identity.accounts.queries import get_account
from app.identity.actor import Actor
from app.identity.organizations.queries import OrganizationStanding, list_standings


@dataclass(frozen=True, slots=True)
class Me:
    """One account, seen from everywhere. The community has no profiles yet, so nobody has a role there."""

    id: UUID
    email: str
    name: str
    academy: Learner | None
    organizations: Sequence[OrganizationStanding]
    community: None = None


async def get_me(session: AsyncSession, actor: Actor) -> Me:
    """The actor's account with its profiles and organizations."""
    account = await get_account(session, actor.account_id)
    return Me(
        id=account.id,
        email=account.email,
        name=account.name,
        academy=await find_learner(session, actor.account_id),
        organizations=await list_standings(session, actor.account_id),
    )
