"""Reads of evidence: own, what one assessed, that of those whom one teaches; all for platform admins."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload, with_expression

from app.academy.evidence.errors import CompetencyUnknown
from app.academy.evidence.schemas import AcademyEvidenceFilter
from app.academy.levels.queries import taught_learners
from app.academy.models import Competency, CompetencyEvidence, Enrollment, Skill
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"created_at": CompetencyEvidence.created_at}


async def get_competency(session: AsyncSession, competency_id: UUID) -> tuple[Competency, Skill]:
    """A competency and its skill. Raises `CompetencyUnknown` (A-SKL-05)."""
    rows = (
        select(Competency, Skill)
        .join(Skill, Skill.id == Competency.skill_id)
        .where(Competency.id == competency_id)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(rows)).one_or_none()
    if found is None:
        raise CompetencyUnknown
    return found[0], found[1]


async def get_skill(session: AsyncSession, skill_id: UUID) -> Skill:
    """A skill that is there."""
    return (await session.scalars(select(Skill).where(Skill.id == skill_id))).one()


async def is_enrollment_of(session: AsyncSession, enrollment_id: UUID, account_id: UUID) -> bool:
    """Whether an enrollment is this person's."""
    asked = select(Enrollment.id).where(Enrollment.id == enrollment_id, Enrollment.user_id == account_id)
    return await session.scalar(asked) is not None


def visible_evidence(actor: AcademyActor) -> Select[CompetencyEvidence]:
    """What the actor may see, with everything that is shown of it."""
    skill_of = select(Competency.skill_id).where(Competency.id == CompetencyEvidence.competency_id).scalar_subquery()
    rows = select(CompetencyEvidence).options(with_expression(CompetencyEvidence.skill_id, skill_of))
    if actor.sees_everything:
        return rows
    return rows.where(
        or_(
            CompetencyEvidence.user_id == actor.account_id,
            CompetencyEvidence.assessed_by == actor.account_id,
            CompetencyEvidence.user_id.in_(taught_learners(actor)),
        )
    )


async def get_evidence(
    session: AsyncSession,
    actor: AcademyActor,
    evidence_id: UUID,
    *,
    for_update: bool = False,
    with_changes: bool = False,
) -> CompetencyEvidence:
    """Evidence, locked or with what became of it when asked. Raises `NotFound` for what the actor may not see."""
    rows = visible_evidence(actor).where(CompetencyEvidence.id == evidence_id)
    if for_update:
        rows = rows.with_for_update(of=CompetencyEvidence, key_share=True)
    if with_changes:
        rows = rows.options(selectinload(CompetencyEvidence.changes))
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_evidence(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyEvidenceFilter
) -> Rows[CompetencyEvidence]:
    """What the actor may see, newest first: one statement, however many."""
    rows = visible_evidence(actor)
    if wanted.skill_id is not None:
        of_skill = select(Competency.id).where(Competency.skill_id == wanted.skill_id)
        rows = rows.where(CompetencyEvidence.competency_id.in_(of_skill))
    if wanted.withdrawn is not None:
        taken_back = CompetencyEvidence.withdrawn_at.is_not(None)
        rows = rows.where(taken_back if wanted.withdrawn else ~taken_back)
    same: Mapping[InstrumentedAttribute[Any], Any] = {
        CompetencyEvidence.user_id: wanted.account_id,
        CompetencyEvidence.competency_id: wanted.competency_id,
        CompetencyEvidence.enrollment_id: wanted.enrollment_id,
        CompetencyEvidence.evidence_type: wanted.evidence_type,
        CompetencyEvidence.passed: wanted.passed,
    }
    rows = rows.where(*(column == value for column, value in same.items() if value is not None))
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))
