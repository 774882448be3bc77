"""Verbs on the taxonomy. Each holds its lock: what is checked of the links stays true until the commit (A-SKL-10)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.levels.rules import rank
from app.academy.models import Skill, SkillPrerequisite
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.skills import queries, rules
from app.academy.skills.errors import (
    CompetenciesOutsideRange,
    LevelRange,
    PrerequisiteArchived,
    SkillCycle,
    SkillStillRequired,
    SkillUnknown,
)
from app.academy.skills.schemas import AcademySkillCreate, AcademySkillUpdate
from app.core import slugs
from app.core.database.locks import wait_for_lock
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import SkillChanged

TAXONOMY = "academy.skills"


async def create_skill(session: AsyncSession, actor: AcademyActor, data: AcademySkillCreate) -> Skill:
    """Make a skill. Any number may bear one name: each gets a slug of its own.

    Raises `LevelRange`, `SkillUnknown`, `PrerequisiteArchived`.
    """
    allow(actor, Permission.SKILL_EDIT)
    await wait_for_lock(session, TAXONOMY)
    _require_range(data.level, data.max_level, "/max_level")
    await _require_links(session, None, rules.Links(data.parent_skill_id, data.prerequisite_ids), is_active=True)
    skill_id = await _insert(session, data)
    await _set_prerequisites(session, skill_id, data.prerequisite_ids)
    emit(
        session, SkillChanged(skill_id=skill_id, is_active=True, fields=tuple(sorted(AcademySkillCreate.model_fields)))
    )
    return await queries.get_skill(session, skill_id)


async def _insert(session: AsyncSession, data: AcademySkillCreate) -> UUID:
    """Insert under the first slug that is free. The unique index decides, so a race costs a round and never a row."""
    values = data.model_dump(exclude={"prerequisite_ids"}) | {"id": new_id()}
    for slug in slugs.candidates(data.name, "skill"):
        made = insert(Skill).values(values | {"slug": slug}).on_conflict_do_nothing(index_elements=[Skill.slug])
        skill_id: UUID | None = await session.scalar(made.returning(Skill.id))
        if skill_id is not None:
            return skill_id
    raise AssertionError("the candidates never end")


async def _set_prerequisites(session: AsyncSession, skill_id: UUID, wanted: Collection[UUID]) -> None:
    gone = delete(SkillPrerequisite).where(
        SkillPrerequisite.skill_id == skill_id, SkillPrerequisite.prerequisite_id.not_in(wanted)
    )
    await session.execute(gone)
    if wanted:
        rows = [{"skill_id": skill_id, "prerequisite_id": each} for each in sorted(set(wanted))]
        await session.execute(insert(SkillPrerequisite).values(rows).on_conflict_do_nothing())


async def update_skill(
    session: AsyncSession, actor: AcademyActor, skill: Skill, data: AcademySkillUpdate, if_match: str | None = None
) -> Skill:
    """Change the fields that were sent.

    Raises `Stale`, `LevelRange`, `SkillUnknown`, `SkillCycle`, `PrerequisiteArchived`, `SkillStillRequired`,
    `CompetenciesOutsideRange`.
    """
    allow(actor, Permission.SKILL_EDIT, skill)
    await wait_for_lock(session, TAXONOMY)
    skill = await queries.lock_skill(session, skill.id)
    require_match(skill, if_match)
    before = set(skill.prerequisite_ids or ())
    # All that is refused is refused before the row changes: the database would be the next to object.
    await _require_fit(session, skill, data)
    changed = patch(skill, data, leave={"prerequisite_ids"})
    if "prerequisite_ids" in data.model_fields_set and set(data.prerequisite_ids) != before:
        await _set_prerequisites(session, skill.id, data.prerequisite_ids)
        skill.version += 0 if changed else 1
        changed["prerequisite_ids"] = data.prerequisite_ids
    if changed:
        emit(session, SkillChanged(skill_id=skill.id, is_active=skill.is_active, fields=tuple(sorted(changed))))
    return await queries.get_skill(session, skill.id)


async def archive_skill(session: AsyncSession, actor: AcademyActor, skill: Skill, if_match: str | None = None) -> None:
    """Take a skill out of what can be learned; what people have of it stays. Twice changes nothing.

    Raises `Stale`, `SkillStillRequired`.
    """
    await update_skill(session, actor, skill, AcademySkillUpdate(is_active=False), if_match)


async def _require_fit(session: AsyncSession, skill: Skill, data: AcademySkillUpdate) -> None:
    sent = data.model_fields_set
    level, max_level, is_active = (
        getattr(data if name in sent else skill, name) for name in ("level", "max_level", "is_active")
    )
    if sent & {"level", "max_level"}:
        _require_range(level, max_level, "/max_level" if "max_level" in sent else "/level")
        if await queries.has_competency_outside(session, skill.id, level, max_level):
            raise CompetenciesOutsideRange
    if sent & {"parent_skill_id", "prerequisite_ids", "is_active"}:
        parent_id, prerequisite_ids = (
            getattr(data if name in sent else skill, name) for name in ("parent_skill_id", "prerequisite_ids")
        )
        await _require_links(session, skill.id, rules.Links(parent_id, prerequisite_ids), is_active=is_active)
    if skill.is_active and not is_active and await queries.is_required(session, skill.id):
        raise SkillStillRequired


def _require_range(level: str, max_level: str, pointer: str) -> None:
    if rank(level) > rank(max_level):
        raise LevelRange(errors=(FieldError(pointer, "level_range", "level is not above max_level"),))


async def _require_links(session: AsyncSession, skill_id: UUID | None, links: rules.Links, *, is_active: bool) -> None:
    known = await queries.find_states(session, [named for _, named in links.pointers()])
    if errors := rules.unknown(links, known):
        raise SkillUnknown(errors=errors)
    if skill_id is not None:
        leads_back = await queries.find_leading_back(session, skill_id, links)
        if errors := rules.cycles(links, leads_back=leads_back):
            raise SkillCycle(errors=errors)
    if is_active and (errors := rules.archived(links, known)):
        raise PrerequisiteArchived(errors=errors)
