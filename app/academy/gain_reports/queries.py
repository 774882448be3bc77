"""Reads of reports: the scores of a scope, its skills, and who teaches or answers for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Double,
    Numeric,
    Select,
    Uuid,
    and_,
    case,
    cast,
    column,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain.queries import attempts_of, in_scope, reason_of
from app.academy.gain.rules import GainReason, Scope
from app.academy.gain_reports.rules import SkillSummary
from app.academy.models import (
    Cohort,
    CourseInstructor,
    Enrollment,
    EnrollmentStatus,
    LearningGain,
    ManagerPermission,
    OrganizationManager,
    PaymentStatus,
    Skill,
    TeamScope,
)


@dataclass(frozen=True, slots=True)
class Measurements:
    """What is known of a scope: scores and gains of those who have both, how many have not, and why."""

    pre: Sequence[float]
    post: Sequence[float]
    gains: Sequence[float | None]
    excluded: Mapping[GainReason, int]

    @property
    def population(self) -> int:
        """Everybody in the scope who has paid for their place, those who left it included."""
        return sum(self.excluded.values()) + sum(gain is not None for gain in self.gains)


_TAKES_PART = and_(
    Enrollment.payment_status == PaymentStatus.completed, Enrollment.enrollment_status == EnrollmentStatus.active
)


async def get_measurements(session: AsyncSession, scope: Scope) -> Measurements:
    """The scores of a scope. In the order of enrollments, so that the same rows give the same intervals."""
    kept = (
        await session.execute(
            select(
                _numbers(LearningGain.pre_score),
                _numbers(LearningGain.post_score),
                _numbers(LearningGain.normalized_gain),
            )
            .join(Enrollment, Enrollment.id == LearningGain.enrollment_id)
            .where(in_scope(scope), _TAKES_PART)
        )
    ).one()
    pre, post, gains = (list(each or ()) for each in kept)
    excluded = dict.fromkeys(GainReason, 0) | {GainReason.ceiling: gains.count(None)}
    for reason, people in await session.execute(_unmeasured(scope)):
        excluded[GainReason(reason)] = people
    return Measurements(pre, post, gains, excluded)


def _numbers(value: Any) -> ColumnElement[Any]:
    return func.array_agg(aggregate_order_by(cast(value, Double), LearningGain.enrollment_id))


def _unmeasured(scope: Scope) -> Select[str, int]:
    """How many paid enrollments of a scope count for nothing, by reason; ceilings are counted from the gains."""
    has_row = select(LearningGain.id).where(LearningGain.enrollment_id == Enrollment.id).exists()
    without = and_(in_scope(scope), _TAKES_PART, ~has_row)
    parts = attempts_of(without)
    reason = reason_of(Enrollment.id).label("reason")
    is_left = Enrollment.enrollment_status != EnrollmentStatus.active
    return (
        select(case((is_left, GainReason.left.value), else_=reason).label("why"), func.count())
        .where(in_scope(scope), Enrollment.payment_status == PaymentStatus.completed, or_(is_left, ~has_row))
        .group_by("why")
        .add_cte(*parts)
    )


async def list_skill_gains(session: AsyncSession, scope: Scope) -> Sequence[SkillSummary]:
    """What a scope gained in each skill, by name: of those who did not know all of it before."""
    each = (
        func.jsonb_to_recordset(LearningGain.skill_gains)
        .table_valued(column("skill_id", Uuid()), column("pre_score", Numeric()), column("post_score", Numeric()))
        .render_derived(name="each", with_types=True)
    )
    pre, post = each.c.pre_score, each.c.post_score
    room = pre < 100
    average_pre, average_post = (func.avg(value).filter(room) for value in (pre, post))
    gain = (post - pre) / func.nullif(100 - pre, 0)
    figures = [
        average_pre,
        average_post,
        average_post - average_pre,
        func.avg(gain),
        (average_post - average_pre) / (100 - average_pre),
    ]
    rows = (
        select(
            Skill.id,
            Skill.name,
            func.count().filter(room),
            func.count().filter(~room),
            *(cast(figure, Double) for figure in figures),
        )
        .select_from(LearningGain)
        .join(Enrollment, Enrollment.id == LearningGain.enrollment_id)
        .join(each, true())
        .join(Skill, Skill.id == each.c.skill_id)
        .where(in_scope(scope), _TAKES_PART)
        .group_by(Skill.id)
        .order_by(Skill.name, Skill.id)
    )
    return [SkillSummary(*row) for row in await session.execute(rows)]


# Who may ask


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who teaches a course, or may see the figures of an organization."""

    people: frozenset[UUID]
    organization_id: UUID | None = None


async def teachers_of(session: AsyncSession, course_id: UUID | None) -> Answerable:
    """Whoever teaches a course: those it names, and those of its cohorts (Z-46)."""
    of_course = select(CourseInstructor.user_id).where(CourseInstructor.course_id == course_id)
    of_cohorts = select(Cohort.instructor_id).where(Cohort.course_id == course_id, Cohort.instructor_id.is_not(None))
    return Answerable(frozenset(await session.scalars(of_course.union(of_cohorts))))


async def analysts_of(session: AsyncSession, organization_id: UUID) -> Answerable:
    """Whoever may see the figures of a whole organization: not those who are limited to some of its teams."""
    found = await session.scalars(
        select(OrganizationManager.user_id).where(
            OrganizationManager.organization_id == organization_id,
            OrganizationManager.is_active,
            OrganizationManager.permissions.contains([ManagerPermission.view_analytics]),
            OrganizationManager.team_scope == TeamScope.all,
            OrganizationManager.department_scope.is_(None),
        )
    )
    return Answerable(frozenset(found), organization_id)
