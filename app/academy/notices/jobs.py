"""What people are told after something happened. Offers are not here: they are told of as they are made."""

from app.academy.notices import queries, service
from app.academy.notices.rules import Notice
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import (
    DisputeOpened,
    EnrollmentCancelled,
    EnrollmentConfirmed,
    EnrollmentRefunded,
    EnrollmentTransferred,
    PaymentFailed,
    PaymentReturned,
    WaitlistLeft,
)

HOUSE = AcademyActor.system()


@on(EnrollmentConfirmed)
async def tell_enrollment_confirmed(session: AsyncSession, event: EnrollmentConfirmed) -> None:
    """Welcome: the seat is theirs."""
    await service.tell(session, HOUSE, Notice.enrollment_confirmed, event.account_id, event.cohort_id)


@on(PaymentFailed)
async def tell_payment_failed(session: AsyncSession, event: PaymentFailed) -> None:
    """The checkout ended without money, and why."""
    cohort_id = await queries.cohort_of_enrollment(session, event.enrollment_id)
    if event.has_expired:
        await service.tell(session, HOUSE, Notice.checkout_expired, event.account_id, cohort_id)
    else:
        await service.tell(
            session, HOUSE, Notice.payment_failed, event.account_id, cohort_id, payment_id=event.payment_id
        )


@on(EnrollmentRefunded)
async def tell_payment_refunded(session: AsyncSession, event: EnrollmentRefunded) -> None:
    """The money is on its way back; also when it came too late for a seat (A-PAY-04)."""
    await service.tell(
        session, HOUSE, Notice.payment_refunded, event.account_id, event.cohort_id, payment_id=event.payment_id
    )


@on(PaymentReturned)
async def tell_payment_returned(session: AsyncSession, event: PaymentReturned) -> None:
    """They had paid twice, and one of the two is on its way back."""
    cohort_id = await queries.cohort_of_enrollment(session, event.enrollment_id)
    await service.tell(
        session, HOUSE, Notice.payment_refunded, event.account_id, cohort_id, payment_id=event.payment_id
    )


@on(DisputeOpened)
async def tell_dispute_opened(session: AsyncSession, event: DisputeOpened) -> None:
    """Their bank has asked for the money back."""
    cohort_id = await queries.cohort_of_enrollment(session, event.enrollment_id)
    await service.tell(session, HOUSE, Notice.dispute_opened, event.account_id, cohort_id, payment_id=event.payment_id)


@on(EnrollmentCancelled)
async def tell_enrollment_cancelled(session: AsyncSession, event: EnrollmentCancelled) -> None:
    """Theirs has ended, or the whole cohort (A-COH-07)."""
    ended_with_cohort = event.reason == "cohort_cancelled"
    notice = Notice.cohort_cancelled if ended_with_cohort else Notice.enrollment_cancelled
    await service.tell(session, HOUSE, notice, event.account_id, event.cohort_id)


@on(EnrollmentTransferred)
async def tell_enrollment_transferred(session: AsyncSession, event: EnrollmentTransferred) -> None:
    """They are in another cohort now."""
    cohort_id = await queries.cohort_of_enrollment(session, event.enrollment_id)
    await service.tell(session, HOUSE, Notice.enrollment_transferred, event.account_id, cohort_id)


@on(WaitlistLeft)
async def tell_offer_expired(session: AsyncSession, event: WaitlistLeft) -> None:
    """An offer's time is over, or the cohort waited for is cancelled; whoever left by themselves knows."""
    if event.cohort_id is None:
        return
    if event.status == "expired":
        await service.tell(session, HOUSE, Notice.waitlist_offer_expired, event.account_id, event.cohort_id)
    elif event.is_cohort_cancelled:
        await service.tell(session, HOUSE, Notice.cohort_cancelled, event.account_id, event.cohort_id)
