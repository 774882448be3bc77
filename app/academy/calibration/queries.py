"""Reads for calibration: each grade of a model beside the first that a person gave after it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.academy.calibration.rules import Verdict
from app.academy.models import (
    AssessmentAttempt,
    AttemptQuestion,
    Grader,
    QuestionResponse,
    QuestionVersion,
    ResponseGrade,
)


@dataclass(frozen=True, slots=True)
class Graded:
    """What there is to go by."""

    verdicts: list[Verdict]
    unreviewed: int
    failed: int


async def of_question(session: AsyncSession, question_id: UUID) -> Graded:
    """All grades of one question, in every version."""
    return await _graded(session, QuestionResponse.question_id == question_id)


async def of_assessment(session: AsyncSession, assessment_id: UUID) -> Graded:
    """All grades of an assessment's questions."""
    attempts = select(AssessmentAttempt.id).where(AssessmentAttempt.assessment_id == assessment_id)
    return await _graded(session, QuestionResponse.attempt_id.in_(attempts))


async def _graded(session: AsyncSession, wanted: ColumnElement[bool]) -> Graded:
    later = aliased(ResponseGrade)
    # The first one: a second override says something about the first person.
    by_person = (
        select(later.points)
        .where(
            later.response_id == ResponseGrade.response_id,
            later.grader == Grader.person,
            later.created_at >= ResponseGrade.created_at,
        )
        .order_by(later.created_at, later.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(ResponseGrade.confidence, ResponseGrade.points, by_person, QuestionVersion.points)
        .join(QuestionResponse, QuestionResponse.id == ResponseGrade.response_id)
        .join(
            AttemptQuestion,
            and_(
                AttemptQuestion.attempt_id == QuestionResponse.attempt_id,
                AttemptQuestion.question_id == QuestionResponse.question_id,
            ),
        )
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .where(ResponseGrade.grader == Grader.model, wanted)
    )
    found = (await session.execute(rows)).all()
    given = [row for row in found if row[1] is not None]
    verdicts = [
        Verdict(confidence or 0, by_model, human, possible)
        for confidence, by_model, human, possible in given
        if by_model is not None and human is not None
    ]
    return Graded(verdicts, len(given) - len(verdicts), len(found) - len(given))
