"""What the worker does about money: read Stripe's events, send money back, close what nobody paid, compare."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from pydantic_core import from_json

from app.academy.models import PaymentState
from app.academy.payments import queries, rules, service
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.database import AsyncSession
from app.core.outbox.listen import Patience, every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import RefundRequested
from app.domain_events.webhooks import StripeEventReceived
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.stripe import answers
from app.webhooks.inbox import queries as inbox
from app.webhooks.inbox import service as intake

HOUSE = AcademyActor.system()
# Hours rather than minutes: a refund must survive a long outage of the provider.
MONEY = Patience(tries=20, longest_wait=timedelta(hours=1))
UNANSWERED = timedelta(seconds=60)


@on(StripeEventReceived)
async def apply_stripe_event(session: AsyncSession, event: StripeEventReceived) -> None:
    """Move a payment by what Stripe told; a payment we do not know yet leaves the event parked, not lost (A-PAY-01)."""
    message = await inbox.get_message(session, event.inbox_id)
    fact = rules.fact_of(answers.event(from_json(message.body)))
    if fact is None:
        await intake.mark(session, HOUSE, message.id, "ignored")
    elif await service.apply_fact(session, HOUSE, fact):
        await intake.mark(session, HOUSE, message.id, "processed")
    else:
        await intake.mark(session, HOUSE, message.id, "parked", note="no such payment")


@on(RefundRequested, patience=MONEY)
async def send_money_back(job: JobRun, event: RefundRequested) -> None:
    """Refund at Stripe under the job's id, which makes a repetition harmless, then write down that it happened."""
    async with job.transaction() as session:
        payment = await queries.get_payment(session, event.payment_id)
    # Paid with a full discount, nothing was charged: nothing has to go back.
    fact: rules.Fact | None = rules.Fact(rules.FactKind.refunded, payment_id=payment.id, is_whole=True)
    if payment.stripe_payment_intent_id is not None:
        stripe = job.resource(Gateways).stripe
        await stripe.create_refund(
            payment.stripe_payment_intent_id,
            amount_cents=event.amount_cents,
            reason="requested_by_customer",
            metadata={"payment_id": str(payment.id), "enrollment_id": str(payment.enrollment_id)},
            idempotency_key=str(job.id),
        )
        fact = rules.fact_of_intent(await stripe.get_payment_intent(payment.stripe_payment_intent_id))
    await _apply(job, fact)


@every(seconds=30)
async def release_expired_holds(job: JobRun) -> None:
    """Close the page of each checkout whose time is over, at Stripe first, then free its seat (A-ENR-14)."""
    async with job.transaction() as session:
        expired = await queries.list_expired_holds(session)
    for _, payment_id in expired:
        await _close(job, payment_id)


async def _close(job: JobRun, payment_id: UUID) -> None:
    stripe = job.resource(Gateways).stripe
    async with job.transaction() as session:
        payment = await queries.get_payment(session, payment_id)
    fact: rules.Fact | None = rules.Fact(rules.FactKind.expired, payment_id=payment.id)
    if payment.stripe_checkout_session_id is not None:
        try:
            page = await stripe.expire_checkout_session(payment.stripe_checkout_session_id)
            fact = rules.fact_of_session(page) or fact
        except GatewayUnavailable:
            # Stripe closes the page by its own clock; a payment that slips through finds a seat or goes back.
            if payment.expires_at > utc_now() - UNANSWERED:
                return
        except GatewayRefused:
            pass  # Stripe does not know this page: nobody can pay on it
    await _apply(job, fact)


@every(minutes=15)
async def compare_with_stripe(job: JobRun) -> None:
    """Repair what lost webhooks left behind: ask Stripe about every payment that has stood still (rule 32)."""
    async with job.transaction() as session:
        waiting = await queries.list_stale(session, queries.UNSETTLED, timedelta(minutes=10))
        paid = await queries.list_recently_paid(session, timedelta(days=3))
        stuck = await queries.list_stale(session, [PaymentState.refund_due], timedelta(hours=24))
    for payment_id in [*waiting, *paid]:
        with suppress(GatewayRefused):  # Stripe has forgotten this one; the others still want to be asked about
            await _compare(job, payment_id)
    for payment_id in stuck:
        async with job.transaction() as session:
            await service.repeat_refund(session, HOUSE, payment_id)


async def _compare(job: JobRun, payment_id: UUID) -> None:
    stripe = job.resource(Gateways).stripe
    async with job.transaction() as session:
        payment = await queries.get_payment(session, payment_id)
    intent_id = payment.stripe_payment_intent_id
    if payment.state in queries.UNSETTLED and payment.stripe_checkout_session_id is not None:
        page = await stripe.get_checkout_session(payment.stripe_checkout_session_id)
        await _apply(job, rules.fact_of_session(page))
        intent_id = page.payment_intent_id if page.status == "complete" else None
    if intent_id is not None:
        await _apply(job, rules.fact_of_intent(await stripe.get_payment_intent(intent_id)))


async def _apply(job: JobRun, fact: rules.Fact | None) -> None:
    if fact is not None:
        async with job.transaction() as session:
            await service.apply_fact(session, HOUSE, fact)
