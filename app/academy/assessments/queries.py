"""Reads of assessments: authors and teachers see all of theirs, learners what they could take."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, with_expression

from app.academy.assessments import rules
from app.academy.assessments.schemas import AcademyAssessmentFilter
from app.academy.courses.queries import Standing, get_standing, is_learned_by, is_taught_by
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentQuestion,
    AssessmentSkill,
    AssessmentType,
    ClassSession,
    Lesson,
    QuestionSkill,
)
from app.academy.models.questions import QuestionContent
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS = {"created_at": Assessment.created_at, "title": Assessment.title}
CONTENT = tuple(QuestionContent.__annotations__)


def skills_of_assessment() -> ColumnElement[Any]:
    """The skills that an assessment names."""
    named = select(AssessmentSkill.skill_id).where(AssessmentSkill.assessment_id == Assessment.id)
    return func.array(named.order_by(AssessmentSkill.skill_id).scalar_subquery(), type_=ARRAY(Uuid))


def skills_of_question() -> ColumnElement[Any]:
    """The skills that a question tests."""
    named = select(QuestionSkill.skill_id).where(QuestionSkill.question_id == AssessmentQuestion.id)
    return func.array(named.order_by(QuestionSkill.skill_id).scalar_subquery(), type_=ARRAY(Uuid))


def is_open_to(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor could take an assessment: of a course of theirs, or of none."""
    return and_(
        Assessment.is_active,
        or_(Assessment.course_id.is_(None), is_learned_by(actor, Assessment.course_id)),
    )


def _was_taken_by(actor: AcademyActor) -> ColumnElement[bool]:
    """What somebody took stays known to them, also when it is withdrawn."""
    return exists().where(
        AssessmentAttempt.assessment_id == Assessment.id, AssessmentAttempt.user_id == actor.account_id
    )


def visible_assessments(actor: AcademyActor) -> Select[Assessment]:
    """The assessments that the actor may know of, each with its skills."""
    rows = select(Assessment).options(with_expression(Assessment.skill_ids, skills_of_assessment()))
    if actor.sees_everything:
        return rows
    return rows.where(or_(is_open_to(actor), is_taught_by(actor, Assessment.course_id), _was_taken_by(actor)))


async def get_assessment(session: AsyncSession, actor: AcademyActor, assessment_id: UUID) -> Assessment:
    """An assessment as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_assessments(actor).where(Assessment.id == assessment_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock_assessment(session: AsyncSession, assessment_id: UUID) -> Assessment:
    """An assessment whose rules and questions nobody else edits until the end of the transaction."""
    rows = select(Assessment).options(with_expression(Assessment.skill_ids, skills_of_assessment()))
    rows = rows.where(Assessment.id == assessment_id).with_for_update(key_share=True)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def list_assessments(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyAssessmentFilter
) -> Rows[Assessment]:
    """Those that the actor may know of."""
    rows = visible_assessments(actor)
    for column, value in (
        (Assessment.course_id, wanted.course_id),
        (Assessment.lesson_id, wanted.lesson_id),
        (Assessment.type, wanted.type),
        (Assessment.is_active, wanted.is_active),
    ):
        if value is not None:
            rows = rows.where(column == value)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


async def get_standing_in(session: AsyncSession, actor: AcademyActor, assessment: Assessment) -> Standing:
    """Whether the actor teaches or learns what an assessment is of; what is of no course, nobody teaches."""
    if assessment.course_id is None:
        return Standing(is_teacher=False, is_learner=False)
    return await get_standing(session, actor, assessment.course_id)


async def course_of_lesson(session: AsyncSession, lesson_id: UUID) -> UUID | None:
    """The course that a lesson is of; None when there is no such lesson."""
    rows = select(ClassSession.course_id).join(Lesson, Lesson.session_id == ClassSession.id)
    return await session.scalar(rows.where(Lesson.id == lesson_id))


async def checked_questions(session: AsyncSession, assessment_id: UUID) -> list[rules.CheckedQuestion]:
    """The active questions as checks look at them."""
    source = aliased(AssessmentQuestion)
    differs = or_(
        *(getattr(AssessmentQuestion, name).is_distinct_from(getattr(source, name)) for name in CONTENT),
    )
    rows = (
        select(
            AssessmentQuestion.id,
            AssessmentQuestion.question_type,
            AssessmentQuestion.points,
            skills_of_question(),
            and_(source.id.is_not(None), differs),
        )
        .outerjoin(source, source.id == AssessmentQuestion.source_question_id)
        .where(AssessmentQuestion.assessment_id == assessment_id, AssessmentQuestion.is_active)
        .order_by(AssessmentQuestion.sort_order, AssessmentQuestion.id)
    )
    return [
        rules.CheckedQuestion(row[0], row[1], row[2], frozenset(row[3]), bool(row[4]))
        for row in await session.execute(rows)
    ]


async def partner_skills(session: AsyncSession, assessment: Assessment) -> frozenset[UUID] | None:
    """What the other half of a pre/post pair tests, where that half can be taken already; None without one."""
    other = rules.PAIR.get(AssessmentType(assessment.type))
    if other is None:
        return None
    active = select(Assessment.id).where(
        Assessment.course_id == assessment.course_id, Assessment.type == other, Assessment.is_active
    )
    ids = list(await session.scalars(active))
    if not ids:
        return None
    tested = (
        select(QuestionSkill.skill_id)
        .join(AssessmentQuestion, AssessmentQuestion.id == QuestionSkill.question_id)
        .where(AssessmentQuestion.assessment_id.in_(ids), AssessmentQuestion.is_active)
    )
    return frozenset(await session.scalars(tested))
