"""Reads of questions: of assessments that the actor may know of; whether they may see them is asked by the verbs."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from app.academy.assessments.queries import skills_of_question, visible_assessments
from app.academy.models import Assessment, AssessmentQuestion
from app.academy.permissions import AcademyActor
from app.academy.questions.schemas import AcademyQuestionFilter
from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate


def shown() -> Select[AssessmentQuestion]:
    """Questions with their skills."""
    return select(AssessmentQuestion).options(with_expression(AssessmentQuestion.skill_ids, skills_of_question()))


async def get_question(session: AsyncSession, actor: AcademyActor, question_id: UUID) -> AssessmentQuestion:
    """A question as it is now. Raises `NotFound` for one of an assessment that the actor may not know of."""
    known = visible_assessments(actor).with_only_columns(Assessment.id)
    rows = shown().where(AssessmentQuestion.id == question_id, AssessmentQuestion.assessment_id.in_(known))
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_questions(
    session: AsyncSession, assessment: Assessment, wanted: AcademyQuestionFilter
) -> Rows[AssessmentQuestion]:
    """The questions of an assessment, in their order."""
    rows = shown().where(AssessmentQuestion.assessment_id == assessment.id)
    if wanted.is_active is not None:
        rows = rows.where(AssessmentQuestion.is_active == wanted.is_active)
    if wanted.difficulty is not None:
        rows = rows.where(AssessmentQuestion.difficulty == wanted.difficulty)
    rows = rows.execution_options(populate_existing=True)
    return await paginate(session, rows, wanted, SortBy("sort_order", AssessmentQuestion.sort_order))


async def all_questions(session: AsyncSession, assessment_id: UUID) -> list[AssessmentQuestion]:
    """Every question of an assessment."""
    rows = shown().where(AssessmentQuestion.assessment_id == assessment_id).order_by(AssessmentQuestion.id)
    return list(await session.scalars(rows.execution_options(populate_existing=True)))
