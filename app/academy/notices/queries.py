"""What a notice needs to know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Course, Enrollment, Learner, Payment
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Occasion:
    """A person and the cohort that the notice is about."""

    account_id: UUID
    learner_name: str
    wants_email: bool
    cohort_id: UUID
    cohort_name: str
    start_date: datetime
    course_id: UUID
    course_title: str


async def get_occasion(session: AsyncSession, account_id: UUID, cohort_id: UUID) -> Occasion:
    """The person and the cohort. Raises NotFound."""
    row = (
        await session.execute(
            select(
                Learner.id,
                Learner.name,
                Learner.email_notifications,
                Cohort.id,
                Cohort.name,
                Cohort.start_date,
                Course.id,
                Course.title,
            )
            .select_from(Learner)
            .join(Cohort, Cohort.id == cohort_id)
            .join(Course, Course.id == Cohort.course_id)
            .where(Learner.id == account_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Occasion(*row)


async def cohort_of_enrollment(session: AsyncSession, enrollment_id: UUID) -> UUID:
    """The cohort of an enrollment. Raises NotFound."""
    found: UUID | None = await session.scalar(select(Enrollment.cohort_id).where(Enrollment.id == enrollment_id))
    if found is None:
        raise NotFound
    return found


async def get_amount(session: AsyncSession, payment_id: UUID) -> tuple[int, str]:
    """The money that a notice about a payment is about, in cents, and its currency. Raises NotFound.

    What has gone back, else what came in, else what was to be paid.
    """
    row = (
        await session.execute(
            select(
                func.coalesce(func.nullif(Payment.refunded_cents, 0), Payment.amount_paid_cents, Payment.amount_cents),
                Payment.currency,
            ).where(Payment.id == payment_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
