"""Reads of learning gain: the statement that measures it, who may know of whose, and what reports are made of."""

import functools
import operator
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Numeric,
    Select,
    TextualSelect,
    Uuid,
    bindparam,
    case,
    column,
    exists,
    func,
    select,
    table,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments.queries import get_enrollment
from app.academy.gain.rules import GainReason, LearnerGain, MeasuredAttempt, Measures, Scope, ScopeKind, SkillGained
from app.academy.models import (
    Assessment,
    Cohort,
    Course,
    Enrollment,
    EnrollmentStatus,
    LearningGain,
    Organization,
    Skill,
)
from app.academy.permissions import AcademyActor

_IN_SCOPE = {
    ScopeKind.enrollment: Enrollment.id,
    ScopeKind.cohort: Enrollment.cohort_id,
    ScopeKind.course: Enrollment.course_id,
    ScopeKind.organization: Enrollment.organization_id,
}


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Which enrollments a scope means."""
    return true() if scope.kind is ScopeKind.everybody else _IN_SCOPE[scope.kind] == scope.id


# The measurement: what follows from the attempts, and nothing else. Each step is a named part of one statement.

# An expired attempt counts once it is graded (A-ASM-02). A score is taken as the exact fraction behind it, so that
# nothing is compared rounded (Z-107); where points are missing or say otherwise, the score is what there is.
_GRADED = text("""
SELECT scoped.id AS enrollment_id, scoped.user_id, scoped.course_id, attempt.id AS attempt_id,
       assessment.id AS assessment_id, assessment.type, assessment.counted_attempt, attempt.score,
       CASE WHEN exact THEN attempt.points_earned ELSE attempt.score END AS earned,
       CASE WHEN exact THEN attempt.points_possible ELSE 100 END AS possible,
       coalesce(attempt.submitted_at, attempt.expires_at, attempt.started_at) AS taken_at, attempt.attempt_number
FROM scoped
JOIN academy.assessment_attempts attempt ON attempt.enrollment_id = scoped.id
JOIN academy.assessments assessment ON assessment.id = attempt.assessment_id
                                   AND assessment.course_id = scoped.course_id
CROSS JOIN LATERAL (
    SELECT attempt.points_possible > 0 AND attempt.points_earned IS NOT NULL
           AND round(100 * attempt.points_earned / nullif(attempt.points_possible, 0), 2) = attempt.score
           IS TRUE AS exact
) points
WHERE assessment.type IN ('pre_course', 'post_course') AND attempt.score IS NOT NULL
  AND (attempt.status = 'graded' OR attempt.status = 'expired' AND attempt.graded_at IS NOT NULL)
""")

# Of each assessment's kind the one that was met first; afterwards is after the first pre-assessment.
_COUNTED = text("""
SELECT *, type = 'post_course' AS is_post,
       first_value(assessment_id) OVER (PARTITION BY enrollment_id, type
                                        ORDER BY taken_at, attempt_number, attempt_id) AS met_first
FROM (
    SELECT *, min(taken_at) FILTER (WHERE type = 'pre_course') OVER (PARTITION BY enrollment_id) AS began_at FROM graded
) timed
WHERE type = 'pre_course' OR taken_at >= began_at
""")

# Each enrollment's attempts in their orders, the first of each. Arrays instead of joins: nothing that the planner would
# have to guess the size of is joined with itself, so the statement takes a cohort and everybody alike.
_ORDERED = text("""
SELECT enrollment_id, user_id, course_id, min(counted_attempt) FILTER (WHERE is_post) AS counted_attempt,
       (array_agg(assessment_id) FILTER (WHERE NOT is_post))[1] AS pre_assessment_id,
       (array_agg(attempt_id ORDER BY taken_at, attempt_number, attempt_id) FILTER (WHERE NOT is_post))[1]
           AS pre_attempt_id,
       (array_agg(marks ORDER BY taken_at, attempt_number, attempt_id) FILTER (WHERE NOT is_post))[1:1] AS pre,
       (array_agg(assessment_id) FILTER (WHERE is_post))[1] AS post_assessment_id,
       (array_agg(attempt_id ORDER BY taken_at, attempt_number, attempt_id) FILTER (WHERE is_post))[1] AS first_id,
       (array_agg(marks ORDER BY taken_at, attempt_number, attempt_id) FILTER (WHERE is_post))[1:1] AS first,
       (array_agg(attempt_id ORDER BY taken_at DESC, attempt_number DESC, attempt_id DESC) FILTER (WHERE is_post))[1]
           AS last_id,
       (array_agg(marks ORDER BY taken_at DESC, attempt_number DESC, attempt_id DESC) FILTER (WHERE is_post))[1:1]
           AS last,
       (array_agg(attempt_id ORDER BY score DESC, earned / possible DESC, taken_at, attempt_number, attempt_id)
           FILTER (WHERE is_post))[1] AS best_id,
       (array_agg(marks ORDER BY score DESC, earned / possible DESC, taken_at, attempt_number, attempt_id)
           FILTER (WHERE is_post))[1:1] AS best
