"""Reads of competencies: the same for everybody."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.competencies.schemas import AcademyCompetencyFilter
from app.academy.models import Competency, CompetencyEvidence, Skill
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS = {"created_at": Competency.created_at, "name": Competency.name}


async def get_competency(session: AsyncSession, competency_id: UUID, *, for_update: bool = False) -> Competency:
    """A competency as it is now, locked when asked: then nobody shows evidence of it either. Raises `NotFound`."""
    rows = select(Competency).where(Competency.id == competency_id)
    if for_update:
        rows = rows.with_for_update()
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_competencies(session: AsyncSession, skill: Skill, wanted: AcademyCompetencyFilter) -> Rows[Competency]:
    """The competencies of a skill: the active ones, or the archived ones."""
    rows = select(Competency).where(Competency.skill_id == skill.id, Competency.is_active == wanted.is_active)
    if wanted.level is not None:
        rows = rows.where(Competency.level == wanted.level)
    if wanted.evidence_type is not None:
        rows = rows.where(Competency.evidence_types.contains([wanted.evidence_type]))
    return await paginate(session, rows.execution_options(populate_existing=True), wanted, sort_by(wanted.sort, _SORTS))


async def find_unarchived(session: AsyncSession, competency_id: UUID) -> tuple[bool, bool]:
    """Whether there is such a competency, and whether it is active; it stays so until the transaction ends."""
    rows = select(Competency.is_active).where(Competency.id == competency_id).with_for_update(read=True)
    is_active = await session.scalar(rows)
    return is_active is not None, bool(is_active)


async def has_evidence(session: AsyncSession, competency_id: UUID) -> bool:
    """Whether anybody has shown evidence of it, passed or not."""
    found = select(CompetencyEvidence.id).where(CompetencyEvidence.competency_id == competency_id).limit(1)
    return await session.scalar(found) is not None
