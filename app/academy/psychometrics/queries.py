"""Reads of assessments' statistics: who earned what at which question, and what pairs of assessments ask."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.academy.courses.queries import get_course
from app.academy.models import (
    Assessment,
    AssessmentQuestion,
    AssessmentType,
    ClassSession,
    Lesson,
)
from app.academy.permissions import AcademyActor
from app.academy.psychometrics.rules import Asked, Scores
from app.core.errors import NotFound

MOST = 5_000
"""So many attempts tell what a test is like; more would only take longer."""


async def get_assessment(
    session: AsyncSession, actor: AcademyActor, assessment_id: UUID
) -> tuple[Assessment, UUID | None]:
    """An assessment with the course that it, or its lesson, belongs to. Raises `NotFound` when that is hidden."""
    course_id = func.coalesce(Assessment.course_id, ClassSession.course_id)
    found = (
        await session.execute(
            select(Assessment, course_id)
            .outerjoin(Lesson, Lesson.id == Assessment.lesson_id)
            .outerjoin(ClassSession, ClassSession.id == Lesson.session_id)
            .where(Assessment.id == assessment_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    assessment: Assessment = found[0]
    course: UUID | None = found[1]
    if course is not None:
        await get_course(session, actor, course)
    elif not actor.sees_everything:
        raise NotFound
    return assessment, course


# The first graded attempt of each learner: later ones have met the questions before. Of too many, the latest.
_SCORES = text("""
WITH firsts AS (
    SELECT DISTINCT ON (user_id) id, score, submitted_at FROM academy.assessment_attempts
    WHERE assessment_id = :assessment AND score IS NOT NULL
      AND (status = 'graded' OR status = 'expired' AND graded_at IS NOT NULL)
    ORDER BY user_id, attempt_number
), chosen AS (
    SELECT id, score FROM firsts ORDER BY submitted_at DESC NULLS LAST, id LIMIT :most
), cells AS (
    SELECT dense_rank() OVER (ORDER BY chosen.id) - 1 AS attempt, drawn.question_id,
           dense_rank() OVER (ORDER BY drawn.question_id) - 1 AS question, version.points AS possible,
           least(coalesce(response.points_earned, 0), version.points) AS earned
    FROM chosen
    JOIN academy.attempt_questions drawn ON drawn.attempt_id = chosen.id
    JOIN academy.assessment_question_versions version
      ON version.question_id = drawn.question_id AND version.version = drawn.question_version
    LEFT JOIN academy.question_responses response
      ON response.attempt_id = drawn.attempt_id AND response.question_id = drawn.question_id
    WHERE version.points > 0 AND version.question_type <> 'rating_scale'
)
SELECT (SELECT count(*) FROM firsts) AS learners,
       (SELECT array_agg(score::float8 ORDER BY id) FROM chosen) AS scores,
       (SELECT array_agg(DISTINCT question_id ORDER BY question_id) FROM cells) AS questions,
       array_agg(attempt) AS attempt, array_agg(question) AS question,
       array_agg(earned::float8) AS earned, array_agg(possible::float8) AS possible
FROM cells
""").bindparams(bindparam("assessment", type_=Uuid()))


async def get_scores(session: AsyncSession, assessment_id: UUID) -> Scores:
    """What learners earned at each question that can earn something."""
    row = (await session.execute(_SCORES, {"assessment": assessment_id, "most": MOST})).one()
    return Scores(
        row.learners,
        row.scores or (),
        row.questions or (),
        row.attempt or (),
        row.question or (),
        earned=row.earned or (),
        possible=row.possible or (),
    )


async def list_questions(session: AsyncSession, questions: Sequence[UUID]) -> dict[UUID, Row[UUID, str, str]]:
    """What the questions ask now, and how hard they were meant to be."""
    rows = await session.execute(
        select(AssessmentQuestion.id, AssessmentQuestion.question_text, AssessmentQuestion.difficulty).where(
            AssessmentQuestion.id.in_(questions)
        )
    )
    return {row.id: row for row in rows}


# Pairs

_OTHER = {AssessmentType.pre_course: AssessmentType.post_course, AssessmentType.post_course: AssessmentType.pre_course}


async def find_partner(session: AsyncSession, assessment: Assessment) -> UUID | None:
    """The assessment before the course for the one after it, and the other way round: the one that shares most."""
    other = _OTHER.get(AssessmentType(assessment.type))
    if other is None:
        return None
    mine, theirs = aliased(AssessmentQuestion), aliased(AssessmentQuestion)
    repeats = (mine.source_question_id == theirs.id) | (theirs.source_question_id == mine.id)
    shared = (
        select(func.count())
        .select_from(mine)
        .join(theirs, repeats)
        .where(mine.assessment_id == assessment.id, theirs.assessment_id == Assessment.id)
        .scalar_subquery()
    )
    return await session.scalar(
        select(Assessment.id)
        .where(Assessment.course_id == assessment.course_id, Assessment.type == other)
        .order_by(shared.desc(), case((Assessment.is_active, 0), else_=1), Assessment.created_at, Assessment.id)
        .limit(1)
    )


_ASKED = text("""
SELECT question.assessment_id, question.id, question.source_question_id, question.points,
       md5(ROW(question_type, question_text, question_image_id, answers, accepted_answers, scale_min, scale_max)::text),
       array(SELECT skill_id FROM academy.assessment_question_skills WHERE question_id = question.id)
FROM academy.assessment_questions question
WHERE question.is_active AND question.assessment_id IN (:pre, :post)
""").bindparams(bindparam("pre", type_=Uuid()), bindparam("post", type_=Uuid()))


async def list_asked(session: AsyncSession, pre: UUID, post: UUID) -> tuple[list[Asked], list[Asked]]:
    """What both assessments ask."""
    found: dict[UUID, list[Asked]] = {pre: [], post: []}
    for assessment_id, id_, source, points, content, skills in await session.execute(
        _ASKED, {"pre": pre, "post": post}
    ):
        found[assessment_id].append(Asked(id_, source, points, content, frozenset(skills)))
    return found[pre], found[post]


# How many of the measured pairs of attempts drew the same questions (A-GAN-05); of too many, the latest.
_SAME = text("""
SELECT count(*) AS pairs, count(*) FILTER (WHERE before = after) AS same FROM (
    SELECT (SELECT array_agg(question_id ORDER BY question_id)
            FROM academy.attempt_questions WHERE attempt_id = gain.pre_attempt_id) AS before,
           (SELECT array_agg(coalesce(question.source_question_id, question.id)
                             ORDER BY coalesce(question.source_question_id, question.id))
            FROM academy.attempt_questions drawn JOIN academy.assessment_questions question
              ON question.id = drawn.question_id WHERE drawn.attempt_id = gain.post_attempt_id) AS after
    FROM (SELECT pre_attempt_id, post_attempt_id FROM academy.learning_gain_analytics
          WHERE pre_assessment_id = :pre AND post_assessment_id = :post
          ORDER BY calculated_at DESC, id LIMIT :most) gain
) pair
""").bindparams(bindparam("pre", type_=Uuid()), bindparam("post", type_=Uuid()))


async def count_same(session: AsyncSession, pre: UUID, post: UUID) -> Any:
    """How many pairs of attempts were measured, and how many of them met the same questions."""
    return (await session.execute(_SAME, {"pre": pre, "post": post, "most": MOST})).one()
