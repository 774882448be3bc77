"""Reads for grading by a model."""

from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.ai_grading.rules import PROMPT_VERSION
from app.academy.models import AssessmentQuestion, Grader, QuestionResponse, ResponseGrade, ReviewState


def today() -> ColumnElement[object]:
    """The day that a budget is for, in UTC, by the database's clock."""
    return cast(func.timezone("UTC", func.now()), Date)


async def waits_for_model(session: AsyncSession, response_id: UUID) -> bool:
    """Whether nobody has graded a response yet, this version of the prompt included."""
    asked = select(ResponseGrade.id).where(
        ResponseGrade.response_id == response_id,
        ResponseGrade.grader == Grader.model,
        ResponseGrade.prompt_version == PROMPT_VERSION,
    )
    rows = select(QuestionResponse.id).where(
        QuestionResponse.id == response_id,
        QuestionResponse.review_state == ReviewState.required,
        QuestionResponse.graded_at.is_(None),
        ~asked.exists(),
    )
    return await session.scalar(rows) is not None


async def threshold_of(session: AsyncSession, question_id: UUID) -> float:
    """How sure a model has to be of a question now."""
    rows = select(AssessmentQuestion.auto_grade_from).where(AssessmentQuestion.id == question_id)
    return (await session.scalars(rows)).one()
