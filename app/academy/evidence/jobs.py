"""What the worker does about evidence: a level that a person gave may let the next one follow by the rules."""

from app.academy.evidence import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import SkillLevelReached


@on(SkillLevelReached)
async def follow_skill_level(session: AsyncSession, event: SkillLevelReached) -> None:
    """Give the levels above one that was reached, as far as the evidence is there and no person has to sign."""
    await service.follow_level(session, AcademyActor.system(), event.account_id, event.skill_id)
