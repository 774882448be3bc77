"""The page at Stripe where a payment is made: written down, asked for anew, given up."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import seats
from app.academy.models import Course, Enrollment, Payment, PaymentState, PaymentStatus
from app.academy.payments import queries, service
from app.academy.payments.rules import price_for_person
from app.academy.permissions import AcademyActor
from app.gateways.stripe.types import CheckoutSession


async def record_page(session: AsyncSession, actor: AcademyActor, payment_id: UUID, page: CheckoutSession) -> Payment:
    """Keep the address of Stripe's page and the session's id, unless the payment has moved on already."""
    payment, enrollment, _ = await service.lock(session, actor, await queries.get_payment(session, payment_id))
    payment.checkout_url = page.url
    payment.stripe_checkout_session_id = page.id
    enrollment.stripe_checkout_session_id = page.id
    if payment.state == PaymentState.created:
        payment.state = PaymentState.open
    await service.replay(session, actor, page.id)
    return payment


async def adopt_page(
    session: AsyncSession, actor: AcademyActor, enrollment: Enrollment, course: Course, checkout_session_id: str
) -> Payment:
    """The payment of an enrollment whose page was opened at Stripe before we heard of it (A-ENR-01)."""
    payment = await service.open_payment(
        session,
        actor,
        enrollment.id,
        amount_cents=price_for_person(course),
        currency=course.currency,
        success_url="",
        cancel_url="",
        expires_at=enrollment.hold_expires_at or enrollment.created_at + seats.HOLD,
    )
    payment.stripe_checkout_session_id = checkout_session_id
    payment.state = PaymentState.open
    await service.replay(session, actor, checkout_session_id)
    return payment


async def renew(session: AsyncSession, actor: AcademyActor, payment_id: UUID) -> Payment | None:
    """Another payment for a hold whose page Stripe never made; the hold begins anew. None: this one has moved on.

    Stripe wants a page to live 30 minutes, so what was written down before an outage can be too old to be asked for.
    """
    payment, enrollment, _ = await service.lock(session, actor, await queries.get_payment(session, payment_id))
    if payment.state != PaymentState.created:
        return None
    payment.state = PaymentState.expired
    enrollment.hold_expires_at = await queries.get_now(session) + seats.HOLD
    return await service.open_payment(
        session,
        actor,
        enrollment.id,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=enrollment.hold_expires_at,
    )


async def give_up(session: AsyncSession, actor: AcademyActor, payment_id: UUID) -> None:
    """Stripe would not open a page: the hold ends. Nobody is told of it, the caller has the refusal as their answer."""
    payment, enrollment, cohort = await service.lock(session, actor, await queries.get_payment(session, payment_id))
    if payment.state != PaymentState.created:
        return
    payment.state = PaymentState.failed
    enrollment.payment_status = PaymentStatus.failed
    await seats.give_back(session, enrollment, cohort, "failed")
