"""Reads of attempts: one's own, and for those who teach the ones of their learners."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.academy.assessments.queries import CONTENT
from app.academy.attempts.rules import GRACE, Candidate, Tries
from app.academy.attempts.schemas import AcademyAssessmentAttemptFilter, AcademyAttemptFilter
from app.academy.grading.queries import teaches_attempt
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentQuestion,
    AssessmentType,
    AttemptQuestion,
    AttemptStatus,
    Enrollment,
    QuestionResponse,
    QuestionVersion,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate

# The time at which a statement runs, not its transaction's: one that waited for a lock must not stand still.
NOW = func.clock_timestamp()
_BY_START = SortBy("started_at", AssessmentAttempt.started_at, descending=True)


@dataclass(frozen=True, slots=True)
class Clock:
    """An attempt's time by the database's clock. `is_late`: past its limit and the grace."""

    now: datetime
    is_late: bool


def _is_late() -> ColumnElement[bool]:
    return func.coalesce(AssessmentAttempt.expires_at + GRACE < NOW, False)


async def get_attempt(
    session: AsyncSession, actor: AcademyActor, attempt_id: UUID
) -> tuple[AssessmentAttempt, Assessment, bool]:
    """An attempt, its assessment, and whether the actor teaches it. Raises `NotFound`."""
    rows = (
        select(AssessmentAttempt, Assessment, teaches_attempt(actor))
        .join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
        .where(AssessmentAttempt.id == attempt_id)
    )
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    if found is None or not (found[0].user_id == actor.account_id or actor.sees_everything or found[2]):
        raise NotFound
    return found[0], found[1], bool(found[2])


async def lock_to_end(session: AsyncSession, attempt_id: UUID) -> tuple[AssessmentAttempt, Clock]:
    """An attempt that nobody else answers or ends until the end of the transaction, and its clock."""
    rows = select(AssessmentAttempt, NOW, _is_late()).where(AssessmentAttempt.id == attempt_id).with_for_update()
    attempt, now, is_late = (await session.execute(rows.execution_options(populate_existing=True))).one()
    return attempt, Clock(now, is_late)


async def lock_to_answer(session: AsyncSession, attempt_id: UUID) -> tuple[AssessmentAttempt, Clock]:
    """An attempt that nobody ends until the end of the transaction; others may answer it meanwhile."""
    rows = select(AssessmentAttempt, NOW, _is_late()).where(AssessmentAttempt.id == attempt_id)
    rows = rows.with_for_update(read=True).execution_options(populate_existing=True)
    attempt, now, is_late = (await session.execute(rows)).one()
    return attempt, Clock(now, is_late)


def overdue(at_most: int) -> Select[Any]:
    """Attempts whose time and grace are over, locked; one that is being handed in is left to that."""
    rows = select(AssessmentAttempt).where(AssessmentAttempt.status == AttemptStatus.in_progress, _is_late())
    return rows.order_by(AssessmentAttempt.expires_at).limit(at_most).with_for_update(skip_locked=True)


async def list_overdue(session: AsyncSession, at_most: int) -> list[AssessmentAttempt]:
    """The same, read."""
    return list(await session.scalars(overdue(at_most).execution_options(populate_existing=True)))


async def database_now(session: AsyncSession) -> datetime:
    """What time it is where it counts."""
    now: datetime = (await session.scalars(select(NOW))).one()
    return now


async def get_tries(session: AsyncSession, account_id: UUID, assessment_id: UUID, most: int | None) -> Tries:
    """All attempts of a learner at an assessment."""
    mine = AssessmentAttempt
    rows = select(
        func.count(mine.id),
        func.coalesce(func.bool_or(mine.status == AttemptStatus.in_progress), False),
        func.coalesce(func.bool_or(mine.passed), False),
        func.coalesce(func.bool_or(mine.is_final), False),
    ).where(mine.user_id == account_id, mine.assessment_id == assessment_id)
    used, is_under_way, has_passed, is_closed = (await session.execute(rows)).one()
    return Tries(used, most, is_under_way, has_passed, is_closed)


async def find_enrollment(session: AsyncSession, account_id: UUID, course_id: UUID) -> UUID | None:
    """The learner's newest place in a course that opens it now."""
    rows = select(Enrollment.id).where(
        Enrollment.user_id == account_id, Enrollment.course_id == course_id, Enrollment.has_materials_access
    )
    return await session.scalar(rows.order_by(Enrollment.purchase_date.desc(), Enrollment.id.desc()).limit(1))


# The draw


