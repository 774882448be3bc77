"""The till for paths: short transactions with the calls to Stripe between them."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import academy_actor_of
from app.academy.enrollments.deps import Stripe
from app.academy.models import PathPurchase
from app.academy.path_payments import checkout, rules
from app.academy.path_payments.checkout import Begun, Former
from app.academy.path_payments.schemas import AcademyPathCheckoutCreate
from app.academy.payments.errors import PaymentRefused
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.http.idempotency import IdempotentRequest
from app.core.http.session import StepwiseSession, Transactions
from app.gateways.errors import GatewayRefused
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.types import CheckoutOrder
from app.identity.deps import CallerClaims, MoneyIdempotentStepwise
from app.identity.tokens import Claims


class PathTill:
    """Sells one path."""

    def __init__(
        self, transactions: Transactions, key: IdempotentRequest, claims: Claims, stripe: StripeGateway
    ) -> None:
        self._transactions = transactions
        self._key = key
        self._claims = claims
        self._stripe = stripe

    async def sell(self, path_id: UUID, body: AcademyPathCheckoutCreate) -> PathPurchase:
        """Close a former page, write the purchase down, open its page. Raises PaymentRefused, GatewayUnavailable."""
        async with self._key.resumable():
            actor, begun = await self._begin(path_id, body)
            return begun.purchase if begun.order is None else await self._open(actor, begun.purchase.id, begun.order)

    async def _begin(self, path_id: UUID, body: AcademyPathCheckoutCreate) -> tuple[AcademyActor, Begun]:
        async with self._transactions.begin() as session:
            actor = await academy_actor_of(session, self._claims)
            await self._key.claim(session, stepwise=True)
            if self._key.resource_id is not None:
                resumed = await checkout.resume(session, actor, self._key.resource_id)
                if resumed is not None:
                    return actor, resumed
            former = await checkout.find_former(session, actor, path_id)
        if former is not None:
            await self._close(actor, former)
        async with self._transactions.begin() as session:
            begun = await checkout.begin(session, actor, path_id, body)
            await self._key.remember(session, begun.purchase.id)
            return actor, begun

    async def _close(self, actor: AcademyActor, former: Former) -> None:
        last_word = None
        if former.page_id is not None:
            with suppress(GatewayRefused):  # Stripe does not know the page: nobody can pay on it
                page = await self._stripe.expire_checkout_session(former.page_id)
                last_word = rules.fact_of_session(page, utc_now())
        async with self._transactions.begin() as session:
            await checkout.close_former(session, actor, former, last_word)

    async def _open(self, actor: AcademyActor, purchase_id: UUID, order: CheckoutOrder) -> PathPurchase:
        try:
            page = await self._stripe.create_checkout_session(order, idempotency_key=str(purchase_id))
        except GatewayRefused as refusal:
            async with self._transactions.begin() as session:
                await checkout.give_up(session, actor, purchase_id)
            raise PaymentRefused from refusal
        async with self._transactions.begin() as session:
            return await checkout.record_page(session, actor, purchase_id, page)


async def path_till(
    transactions: StepwiseSession, key: MoneyIdempotentStepwise, claims: CallerClaims, stripe: Stripe
) -> PathTill:
    """The till for this request."""
    return PathTill(transactions, key, claims, stripe)


# The caller is checked in the first of the transactions (read by the check at start-up, rule 45).
path_till.authenticates = True  # type: ignore[attr-defined]  # a mark on a function, read by that check

Till = Annotated[PathTill, Depends(path_till)]
