"""What somebody could begin next: put together from what they have reached and what is taught."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.skill_standing import queries, rules
from app.academy.skill_standing.schemas import AcademySkillSuggestions


async def suggest_to_self(session: AsyncSession, actor: AcademyActor) -> AcademySkillSuggestions:
    """What the actor could begin next, also before they have a profile here."""
    return await _suggest(session, actor.account_id)


async def suggest_to(session: AsyncSession, actor: AcademyActor, learner: Learner) -> AcademySkillSuggestions:
    """What somebody could begin next, for themselves and platform admins. Raises `Forbidden`."""
    allow(actor, Permission.SUGGESTIONS_READ, learner)
    return await _suggest(session, learner.id)


async def _suggest(session: AsyncSession, account_id: UUID) -> AcademySkillSuggestions:
    user_skill_count, highest = await queries.get_reached(session, account_id)
    found = rules.suggest(await queries.list_candidates(session, account_id), highest)
    return await queries.describe(session, found, user_skill_count)
