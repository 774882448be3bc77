"""Selling a path: write the purchase down, open Stripe's page, write the page down. Nothing stays open meanwhile.

Each step is a transaction of its own, as for seats; the purchase's id is Stripe's idempotency key and the recovery
point of ours. A path has no seats to hold, so a new checkout simply takes the place of one that is still open: that
one's page is closed at Stripe first, so that nobody pays twice.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, OfferKind, PathPurchase, PaymentState, PricingModel
from app.academy.path_payments import queries, service
from app.academy.path_payments.errors import (
    PathAlreadyEnrolled,
    PathNotForSale,
    PathOfferUnknown,
    PathPaymentSettling,
)
from app.academy.path_payments.rules import PURCHASE, PathFact, PathFactKind
from app.academy.path_payments.schemas import AcademyPathCheckoutCreate
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.errors import FieldError
from app.core.outbox.emit import emit
from app.domain_events.academy import PathPurchaseChanged, PathPurchaseOpened
from app.gateways.stripe.types import CheckoutOrder, CheckoutSession

OPEN_FOR = timedelta(minutes=32)
"""How long a checkout can be paid: the 30 minutes that Stripe asks for at least, and two for the way there."""

SHORTEST = timedelta(minutes=30, seconds=10)
"""What is left of it must not be less when Stripe is asked."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A purchase, and what Stripe has to be asked for unless its page is known or nothing is to be paid."""

    purchase: PathPurchase
    order: CheckoutOrder | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """A checkout of the same person and path that a new one takes the place of."""

    purchase_id: UUID
    page_id: str | None


async def find_former(session: AsyncSession, actor: AcademyActor, path_id: UUID) -> Former | None:
    """The checkout that is still open. Raises `PathPaymentSettling`, `NotFound`."""
    await queries.get_path(session, actor, path_id)
    former = await queries.find_open(session, actor.account_id, path_id)
    if former is None:
        return None
    if former.state == PaymentState.processing:
        raise PathPaymentSettling
    return Former(former.id, former.stripe_checkout_session_id)


async def close_former(session: AsyncSession, actor: AcademyActor, former: Former, last_word: PathFact | None) -> None:
    """End it by what Stripe said when its page was closed; without a page nobody can have paid.

    Whoever paid at that very moment has bought the path, and `begin` says so.
    """
    now = await queries.get_now(session)
    fact = last_word or PathFact(PathFactKind.expired, now, purchase_id=former.purchase_id)
    await service.apply_fact(session, actor, fact)


async def begin(session: AsyncSession, actor: AcademyActor, path_id: UUID, body: AcademyPathCheckoutCreate) -> Begun:
    """Write the purchase down and say what Stripe has to be asked.

    Raises `PathAlreadyEnrolled`, `PathNotForSale`, `PathOfferUnknown`, `PathPaymentSettling`, `PathCheckoutOpen`,
    `NotFound`, `Forbidden`.
    """
    path = await queries.get_path(session, actor, path_id)
    allow(actor, Permission.PATH_BUY, path)
    learner = await people.ensure_learner(session, actor)
    if await queries.has_path(session, learner.id, path.id):
        raise PathAlreadyEnrolled
    unfinished = await queries.find_open(session, learner.id, path.id)
    if unfinished is not None and unfinished.state == PaymentState.processing:
        raise PathPaymentSettling
    purchase = await _priced(session, path, body)
    purchase.user_id = learner.id
    purchase.expires_at = await queries.get_now(session) + OPEN_FOR
    session.add(purchase)
    await session.flush()  # its id is Stripe's idempotency key
    names = {"purchase_id": purchase.id, "path_id": path.id, "account_id": learner.id}
    emit(session, PathPurchaseOpened(**names, purchase_kind=purchase.kind))
    if purchase.amount_cents == 0:
        purchase.state, purchase.amount_paid_cents, purchase.paid_at = PaymentState.paid, 0, func.now()
        emit(session, PathPurchaseChanged(**names, state=purchase.state))
        await session.flush()  # read back with the times that the database sets
        await session.refresh(purchase)
        return Begun(purchase)
    return Begun(purchase, order_of(purchase, path, learner.email))


async def _priced(session: AsyncSession, path: LearningPath, body: AcademyPathCheckoutCreate) -> PathPurchase:
    """The purchase at the price that we have for it now (A-PAY-06)."""
    if not path.is_active:
        raise PathNotForSale
    bought = PathPurchase(path_id=path.id, success_url=str(body.success_url), cancel_url=str(body.cancel_url))
    if body.offer_id is None:
        if path.pricing_model != PricingModel.bundled or path.bundle_price is None:
            raise PathNotForSale("This path has no bundle: name one of its offers")
        bought.kind, bought.amount_cents, bought.currency = OfferKind.bundle, path.bundle_price, path.currency
        return bought
    offer = await queries.find_offer(session, path.id, body.offer_id)
    if offer is None:
        raise PathOfferUnknown(errors=(FieldError("/offer_id", "unknown", PathOfferUnknown.title),))
    if offer.kind == OfferKind.subscription and offer.price_cents == 0:
        raise PathNotForSale("A subscription that costs nothing is none")
    bought.offer_id, bought.kind, bought.billing_interval = offer.id, offer.kind, offer.billing_interval
    bought.amount_cents, bought.currency = offer.price_cents, offer.currency
    return bought


async def resume(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> Begun | None:
    """The checkout that an interrupted request with the same key had begun; None when another has to be begun.

    Stripe wants a page to live 30 minutes, so what was written down before an outage can be too old to be asked for.
    """
    purchase = await queries.get_purchase(session, actor, purchase_id)
    is_too_old = purchase.state == PaymentState.created and purchase.expires_at < (
        await queries.get_now(session) + SHORTEST
    )
    if is_too_old or purchase.state in {PaymentState.failed, PaymentState.expired}:
        return None
    if purchase.state != PaymentState.created:
        return Begun(purchase)
    path = await queries.get_path(session, AcademyActor.system(), purchase.path_id)
    learner = await people.ensure_learner(session, actor)
    return Begun(purchase, order_of(purchase, path, learner.email))


async def record_page(
    session: AsyncSession, actor: AcademyActor, purchase_id: UUID, page: CheckoutSession
) -> PathPurchase:
    """Keep the address of Stripe's page and the session's id, unless the purchase has moved on already."""
    purchase = await queries.lock_purchase(session, purchase_id)
    purchase.checkout_url = page.url
    purchase.stripe_checkout_session_id = page.id
    if purchase.state == PaymentState.created:
        purchase.state = PaymentState.open
    await session.flush()  # read back with what the database adds
    return await queries.get_purchase(session, actor, purchase_id)


async def give_up(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> None:
    """Stripe would not open a page: the purchase has failed."""
    purchase = await queries.lock_purchase(session, purchase_id)
    if purchase.state == PaymentState.created:
        purchase.state = PaymentState.failed


def order_of(purchase: PathPurchase, path: LearningPath, email: str) -> CheckoutOrder:
    """What Stripe is asked for. Built from the stored purchase, so that a repetition asks for exactly the same."""
    return CheckoutOrder(
        enrollment_id=None,
        reference=str(purchase.id),
        title=path.title,
        amount_cents=purchase.amount_cents,
        currency=purchase.currency,
        success_url=purchase.success_url,
        cancel_url=purchase.cancel_url,
        expires_at=purchase.expires_at,
        customer_email=email,
        metadata={PURCHASE: str(purchase.id)},
        interval=cast('Literal["month", "year"] | None', purchase.billing_interval),
    )