async def pool(session: AsyncSession, assessment_id: UUID, only: list[UUID] | None) -> list[Candidate]:
    """The active questions, or exactly those that are named; nobody edits one of them until they are frozen."""
    question = AssessmentQuestion
    rows = select(question).where(question.assessment_id == assessment_id)
    rows = rows.where(question.is_active) if only is None else rows.where(question.id.in_(only))
    rows = rows.order_by(question.sort_order, question.id).with_for_update(read=True)
    found = await session.scalars(rows.execution_options(populate_existing=True))
    return [Candidate(each.id, each.version, tuple(a.id for a in each.answers or ())) for each in found]


async def drawn_before(session: AsyncSession, account_id: UUID, assessment_id: UUID) -> list[UUID]:
    """What the learner's first attempt at this assessment drew; empty without one."""
    first = (
        select(AssessmentAttempt.id)
        .where(AssessmentAttempt.user_id == account_id, AssessmentAttempt.assessment_id == assessment_id)
        .order_by(AssessmentAttempt.attempt_number)
        .limit(1)
    )
    rows = select(AttemptQuestion.question_id).where(AttemptQuestion.attempt_id == first.scalar_subquery())
    return list(await session.scalars(rows))


async def drawn_before_the_course(
    session: AsyncSession, account_id: UUID, enrollment_id: UUID | None, post: Assessment
) -> list[UUID]:
    """The questions of a post-assessment that repeat what the learner's pre-assessment drew (A-GAN-05, Z-94).

    The pre-assessment of the same enrollment; of an earlier one when there is none.
    """
    pre = aliased(Assessment)
    first = (
        select(AssessmentAttempt.id)
        .join(pre, pre.id == AssessmentAttempt.assessment_id)
        .where(
            AssessmentAttempt.user_id == account_id,
            pre.type == AssessmentType.pre_course,
            pre.course_id == post.course_id,
        )
        .order_by(
            AssessmentAttempt.enrollment_id.is_not_distinct_from(literal(enrollment_id)).desc(),
            AssessmentAttempt.started_at.desc() if enrollment_id is None else AssessmentAttempt.attempt_number,
        )
        .limit(1)
    )
    rows = (
        select(AssessmentQuestion.id)
        .join(AttemptQuestion, AttemptQuestion.question_id == AssessmentQuestion.source_question_id)
        .where(AssessmentQuestion.assessment_id == post.id, AttemptQuestion.attempt_id == first.scalar_subquery())
    )
    return list(await session.scalars(rows))


# What freezes a version: its columns, and the rows to take them from.
VERSION_COLUMNS = ("question_id", "version", *CONTENT)


def versions_of(question_ids: list[UUID]) -> Select[Any]:
    """Questions as they are now, in the columns of a version."""
    question = AssessmentQuestion
    columns = (question.id, question.version, *(getattr(question, name) for name in CONTENT))
    return select(*columns).where(question.id.in_(question_ids))


async def get_asked(
    session: AsyncSession, attempt_id: UUID, question_id: UUID
) -> tuple[AttemptQuestion, QuestionVersion]:
    """A question of an attempt in its version. Raises `NotFound` for one that was not drawn."""
    rows = (
        select(AttemptQuestion, QuestionVersion)
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .where(AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.question_id == question_id)
    )
    found = (await session.execute(rows)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def get_response(session: AsyncSession, attempt_id: UUID, question_id: UUID) -> QuestionResponse:
    """What is saved of an answer. There is something."""
    rows = select(QuestionResponse).where(
        QuestionResponse.attempt_id == attempt_id, QuestionResponse.question_id == question_id
    )
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


# Lists


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyAttemptFilter) -> Rows[AssessmentAttempt]:
    """The actor's own attempts, newest first."""
    rows = select(AssessmentAttempt).where(AssessmentAttempt.user_id == actor.account_id)
    for column, value in (
        (AssessmentAttempt.assessment_id, wanted.assessment_id),
        (AssessmentAttempt.enrollment_id, wanted.enrollment_id),
        (AssessmentAttempt.status, wanted.status),
    ):
        if value is not None:
            rows = rows.where(column == value)
    return await paginate(session, rows, wanted, _BY_START)


async def list_of_assessment(
    session: AsyncSession, actor: AcademyActor, assessment: Assessment, wanted: AcademyAssessmentAttemptFilter
) -> Rows[AssessmentAttempt]:
    """The attempts at an assessment that the actor may see: their own, their learners', all for platform admins."""
    rows = select(AssessmentAttempt).join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
    rows = rows.where(AssessmentAttempt.assessment_id == assessment.id)
    if not actor.sees_everything:
        rows = rows.where(or_(AssessmentAttempt.user_id == actor.account_id, teaches_attempt(actor)))
    if wanted.status is not None:
        rows = rows.where(AssessmentAttempt.status == wanted.status)
    return await paginate(session, rows, wanted, _BY_START)
