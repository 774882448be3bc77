"""Verbs on what is noted of somebody's skill. They ask for no right: whoever changed what a level stands on had it."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.levels import queries, rules
from app.academy.levels.rules import Standing
from app.academy.models import Skill, SkillLevel, SkillProgress
from app.academy.permissions import AcademyActor
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import SkillLevelReached, SkillSignOffAwaited


async def hold(session: AsyncSession, actor: AcademyActor, account_id: UUID, skill_id: UUID) -> SkillProgress:
    """What is noted of a learner's skill, made if nothing is (Z-112), and nobody else's until the transaction ends.

    Whoever needs several takes them in the order of their skills' ids.
    """
    blank = insert(SkillProgress).values(id=new_id(), user_id=account_id, skill_id=skill_id)
    await session.execute(blank.on_conflict_do_nothing())
    return await queries.lock_progress(session, account_id, skill_id)


async def note_level(
    session: AsyncSession, actor: AcademyActor, progress: SkillProgress, skill: Skill, level: SkillLevel
) -> None:
    """Raise the level of a held row and never lower it (Z-113); say who signed for it, if anybody did (Z-111)."""
    former = progress.current_level
    if rules.rank(level) > rules.rank(former):
        progress.current_level = level
        # A signature for a lower level says nothing of this one.
        progress.verified_by_instructor = False
        progress.verified_by_id = progress.verified_at = None
        signed_by = None if actor.is_system else actor.account_id
        emit(
            session,
            SkillLevelReached(
                progress_id=progress.id,
                account_id=progress.user_id,
                skill_id=skill.id,
                level=level,
                former_level=former,
                signed_by_id=signed_by,
            ),
        )
    if rules.rank(level) >= rules.rank(former) and not actor.is_system:
        progress.verified_by_instructor = True
        progress.verified_by_id = actor.account_id
        progress.verified_at = await queries.now(session)
    await restate(session, actor, progress, skill)


async def restate(session: AsyncSession, actor: AcademyActor, progress: SkillProgress, skill: Skill) -> Standing:
    """Bring what follows from the evidence up to it, in a held row: count, percent, and what waits for a person.

    The level is not touched: it is reached by a verb, and never lost.
    """
    await session.flush()  # what was recorded a moment ago counts
    facts = await queries.get_facts(session, progress.user_id, skill.id)
    found = rules.standing(skill, progress.current_level, facts.asked, facts.shown)
    progress.evidence_count = facts.evidence_count
    progress.progress_percent = found.percent
    awaited = found.next if found.is_met and _awaits_person(progress, skill, found) else None
    if awaited != progress.awaited_level:
        since = None if awaited is None else await queries.now(session)
        progress.awaited_level, progress.awaited_since = awaited, since
        if awaited is not None:
            told = {"account_id": progress.user_id, "skill_id": skill.id, "level": awaited}
            emit(session, SkillSignOffAwaited(progress_id=progress.id, **told))
    return found


def _awaits_person(progress: SkillProgress, skill: Skill, found: Standing) -> bool:
    """Not what the skill no longer has, and not what was declined, until something more is passed."""
    if found.next is None or found.next == progress.declined_level:
        return False
    return rules.needs_person(found.next) and rules.is_offered(skill, found.next)
