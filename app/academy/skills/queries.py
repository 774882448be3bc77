"""Reads of the taxonomy. It is the same for everybody: what is archived is told from what is not, and no secret."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased, with_expression

from app.academy.levels.rules import is_in_range
from app.academy.models import Competency, Skill, SkillLevel, SkillPrerequisite
from app.academy.skills.rules import Links
from app.academy.skills.schemas import (
    AcademySkill,
    AcademySkillCompetency,
    AcademySkillFilter,
    AcademySkillReference,
    AcademySkillSummary,
)
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS = {"sort_order": Skill.sort_order, "name": Skill.name, "created_at": Skill.created_at}


def _prerequisites() -> ColumnElement[Any]:
    named = select(SkillPrerequisite.prerequisite_id).where(SkillPrerequisite.skill_id == Skill.id)
    return func.array(named.order_by(SkillPrerequisite.prerequisite_id).scalar_subquery(), type_=ARRAY(Uuid))


def _skills() -> Select[Skill]:
    return select(Skill).options(with_expression(Skill.prerequisite_ids, _prerequisites()))


async def _get(session: AsyncSession, rows: Select[Skill]) -> Skill:
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def get_skill(session: AsyncSession, skill_id: UUID) -> Skill:
    """A skill as it is now. Raises `NotFound`."""
    return await _get(session, _skills().where(Skill.id == skill_id))


async def get_skill_by_slug(session: AsyncSession, slug: str) -> Skill:
    """A skill as it is now. Raises `NotFound`."""
    return await _get(session, _skills().where(Skill.slug == slug))


async def lock_skill(session: AsyncSession, skill_id: UUID) -> Skill:
    """A skill whose range and competencies nobody else edits until the end of the transaction."""
    return await _get(session, _skills().where(Skill.id == skill_id).with_for_update(key_share=True))


async def find_unarchived(session: AsyncSession, skill_id: UUID) -> tuple[bool, bool]:
    """Whether there is such a skill, and whether it is active; it is not archived before the transaction ends."""
    rows = select(Skill.is_active).where(Skill.id == skill_id).with_for_update(read=True)
    is_active = await session.scalar(rows)
    return is_active is not None, bool(is_active)


async def list_skills(session: AsyncSession, wanted: AcademySkillFilter) -> Rows[Skill]:
    """The active ones, or the archived ones."""
    rows = _skills().where(Skill.is_active == wanted.is_active)
    for column, value in (
        (Skill.category, wanted.category),
        (Skill.level, wanted.level),
        (Skill.parent_skill_id, wanted.parent_skill_id),
    ):
        if value is not None:
            rows = rows.where(column == value)
    if wanted.q is not None:
        rows = rows.where(
            or_(Skill.name.icontains(wanted.q, autoescape=True), Skill.description.icontains(wanted.q, autoescape=True))
        )
    return await paginate(session, rows.execution_options(populate_existing=True), wanted, sort_by(wanted.sort, _SORTS))


async def describe(session: AsyncSession, skill: Skill) -> AcademySkill:
    """A skill with what lies around it: two statements, however much that is."""
    required = set(skill.prerequisite_ids or ())
    near = or_(Skill.id.in_({*required, skill.parent_skill_id} - {None}), Skill.parent_skill_id == skill.id)
    around = list(await session.scalars(select(Skill).where(near).order_by(Skill.sort_order, Skill.name, Skill.id)))
    competencies = await session.scalars(
        select(Competency)
        .where(Competency.skill_id == skill.id, Competency.is_active)
        .order_by(Competency.created_at, Competency.id)
    )
    parent = next((each for each in around if each.id == skill.parent_skill_id), None)
    return AcademySkill(
        **AcademySkillSummary.model_validate(skill).model_dump(),
        parent=None if parent is None else AcademySkillReference.model_validate(parent),
        children=[AcademySkillReference.model_validate(each) for each in around if each.parent_skill_id == skill.id],
        prerequisites=[AcademySkillReference.model_validate(each) for each in around if each.id in required],
        competencies=[AcademySkillCompetency.model_validate(each) for each in competencies],
    )


# What may not be


async def find_states(session: AsyncSession, skill_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of each of these skills that exists, whether it is active."""
    rows = await session.execute(select(Skill.id, Skill.is_active).where(Skill.id.in_(skill_ids)))
    return {row.id: row.is_active for row in rows}


async def find_leading_back(session: AsyncSession, skill_id: UUID, links: Links) -> dict[str, frozenset[UUID]]:
    """Of the wanted links those that would lead back to the skill, by kind. Whoever asks holds the taxonomy's lock.

    The skill's own present links are not looked at: they are what is being replaced.
    """
    step, above = SkillPrerequisite, aliased(Skill)
    parents = {links.parent_id} - {None}
    return {
        "parent": await _leading_back(session, skill_id, parents, above.id, above.parent_skill_id),
        "prerequisite": await _leading_back(
            session, skill_id, set(links.prerequisite_ids), step.skill_id, step.prerequisite_id
        ),
    }


async def _leading_back(
    session: AsyncSession,
    skill_id: UUID,
    starts: Collection[Any],
    source: InstrumentedAttribute[UUID],
    target: InstrumentedAttribute[Any],
) -> frozenset[UUID]:
    if not starts:
        return frozenset()
    first = func.unnest(literal(list(starts), ARRAY(Uuid)))
    walk = select(first.label("start"), first.label("here")).cte("walk", recursive=True)
    # A union forgets what it has seen, so the walk ends whatever the links are.
    following = select(walk.c.start, target).join(walk, source == walk.c.here)
    walk = walk.union(following.where(target.is_not(None), walk.c.here != skill_id))
    return frozenset(await session.scalars(select(walk.c.start).where(walk.c.here == skill_id).distinct()))


async def is_required(session: AsyncSession, skill_id: UUID) -> bool:
    """Whether an active skill has this one as its prerequisite."""
    found = (
        select(Skill.id)
        .join(SkillPrerequisite, SkillPrerequisite.skill_id == Skill.id)
        .where(SkillPrerequisite.prerequisite_id == skill_id, Skill.is_active)
        .limit(1)
    )
    return await session.scalar(found) is not None


async def has_competency_outside(session: AsyncSession, skill_id: UUID, lowest: str, highest: str) -> bool:
    """Whether an active competency is of a level that is not between these."""
    inside = [level for level in SkillLevel if is_in_range(level, lowest, highest)]
    found = select(Competency.id).where(
        Competency.skill_id == skill_id, Competency.is_active, Competency.level.not_in(inside)
    )
    return await session.scalar(found.limit(1)) is not None
