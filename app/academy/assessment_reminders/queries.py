"""Who has to be reminded of what, now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessment_reminders.rules import AFTER, BEFORE
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentReminder,
    AssessmentType,
    ClassSession,
    Cohort,
    CohortStatus,
    Course,
    Enrollment,
    EnrollmentStatus,
    Learner,
    Lesson,
    PaymentStatus,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that has to go out."""

    enrollment_id: UUID
    assessment_id: UUID
    account_id: UUID
    learner_name: str
    wants_email: bool
    assessment_title: str
    assessment_type: str
    course_id: UUID
    course_title: str
    cohort_id: UUID
    cohort_name: str
    start_date: datetime
    end_date: datetime


async def list_due(session: AsyncSession, at_most: int) -> list[Due]:
    """Learners with a place in a cohort, and the assessments whose time it is and that they have not begun."""
    now = func.now()
    # A class session has a day, counted from the cohort's start, and no date of its own.
    day = Cohort.start_date + (ClassSession.day_number - 1) * timedelta(days=1)
    is_due = or_(
        and_(
            Assessment.type == AssessmentType.pre_course,
            now >= Cohort.start_date - BEFORE,
            now < Cohort.start_date,
        ),
        and_(Assessment.type == AssessmentType.knowledge_check, now >= day, now < Cohort.end_date),
        and_(
            Assessment.type == AssessmentType.post_course,
            now >= Cohort.end_date,
            now < Cohort.end_date + AFTER,
        ),
    )
    begun = select(AssessmentAttempt.id).where(
        AssessmentAttempt.assessment_id == Assessment.id, AssessmentAttempt.user_id == Enrollment.user_id
    )
    reminded = select(AssessmentReminder.sent_at).where(
        AssessmentReminder.assessment_id == Assessment.id, AssessmentReminder.enrollment_id == Enrollment.id
    )
    rows = (
        select(
            Enrollment.id,
            Assessment.id,
            Learner.id,
            Learner.name,
            Learner.email_notifications,
            Assessment.title,
            Assessment.type,
            Course.id,
            Course.title,
            Cohort.id,
            Cohort.name,
            Cohort.start_date,
            Cohort.end_date,
        )
        .select_from(Cohort)
        .join(Course, Course.id == Cohort.course_id)
        .join(Assessment, and_(Assessment.course_id == Cohort.course_id, Assessment.is_active))
        .join(Enrollment, Enrollment.cohort_id == Cohort.id)
        .join(Learner, Learner.id == Enrollment.user_id)
        .outerjoin(Lesson, Lesson.id == Assessment.lesson_id)
        .outerjoin(ClassSession, ClassSession.id == Lesson.session_id)
        .where(
            Cohort.status.in_((CohortStatus.open, CohortStatus.in_progress, CohortStatus.completed)),
            # The windows of all kinds lie here: an index on the start is enough to find the few cohorts.
            Cohort.start_date <= now + BEFORE,
            Cohort.end_date > now - AFTER,
            Enrollment.payment_status == PaymentStatus.completed,
            Enrollment.enrollment_status == EnrollmentStatus.active,
            is_due,
            ~begun.exists(),
            ~reminded.exists(),
        )
        .order_by(Cohort.id, Enrollment.id, Assessment.id)
        .limit(at_most)
    )
    return [Due(*tuple(row)) for row in await session.execute(rows)]