FROM (SELECT *, ARRAY[score, earned, possible] AS marks FROM counted WHERE assessment_id = met_first) relevant
GROUP BY enrollment_id, user_id, course_id
""")

# The first pre attempt, and of the post attempts the one that the assessment counts (Z-93), the best beside it.
_PAIRS = text("""
SELECT enrollment_id, user_id, course_id, pre_assessment_id, pre_attempt_id, pre[1][1] AS pre_score,
       pre[1][2] AS pre_earned, pre[1][3] AS pre_possible, post_assessment_id, post_attempt_id,
       post[1][1] AS post_score, post[1][2] AS post_earned, post[1][3] AS post_possible,
       best_id AS best_post_attempt_id, best[1][1] AS best_post_score
FROM (
    SELECT *,
           CASE counted_attempt WHEN 'best' THEN best_id WHEN 'last' THEN last_id ELSE first_id END AS post_attempt_id,
           CASE counted_attempt WHEN 'best' THEN best WHEN 'last' THEN last ELSE first END AS post
    FROM ordered WHERE pre_attempt_id IS NOT NULL AND first_id IS NOT NULL
) chosen
""")

# (q - p) / (1 - p) of the fractions p and q, as one division: exact until it is rounded at the twelfth decimal.
# Per skill: from the questions that ask for it alone (A-GAN-06). What is not graded counts nowhere (Z-102); what was
# drawn and not answered earned nothing. Asked for each pair by itself: a join of all of them is left to the planner's
# guess, and its wrong guess is quadratic.
_MEASURED = text("""
SELECT user_id, course_id, enrollment_id, pre_assessment_id, pre_attempt_id, pre_score,
       post_assessment_id, post_attempt_id, post_score, best_post_attempt_id, best_post_score,
       post_score - pre_score AS score_improvement,
       CASE WHEN pre_score > 0 THEN
           round(100 * (post_earned * pre_possible - pre_earned * post_possible) / (post_possible * pre_earned), 4)
       END AS percentage_gain,
       CASE WHEN pre_score < 100 THEN
           round((post_earned * pre_possible - pre_earned * post_possible)
                 / (post_possible * (pre_possible - pre_earned)), 12)
       END AS normalized_gain,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'skill_id', skill_id, 'pre_score', trim_scale(pre), 'post_score', trim_scale(post),
                      'improvement', trim_scale(post - pre)) ORDER BY skill_id)
           FROM (
               SELECT skill_id,
                      round(100 * sum(earned) FILTER (WHERE NOT is_post)
                            / sum(points) FILTER (WHERE NOT is_post), 12) AS pre,
                      round(100 * sum(earned) FILTER (WHERE is_post) / sum(points) FILTER (WHERE is_post), 12) AS post
               FROM (
                   SELECT skill.skill_id, drawn.attempt_id = post_attempt_id AS is_post, version.points,
                          least(coalesce(response.points_earned, 0), version.points) AS earned
                   FROM academy.attempt_questions drawn
                   JOIN academy.assessment_question_versions version
                     ON version.question_id = drawn.question_id AND version.version = drawn.question_version
                   JOIN academy.assessment_question_skills skill ON skill.question_id = drawn.question_id
                   LEFT JOIN academy.question_responses response
                     ON response.attempt_id = drawn.attempt_id AND response.question_id = drawn.question_id
                   WHERE drawn.attempt_id IN (pre_attempt_id, post_attempt_id)
                     AND version.points > 0 AND version.question_type <> 'rating_scale'
               ) asked
               GROUP BY skill_id
               HAVING bool_or(is_post) AND NOT bool_and(is_post)
           ) each_skill
       ), '[]'::jsonb) AS skill_gains,
       statement_timestamp() AS calculated_at
