"""Verbs on competencies, each under the lock of the skill: its range stays what it is until the commit."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.competencies import queries
from app.academy.competencies.errors import LevelOutsideSkill
from app.academy.competencies.schemas import AcademyCompetencyCreate, AcademyCompetencyUpdate
from app.academy.levels.rules import is_in_range
from app.academy.models import Competency, Skill
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.skills.queries import lock_skill
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import CompetencyChanged


async def create_competency(
    session: AsyncSession, actor: AcademyActor, skill: Skill, data: AcademyCompetencyCreate
) -> Competency:
    """Say what can be measured of a skill. Raises `LevelOutsideSkill`."""
    allow(actor, Permission.SKILL_EDIT, skill)
    skill = await lock_skill(session, skill.id)
    _require_level(skill, data.level)
    competency = Competency(id=new_id(), skill_id=skill.id, **data.model_dump())
    session.add(competency)
    _announce(session, competency, is_active=True, fields=AcademyCompetencyCreate.model_fields)
    return await queries.get_competency(session, competency.id)


async def update_competency(
    session: AsyncSession,
    actor: AcademyActor,
    competency: Competency,
    data: AcademyCompetencyUpdate,
    if_match: str | None = None,
) -> Competency:
    """Change the fields that were sent. Raises `Stale`, `LevelOutsideSkill`."""
    allow(actor, Permission.SKILL_EDIT, competency)
    skill = await lock_skill(session, competency.skill_id)
    competency = await queries.get_competency(session, competency.id)
    require_match(competency, if_match)
    # One that comes back from the archive meets the range of now.
    if {"level", "is_active"} & data.model_fields_set:
        _require_level(skill, data.level if "level" in data.model_fields_set else competency.level)
    if changed := patch(competency, data):
        _announce(session, competency, is_active=competency.is_active, fields=changed)
    return await queries.get_competency(session, competency.id)


async def remove_competency(
    session: AsyncSession, actor: AcademyActor, competency: Competency, if_match: str | None = None
) -> None:
    """Take a competency away: archived where somebody has shown evidence of it, else deleted. Raises `Stale`."""
    allow(actor, Permission.SKILL_EDIT, competency)
    await lock_skill(session, competency.skill_id)
    competency = await queries.get_competency(session, competency.id, for_update=True)
    require_match(competency, if_match)
    was_active = competency.is_active
    if not await queries.has_evidence(session, competency.id):
        await session.execute(delete(Competency).where(Competency.id == competency.id))
    elif was_active:
        competency.is_active = False
        competency.version += 1
    else:
        return
    _announce(session, competency, is_active=False, fields=("is_active",))


def _announce(session: AsyncSession, competency: Competency, *, is_active: bool, fields: Iterable[str]) -> None:
    emit(
        session,
        CompetencyChanged(
            competency_id=competency.id,
            skill_id=competency.skill_id,
            is_active=is_active,
            fields=tuple(sorted(fields)),
        ),
    )


def _require_level(skill: Skill, level: str | None) -> None:
    if level is not None and not is_in_range(level, skill.level, skill.max_level):
        message = f"This skill is learned from {skill.level} to {skill.max_level}"
        raise LevelOutsideSkill(errors=(FieldError("/level", "level_outside_skill", message),))
