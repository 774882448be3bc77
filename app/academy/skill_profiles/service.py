"""The verb behind skill profiles: a look at one, which is logged where a manager looks."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import AccessType, ManagerAccessLog
from app.academy.people import service as people
from app.academy.permissions import AcademyActor
from app.academy.skill_profiles import queries
from app.academy.skill_profiles.rules import EVERYTHING
from app.academy.skill_profiles.schemas import AcademySkillProfile
from app.core.ids import new_id


async def read_own(session: AsyncSession, actor: AcademyActor) -> AcademySkillProfile:
    """One's own profile; an empty one before one has begun."""
    return await queries.get_profile(session, actor.account_id, EVERYTHING)


async def read_profile(session: AsyncSession, actor: AcademyActor, account_id: UUID) -> AcademySkillProfile:
    """Somebody's profile as far as the actor may see it. Raises `NotFound`, `ProfileNotShared`."""
    seen = await queries.get_view(session, actor, account_id)
    if seen.organization_id is not None:
        await people.ensure_learner(session, actor)
        session.add(
            ManagerAccessLog(
                id=new_id(),
                manager_id=actor.account_id,
                organization_id=seen.organization_id,
                access_type=AccessType.view_individual,
                target_user_id=account_id,
            )
        )
    return await queries.get_profile(session, account_id, seen)
