"""What the worker does about the money of seats: send it back, close what nobody paid, compare."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from app.academy.models import Payment
from app.academy.payments import queries, refunds, rules, service
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.outbox.listen import Patience, every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import RefundRequested
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused, GatewayUnavailable

log = structlog.get_logger(__name__)

HOUSE = AcademyActor.system()
# Hours rather than minutes: a refund must survive a long outage of the provider.
MONEY = Patience(tries=20, longest_wait=timedelta(hours=1))
# One call to Stripe for each payment, one after the other.
MANY_CALLS = Patience(time_limit=timedelta(minutes=5), tries=1)
GRACE = timedelta(seconds=60)
STILL = timedelta(minutes=10)
LOOK_BACK = timedelta(days=3)
STUCK = timedelta(hours=24)


@on(RefundRequested, patience=MONEY)
async def send_money_back(job: JobRun, event: RefundRequested) -> None:
    """Refund at Stripe under the job's id, which makes a repetition harmless, then write down what Stripe says."""
    async with job.transaction() as session:
        payment = await queries.get_payment(session, event.payment_id)
    if payment.stripe_payment_intent_id is None:
        # Paid with a full discount, nothing was charged: nothing has to go back.
        await _apply(job, rules.Fact(rules.FactKind.refunded, payment_id=payment.id, amount_cents=0, is_whole=True))
        return
    refund_id = await _refund(job, event, payment.stripe_payment_intent_id, payment.enrollment_id)
    intent = await job.resource(Gateways).stripe.get_payment_intent(payment.stripe_payment_intent_id)
    async with job.transaction() as session:
        if fact := rules.fact_of_intent(intent):
            await service.apply_fact(session, HOUSE, fact)
        await refunds.record_refund(session, HOUSE, payment.id, refund_id, event.amount_cents)
        await job.finish(session)


async def _refund(job: JobRun, event: RefundRequested, intent_id: str, enrollment_id: UUID) -> str | None:
    """Stripe's refund; None when it will never make it: gone back already, disputed, or more than is left."""
    try:
        refund = await job.resource(Gateways).stripe.create_refund(
            intent_id,
            amount_cents=event.amount_cents,
            reason="duplicate" if event.reason == "paid_twice" else "requested_by_customer",
            metadata={"payment_id": str(event.payment_id), "enrollment_id": str(enrollment_id)},
            idempotency_key=str(job.id),
        )
    except GatewayRefused as refusal:
        if event.amount_cents is None and refusal.reason not in rules.FINAL_REFUSALS:
            raise
        log.warning("refund_refused", payment_id=str(event.payment_id), reason=refusal.reason)
        return None
    return refund.id


@every(seconds=30, patience=MANY_CALLS)
async def release_expired_holds(job: JobRun) -> None:
    """Close the page of each checkout whose time is over, at Stripe first, then free its seat (A-ENR-14)."""
    async with job.transaction() as session:
        expired = await queries.list_expired_holds(session, GRACE)
    stripe_answers = True
    for hold in expired:
        fact: rules.Fact | None = rules.Fact(rules.FactKind.expired, payment_id=hold.payment_id)
        if hold.checkout_session_id is not None and stripe_answers:
            try:
                fact = await _close_page(job, hold.checkout_session_id) or fact
            except GatewayUnavailable:
                stripe_answers = False  # asked once per run: the holds must not wait for its silence one by one
        # Without Stripe's word its own clock has to close the page first; whoever paid at the last moment gets
        # another seat, or the money back.
        if stripe_answers or hold.is_overdue:
            await _apply(job, fact)


async def _close_page(job: JobRun, checkout_session_id: str) -> rules.Fact | None:
    """What became of the page, now that nobody can pay on it any more."""
    try:
        page = await job.resource(Gateways).stripe.expire_checkout_session(checkout_session_id)
    except GatewayRefused:
        return None  # Stripe does not know this page
    return rules.fact_of_session(page)


@every(minutes=15, patience=MANY_CALLS)
async def compare_with_stripe(job: JobRun) -> None:
    """Repair what lost webhooks left behind (rule 32): payments that stand still, pages we never learned of, money
    that went back.
    """
    async with job.transaction() as session:
        waiting = await queries.list_to_compare(session, STILL)
        orphans = await queries.list_orphans(session, STILL, LOOK_BACK)
        for payment_id in await queries.list_stuck_refunds(session, STUCK):
            await refunds.repeat_refund(session, HOUSE, payment_id)
    for payment in waiting:
        with suppress(GatewayRefused):  # Stripe has forgotten this one; the others still want to be asked about
            await _compare(job, payment)
        async with job.transaction() as session:
            await service.mark_compared(session, HOUSE, [payment.id])
    if orphans:
        await _find_pages(job, orphans)
    async for event in job.resource(Gateways).stripe.list_events(utc_now() - LOOK_BACK, rules.MONEY_BACK):
        await _apply(job, rules.fact_of(event))


async def _compare(job: JobRun, payment: Payment) -> None:
    stripe = job.resource(Gateways).stripe
    page = await stripe.get_checkout_session(payment.stripe_checkout_session_id or "")
    await _apply(job, rules.fact_of_session(page))
    if page.status == "complete" and page.payment_intent_id is not None:
        await _apply(job, rules.fact_of_intent(await stripe.get_payment_intent(page.payment_intent_id)))


async def _find_pages(job: JobRun, orphans: Sequence[Payment]) -> None:
    """Look through Stripe's pages for those of payments that never learned of theirs."""
    lost = {payment.id for payment in orphans}
    async for page in job.resource(Gateways).stripe.list_checkout_sessions(orphans[0].created_at - GRACE):
        fact = rules.fact_of_session(page)
        if fact is not None and fact.payment_id in lost:
            await _apply(job, fact)
    async with job.transaction() as session:
        await service.mark_compared(session, HOUSE, list(lost))


async def _apply(job: JobRun, fact: rules.Fact | None) -> None:
    if fact is not None:
        async with job.transaction() as session:
            await service.apply_fact(session, HOUSE, fact)
