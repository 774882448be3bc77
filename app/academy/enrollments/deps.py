"""What the doors of enrollments share: Stripe at hand, and the till that sells a seat."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, cast

from fastapi import Depends, Request

from app.academy.deps import academy_actor_of
from app.academy.enrollments import checkout
from app.academy.enrollments.checkout import BegunCheckout, Checkout
from app.academy.payments.errors import PaymentRefused
from app.academy.payments.rules import Fact, fact_of_session
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.http.idempotency import IdempotentRequest
from app.core.http.session import StepwiseSession, Transactions
from app.gateways.errors import GatewayRefused
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.types import CheckoutSession
from app.identity.deps import CallerClaims, MoneyIdempotentStepwise
from app.identity.tokens import Claims

# Where the express lane says that it held the seat in this very request: the till then goes on with something new.
HELD = "lyceum.seat_held"

Begin = Callable[[AsyncSession, AcademyActor], Awaitable[BegunCheckout]]


async def stripe_of(request: Request) -> StripeGateway:
    """The Stripe gateway of this process."""
    return cast("StripeGateway", request.state.gateways.stripe)


Stripe = Annotated[StripeGateway, Depends(stripe_of)]


async def close_page(stripe: StripeGateway, checkout_session_id: str) -> Fact | None:
    """What became of a page, now that nobody can pay on it any more; None when Stripe does not know it."""
    with suppress(GatewayRefused):
        return fact_of_session(await stripe.expire_checkout_session(checkout_session_id))
    return None


class Till:
    """Sells one seat in two short transactions with the call to Stripe between them."""

    def __init__(
        self,
        transactions: Transactions,
        key: IdempotentRequest,
        claims: Claims,
        stripe: StripeGateway,
        *,
        is_just_held: bool = False,
    ) -> None:
        self._transactions = transactions
        self._key = key
        self._claims = claims
        self._stripe = stripe
        self._is_just_held = is_just_held
        self._is_resumed = False

    async def sell(self, begin: Begin) -> Checkout:
        """Begin (or go on after an interruption), open the page, finish. Raises PaymentRefused, GatewayUnavailable."""
        actor, begun = await self._begin(begin)
        if begun.payment_id is None:
            return Checkout(begun.enrollment)
        async with self._key.resumable():
            return await self._finish(actor, begun)

    async def _begin(self, begin: Begin) -> tuple[AcademyActor, BegunCheckout]:
        async with self._transactions.begin() as session:
            actor = await academy_actor_of(session, self._claims)
            await self._key.claim(session, stepwise=True)
            if self._key.resource_id is not None:
                self._is_resumed = not self._is_just_held
                resumed = await checkout.resume_checkout(session, actor, self._key.resource_id)
                if resumed is not None:
                    return actor, resumed
            begun = await begin(session, actor)
            await self._key.remember(session, begun.enrollment.id)
            return actor, begun

    async def _finish(self, actor: AcademyActor, begun: BegunCheckout) -> Checkout:
        page, refusal = await self._open_page(begun)
        if refusal is not None and self._is_resumed:
            async with self._transactions.begin() as session:
                begun = await checkout.renew_checkout(session, actor, begun)
            page, refusal = await self._open_page(begun)
        async with self._transactions.begin() as session:
            if refusal is None:
                return await checkout.finish_checkout(session, actor, begun, page)
            await checkout.abandon_checkout(session, actor, begun)
        raise PaymentRefused from refusal

    async def _open_page(self, begun: BegunCheckout) -> tuple[CheckoutSession | None, GatewayRefused | None]:
        if begun.order is None:
            return None, None
        try:
            return await self._stripe.create_checkout_session(begun.order, idempotency_key=str(begun.payment_id)), None
        except GatewayRefused as refusal:
            return None, refusal


async def seat_till(
    request: Request, transactions: StepwiseSession, key: MoneyIdempotentStepwise, claims: CallerClaims, stripe: Stripe
) -> Till:
    """The till for this request."""
    return Till(transactions, key, claims, stripe, is_just_held=HELD in request.scope)


# The caller is checked in the first of the two transactions (read by the check at start-up, rule 45).
seat_till.authenticates = True  # type: ignore[attr-defined]  # a mark on a function, read by that check

SeatTill = Annotated[Till, Depends(seat_till)]
