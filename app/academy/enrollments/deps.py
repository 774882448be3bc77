"""What the doors of enrollments share: Stripe at hand, and the till that sells a seat."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request

from app.academy.deps import StepwiseAcademyActor
from app.academy.enrollments import checkout
from app.academy.enrollments.checkout import BegunCheckout, Checkout
from app.academy.payments.errors import PaymentRefused
from app.core.database import AsyncSession
from app.core.http.session import StepwiseSession
from app.gateways.errors import GatewayRefused
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.types import CheckoutSession
from app.identity.deps import MoneyIdempotentStepwise

Begin = Callable[[AsyncSession], Awaitable[BegunCheckout]]


def stripe_of(request: Request) -> StripeGateway:
    """The Stripe gateway of this process."""
    return cast("StripeGateway", request.state.gateways.stripe)


Stripe = Annotated[StripeGateway, Depends(stripe_of)]


class Till:
    """Sells one seat in two short transactions with the call to Stripe between them."""

    def __init__(
        self,
        transactions: StepwiseSession,
        key: MoneyIdempotentStepwise,
        actor: StepwiseAcademyActor,
        stripe: Stripe,
    ) -> None:
        self._transactions = transactions
        self._key = key
        self._actor = actor
        self._stripe = stripe

    async def sell(self, begin: Begin) -> Checkout:
        """Begin (or go on after an interruption), open the page, finish. Raises PaymentRefused, GatewayUnavailable."""
        async with self._transactions.begin() as session:
            await self._key.claim(session, stepwise=True)
            if self._key.resource_id is None:
                begun = await begin(session)
                await self._key.remember(session, begun.enrollment.id)
            else:
                begun = await checkout.resume_checkout(session, self._actor, self._key.resource_id)
        page, refused = await self._open_page(begun)
        async with self._transactions.begin() as session:
            finished = await checkout.finish_checkout(session, self._actor, begun, page)
        if refused is not None:
            raise PaymentRefused from refused
        return finished

    async def _open_page(self, begun: BegunCheckout) -> tuple[CheckoutSession | None, GatewayRefused | None]:
        if begun.order is None:
            return None, None
        try:
            return await self._stripe.create_checkout_session(begun.order, idempotency_key=str(begun.payment_id)), None
        except GatewayRefused as refused:
            return None, refused


SeatTill = Annotated[Till, Depends(Till)]
