"""The verb behind sign-offs: a person's word on a level that was shown."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.badges import service as badges
from app.academy.badges.queries import get_skill
from app.academy.badges.schemas import AcademyBadgeCreate
from app.academy.levels import queries as level_queries
from app.academy.levels import service as levels
from app.academy.levels.rules import needs_person
from app.academy.models import SignOffDecision, Skill, SkillProgress, SkillSignOff
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.sign_offs import queries
from app.academy.sign_offs.errors import LevelNotAwaited, NoteNeeded
from app.academy.sign_offs.schemas import AcademySignOffCreate
from app.core.errors import FieldError
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import SkillSignedOff


async def decide(session: AsyncSession, actor: AcademyActor, data: AcademySignOffCreate) -> SkillSignOff:
    """Approve a level that waits, with its badge, or decline it. The first word counts.

    What the rules alone gave may be approved as well, once. Raises `Forbidden`, `NoteNeeded`, `SkillUnknown`,
    `AccountUnknown`, `LevelNotAwaited`.
    """
    allow(actor, Permission.LEVEL_SIGN_OFF, await level_queries.holder_of(session, actor, data.account_id))
    if data.decision is SignOffDecision.declined and data.note is None:
        raise NoteNeeded(errors=(FieldError("/note", "missing", "Whoever is declined hears why"),))
    skill = await get_skill(session, data.skill_id)
    await people.ensure_learner(session, actor, data.account_id)
    await people.ensure_learner(session, actor)
    progress = await level_queries.find_progress(session, data.account_id, skill.id, for_update=True)
    if progress is None:
        raise LevelNotAwaited
    # What it stands on may have been withdrawn, or its skill changed, since it began to wait.
    await levels.restate(session, actor, progress, skill)
    badge_id = await _apply(session, actor, progress, skill, data)
    said = SkillSignOff(
        id=new_id(),
        user_id=data.account_id,
        **data.model_dump(include={"skill_id", "level", "decision", "note"}),
        decided_by=actor.account_id,
        badge_id=badge_id,
    )
    session.add(said)
    emit(
        session,
        SkillSignedOff(
            progress_id=progress.id,
            sign_off_id=said.id,
            account_id=data.account_id,
            skill_id=skill.id,
            level=data.level,
            decision=data.decision,
            decided_by_id=actor.account_id,
        ),
    )
    await session.flush()  # read back with what the database adds
    return await queries.get_sign_off(session, said.id)


async def _apply(
    session: AsyncSession, actor: AcademyActor, progress: SkillProgress, skill: Skill, data: AcademySignOffCreate
) -> UUID | None:
    """What follows from the decision. Returns the badge of an approved level."""
    level, is_awaited = data.level, progress.awaited_level == data.level
    if data.decision is SignOffDecision.declined:
        if not is_awaited:
            raise LevelNotAwaited
        progress.declined_level = level
        await levels.restate(session, actor, progress, skill)
        return None
    unsigned = progress.current_level == level and not progress.verified_by_instructor and not needs_person(level)
    if not (is_awaited or unsigned):
        raise LevelNotAwaited
    order = AcademyBadgeCreate(account_id=progress.user_id, skill_id=skill.id, level=level)
    badge, _ = await badges.issue_badge(session, actor, order)
    # Also where the badge had been there before the signature was.
    await levels.note_level(session, actor, progress, skill, level)
    return badge.id