FROM pairs
""")

MEASURED: Mapping[str, Any] = {
    "user_id": Uuid(),
    "course_id": Uuid(),
    "enrollment_id": Uuid(),
    "pre_assessment_id": Uuid(),
    "pre_attempt_id": Uuid(),
    "pre_score": Numeric(),
    "post_assessment_id": Uuid(),
    "post_attempt_id": Uuid(),
    "post_score": Numeric(),
    "best_post_attempt_id": Uuid(),
    "best_post_score": Numeric(),
    "score_improvement": Numeric(),
    "percentage_gain": Numeric(),
    "normalized_gain": Numeric(),
    "skill_gains": LearningGain.skill_gains.type,
    "calculated_at": DateTime(timezone=True),
}


def measured(scope: Scope) -> CTE:
    """The rows of `academy.learning_gain_analytics` as they should be, for every enrollment of the scope."""
    parts = attempts_of(in_scope(scope))
    parts.append(_part(_PAIRS, "pairs"))
    whole: TextualSelect = _MEASURED.columns(**MEASURED).add_cte(*parts)
    return whole.cte("measured")


def attempts_of(wanted: ColumnElement[bool]) -> list[CTE]:
    """The graded attempts of the enrollments that are wanted: the first parts of the measurement."""
    scoped = select(Enrollment.id, Enrollment.user_id, Enrollment.course_id).where(wanted).cte("scoped")
    return [scoped, _part(_GRADED, "graded"), _part(_COUNTED, "counted"), _part(_ORDERED, "ordered")]


def _part(statement: Any, name: str) -> CTE:
    return statement.columns(column("enrollment_id", Uuid())).cte(name)  # type: ignore[no-any-return]  # text has no type here


def rows_of(found: CTE) -> Select[Any]:
    """What a part of a statement found, column by column in the order of `MEASURED`."""
    return select(*(found.c[name] for name in MEASURED))


def is_measured(found: CTE) -> ColumnElement[bool]:
    """Whether the enrollment of a kept gain can still be measured."""
    return select(found.c.enrollment_id).where(found.c.enrollment_id == LearningGain.enrollment_id).exists()


def kept_in(scope: Scope) -> ColumnElement[bool]:
    """Which kept gains belong to a scope."""
    return LearningGain.enrollment_id.in_(select(Enrollment.id).where(in_scope(scope)))


def reason_of(enrollment_id: Any) -> ColumnElement[str]:
    """Why an enrollment without a row has none, in a statement that has `attempts_of` it as parts."""
    ordered = table("ordered", column("enrollment_id", Uuid()), column("pre_attempt_id"), column("first_id"))
    has = exists().where(ordered.c.enrollment_id == enrollment_id)
    return case(
        (~has.where(ordered.c.pre_attempt_id.is_not(None)), GainReason.no_pre.value),
        (~has.where(ordered.c.first_id.is_not(None)), GainReason.no_post.value),
        else_=GainReason.pending.value,
    )


# One learner's


# The questions of both attempts, by the question that the pre-assessment asks (Z-94).
_SAME_QUESTIONS = text("""
SELECT (SELECT array_agg(question_id ORDER BY question_id) FROM academy.attempt_questions WHERE attempt_id = :pre)
       IS NOT DISTINCT FROM
       (SELECT array_agg(coalesce(question.source_question_id, question.id)
                         ORDER BY coalesce(question.source_question_id, question.id))
        FROM academy.attempt_questions drawn JOIN academy.assessment_questions question
          ON question.id = drawn.question_id WHERE drawn.attempt_id = :post)
