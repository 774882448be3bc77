"""What the worker does about the money of paths: send it back, and ask Stripe about what stands still."""

from contextlib import suppress
from datetime import timedelta

import structlog

from app.academy.models import OfferKind, PathPurchase, PaymentState
from app.academy.path_payments import queries, rules, service
from app.academy.payments.rules import FINAL_REFUSALS
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.outbox.listen import Patience, every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import PathRefundRequested
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused

log = structlog.get_logger(__name__)

HOUSE = AcademyActor.system()
MONEY = Patience(tries=20, longest_wait=timedelta(hours=1))
MANY_CALLS = Patience(time_limit=timedelta(minutes=5), tries=1)
GRACE = timedelta(seconds=60)
STILL = timedelta(minutes=10)
DAILY = timedelta(hours=24)


@on(PathRefundRequested, patience=MONEY)
async def send_path_money_back(job: JobRun, event: PathRefundRequested) -> None:
    """End a subscription at Stripe, then refund under the job's id, which makes a repetition harmless."""
    stripe = job.resource(Gateways).stripe
    async with job.transaction() as session:
        purchase = await queries.get_purchase(session, HOUSE, event.purchase_id)
    if purchase.kind == OfferKind.subscription and purchase.stripe_subscription_id is not None:
        ended = await stripe.cancel_subscription(purchase.stripe_subscription_id)
        await _apply(job, rules.fact_of_subscription(ended, utc_now()))
    intent_id = await _intent_of(job, purchase)
    if intent_id is None:
        async with job.transaction() as session:  # nothing was charged: nothing has to go back
            await service.settle_without_money(session, HOUSE, purchase.id)
            await job.finish(session)
        return
    refund_id = await _refund(job, purchase, intent_id, event.reason)
    intent = await stripe.get_payment_intent(intent_id)
    async with job.transaction() as session:
        fact = rules.fact_of_intent(intent, utc_now(), purchase_id=purchase.id)
        if fact is not None:
            await service.apply_fact(session, HOUSE, fact)
        if refund_id is not None:
            await service.record_refund(session, HOUSE, purchase.id, refund_id)
        await job.finish(session)


async def _intent_of(job: JobRun, purchase: PathPurchase) -> str | None:
    """The payment that came in last; of a subscription Stripe is asked by the invoice when we were not told."""
    stripe = job.resource(Gateways).stripe
    if purchase.stripe_payment_intent_id is not None or purchase.kind == OfferKind.bundle:
        return purchase.stripe_payment_intent_id
    invoice_id = purchase.stripe_invoice_id
    if invoice_id is None and purchase.stripe_subscription_id is not None:
        invoice_id = (await stripe.get_subscription(purchase.stripe_subscription_id)).latest_invoice_id
    return None if invoice_id is None else await stripe.find_invoice_intent(invoice_id)


async def _refund(job: JobRun, purchase: PathPurchase, intent_id: str, reason: str) -> str | None:
    """Stripe's refund; None when it will never make it: gone back already, or disputed."""
    try:
        refund = await job.resource(Gateways).stripe.create_refund(
            intent_id,
            reason="duplicate" if reason == "already_enrolled" else "requested_by_customer",
            metadata={rules.PURCHASE: str(purchase.id)},
            idempotency_key=str(job.id),
        )
    except GatewayRefused as refusal:
        if refusal.reason not in FINAL_REFUSALS:
            raise
        log.warning("path_refund_refused", purchase_id=str(purchase.id), reason=refusal.reason)
        return None
    return refund.id


@every(minutes=5, patience=MANY_CALLS)
async def compare_path_purchases(job: JobRun) -> None:
    """Close the pages whose time is over, and repair what lost webhooks left behind (rule 32)."""
    async with job.transaction() as session:
        doubts = await queries.list_doubts(session, GRACE, STILL, DAILY)
        for purchase_id in await queries.list_stuck_refunds(session, DAILY):
            await service.repeat_refund(session, HOUSE, purchase_id)
    for doubt in doubts:
        with suppress(GatewayRefused):  # Stripe has forgotten this one; the others still want to be asked about
            await _ask(job, doubt)
        async with job.transaction() as session:
            await service.mark_compared(session, HOUSE, [doubt.purchase_id])


async def _ask(job: JobRun, doubt: queries.Doubt) -> None:
    stripe = job.resource(Gateways).stripe
    if doubt.subscription_id is not None:
        found = await stripe.get_subscription(doubt.subscription_id)
        await _apply(job, rules.fact_of_subscription(found, utc_now()))
        return
    if doubt.checkout_session_id is None:
        # Its address was never given to anybody: nobody can have paid.
        await _apply(job, rules.PathFact(rules.PathFactKind.expired, utc_now(), purchase_id=doubt.purchase_id))
        return
    if doubt.state == PaymentState.processing:
        page = await stripe.get_checkout_session(doubt.checkout_session_id)
    else:
        page = await stripe.expire_checkout_session(doubt.checkout_session_id)
    await _apply(job, rules.fact_of_session(page, utc_now()))
    if page.status == "complete" and page.payment_intent_id is not None:
        intent = await stripe.get_payment_intent(page.payment_intent_id)
        await _apply(job, rules.fact_of_intent(intent, utc_now(), purchase_id=doubt.purchase_id))


async def _apply(job: JobRun, fact: rules.PathFact | None) -> None:
    if fact is not None:
        async with job.transaction() as session:
            await service.apply_fact(session, HOUSE, fact)
