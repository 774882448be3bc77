"""Reads for quiz evidence: attempts with a final result, what they earned per skill, and what is recorded already."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.grading.queries import WAITING
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AttemptQuestion,
    AttemptStatus,
    Competency,
    CompetencyEvidence,
    EvidenceType,
    QuestionResponse,
    QuestionSkill,
    QuestionType,
    QuestionVersion,
    Skill,
)
from app.academy.quiz_evidence.rules import SkillResult


@dataclass(frozen=True, slots=True)
class FinalAttempt:
    """An attempt whose result is final: graded, and nobody has to look at it any more."""

    attempt_id: UUID
    account_id: UUID
    enrollment_id: UUID | None
    assessment_type: str


async def find_final(session: AsyncSession, attempt_id: UUID) -> FinalAttempt | None:
    """An attempt, if its result is final. One whose time was over counts once it is graded (A-ASM-02)."""
    waits = select(QuestionResponse.id).where(
        QuestionResponse.attempt_id == AssessmentAttempt.id, QuestionResponse.review_state.in_(WAITING)
    )
    rows = (
        select(AssessmentAttempt.id, AssessmentAttempt.user_id, AssessmentAttempt.enrollment_id, Assessment.type)
        .join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
        .where(
            AssessmentAttempt.id == attempt_id,
            AssessmentAttempt.status.in_([AttemptStatus.graded, AttemptStatus.expired]),
            AssessmentAttempt.graded_at.is_not(None),
            ~waits.exists(),
        )
    )
    found = (await session.execute(rows)).one_or_none()
    return None if found is None else FinalAttempt(*found)


async def list_results(session: AsyncSession, attempt_id: UUID) -> dict[UUID, SkillResult]:
    """What an attempt earned in each skill that its questions ask for. Ratings count nowhere (Z-102).

    What was drawn and not answered earned nothing.
    """
    earned = func.least(func.coalesce(QuestionResponse.points_earned, 0), QuestionVersion.points)
    rows = (
        select(QuestionSkill.skill_id, func.sum(earned), func.sum(QuestionVersion.points))
        .join(AttemptQuestion, AttemptQuestion.question_id == QuestionSkill.question_id)
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .outerjoin(
            QuestionResponse,
            and_(
                QuestionResponse.attempt_id == AttemptQuestion.attempt_id,
                QuestionResponse.question_id == AttemptQuestion.question_id,
            ),
        )
        .where(
            AttemptQuestion.attempt_id == attempt_id,
            QuestionVersion.points > 0,
            QuestionVersion.question_type != QuestionType.rating_scale,
        )
        .group_by(QuestionSkill.skill_id)
    )
    return {row[0]: SkillResult(*row) for row in await session.execute(rows)}


async def list_recorded(session: AsyncSession, attempt_id: UUID) -> dict[UUID, CompetencyEvidence]:
    """What was recorded of an attempt, by competency; withdrawn evidence as well."""
    rows = select(CompetencyEvidence).where(CompetencyEvidence.attempt_id == attempt_id)
    found = await session.scalars(rows.execution_options(populate_existing=True))
    return {each.competency_id: each for each in found}


async def list_competencies(
    session: AsyncSession, skill_ids: Sequence[UUID], recorded: Sequence[UUID]
) -> list[tuple[Competency, Skill]]:
    """What these skills have that a quiz may show or that is recorded already, in the order of the skills' ids."""
    accepts = Competency.evidence_types.contains([EvidenceType.quiz.value]) & Competency.is_active & Skill.is_active
    rows = (
        select(Competency, Skill)
        .join(Skill, Skill.id == Competency.skill_id)
        .where(Skill.id.in_(skill_ids), accepts | Competency.id.in_(recorded))
        .order_by(Skill.id, Competency.created_at, Competency.id)
    )
    return [(row[0], row[1]) for row in await session.execute(rows)]