""").bindparams(bindparam("pre", type_=Uuid()), bindparam("post", type_=Uuid()))


async def get_gain(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> LearnerGain:
    """The gain of an enrollment that the actor may know of. Raises `NotFound`. Whether they may see it is not asked."""
    enrollment = await get_enrollment(session, actor, enrollment_id)
    instructor_id = await session.scalar(select(Cohort.instructor_id).where(Cohort.id == enrollment.cohort_id))
    row = await session.scalar(
        select(LearningGain)
        .where(LearningGain.enrollment_id == enrollment_id)
        .execution_options(populate_existing=True)
    )
    reason = await _reason(session, enrollment) if row is None else _reason_within(row)
    measures = None if row is None else await _measures(session, row)
    return LearnerGain(enrollment.id, enrollment.user_id, enrollment.course_id, instructor_id, reason, measures)


async def _measures(session: AsyncSession, row: LearningGain) -> Measures:
    wanted = [gain.skill_id for gain in row.skill_gains]
    skills = await session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(wanted)))
    names = {skill_id: name for skill_id, name in skills}  # noqa: C416  (rows are tuples of two to us, not to mypy)
    counted = await session.scalar(select(Assessment.counted_attempt).where(Assessment.id == row.post_assessment_id))
    same = await session.scalar(_SAME_QUESTIONS, {"pre": row.pre_attempt_id, "post": row.post_attempt_id})
    return Measures(
        pre=MeasuredAttempt(row.pre_assessment_id, row.pre_attempt_id, float(row.pre_score)),
        post=MeasuredAttempt(row.post_assessment_id, row.post_attempt_id, float(row.post_score)),
        best_post=_attempt(row.post_assessment_id, row.best_post_attempt_id, row.best_post_score),
        counted_attempt=counted or "",
        score_improvement=float(row.score_improvement),
        percentage_gain=_float(row.percentage_gain),
        normalized_gain=_float(row.normalized_gain),
        same_questions=bool(same),
        skill_gains=tuple(
            SkillGained(each.skill_id, names.get(each.skill_id), each.pre_score, each.post_score, each.improvement)
            for each in row.skill_gains
        ),
        calculated_at=row.calculated_at,
    )


def _attempt(assessment_id: UUID, attempt_id: UUID | None, score: Decimal | None) -> MeasuredAttempt | None:
    if attempt_id is None or score is None:
        return None
    return MeasuredAttempt(assessment_id, attempt_id, float(score))


def _reason_within(row: LearningGain) -> GainReason | None:
    return GainReason.ceiling if row.normalized_gain is None else None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


async def _reason(session: AsyncSession, enrollment: Enrollment) -> GainReason:
    if enrollment.enrollment_status != EnrollmentStatus.active:
        return GainReason.left
    wanted = Enrollment.id == enrollment.id
    found = select(reason_of(enrollment.id)).add_cte(*attempts_of(wanted))
    return GainReason((await session.scalars(found)).one())


async def find_normalized_gain(session: AsyncSession, enrollment_id: UUID) -> float | None:
    """The gain that is kept for an enrollment, if there is one."""
    found = await session.scalar(
        select(LearningGain.normalized_gain).where(LearningGain.enrollment_id == enrollment_id)
    )
    return _float(found)


async def count_changed(session: AsyncSession, *changes: CTE) -> int:
    """Run changes, all of them in one statement, and count the rows that they touched."""
    counts = [select(func.count()).select_from(change).scalar_subquery() for change in changes]
    return int(await session.scalar(select(functools.reduce(operator.add, counts))) or 0)


_MEANT: Mapping[ScopeKind, Any] = {
    ScopeKind.enrollment: Enrollment.id,
    ScopeKind.cohort: Cohort.id,
    ScopeKind.course: Course.id,
    ScopeKind.organization: Organization.id,
}


async def is_there(session: AsyncSession, scope: Scope) -> bool:
    """Whether there is what a scope names."""
    if scope.kind is ScopeKind.everybody:
        return True
    named = _MEANT[scope.kind]
    return await session.scalar(select(named).where(named == scope.id)) is not None
