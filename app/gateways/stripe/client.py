"""Stripe for the rest of the house: plain calls, frozen answers, two kinds of failure.

Every POST carries the caller's idempotency key, so a call whose answer was lost can be repeated with the same key and
does nothing twice (reliability rule 17). The SDK repeats lost connections and 5xx; 429 it never repeats, so that is
done here. With no key configured the same client speaks to the twin on this machine.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import stripe
from stripe import RequestOptions

from app.gateways.errors import GatewayRefused, GatewayUnavailable, wait_from_header
from app.gateways.stripe import answers, signatures
from app.gateways.stripe.types import (
    CheckoutOrder,
    CheckoutSession,
    Dispute,
    PaymentIntent,
    Refund,
    StripeEvent,
    Subscription,
)

if TYPE_CHECKING:
    from stripe.params import DisputeListParams, EventListParams, RefundCreateParams, RefundListParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItemPriceData,
        SessionListParams,
    )

Answer = TypeVar("Answer")
Params = TypeVar("Params", bound=RequestOptions)

# What this code was written against; the webhook endpoint at Stripe has to be created with the same version.
API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 10
NETWORK_RETRIES = 2
RATE_LIMIT_RETRIES = 3
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5
PAGE = 100


class StripeGateway:
    """One per process. Raises `GatewayUnavailable` or `GatewayRefused` and nothing else."""

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = "https://api.stripe.com",
        webhook_secrets: Sequence[str] = (),
        automatic_tax: bool = False,
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._webhook_secrets = tuple(webhook_secrets)
        self._automatic_tax = automatic_tax

    @cached_property
    def _http(self) -> stripe.HTTPXClient:
        return stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)

    @cached_property
    def _stripe(self) -> stripe.StripeClient:
        """Made at the first call: a process that only takes webhooks in needs no certificates loaded."""
        return stripe.StripeClient(
            self._api_key,
            http_client=self._http,
            base_addresses={"api": self._base_url},
            max_network_retries=NETWORK_RETRIES,
            stripe_version=API_VERSION,
        )

    async def aclose(self) -> None:
        if "_http" in self.__dict__:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # untyped in the SDK

    async def create_checkout_session(self, order: CheckoutOrder, *, idempotency_key: str) -> CheckoutSession:
        """A hosted payment page for one order. The same key gives the same session."""
        params = self._checkout_params(order)
        session = await _call(
            lambda: self._stripe.v1.checkout.sessions.create_async(
                params=params, options={"idempotency_key": idempotency_key}
            )
        )
        return answers.checkout_session(session.to_dict())

    def _checkout_params(self, order: CheckoutOrder) -> SessionCreateParams:
        metadata = dict(order.metadata)
        if order.enrollment_id is not None:
            metadata["enrollment_id"] = order.enrollment_id
        price: SessionCreateParamsLineItemPriceData = {
            "currency": order.currency,
            "unit_amount": order.amount_cents,
            "product_data": {"name": order.title},
        }
        params: SessionCreateParams = {
            "mode": "subscription" if order.interval else "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "expires_at": int(order.expires_at.timestamp()),
            "metadata": metadata,
            "allow_promotion_codes": True,
            "automatic_tax": {"enabled": self._automatic_tax},
        }
        if order.interval:
            price["recurring"] = {"interval": order.interval}
            params["subscription_data"] = {"metadata": metadata}
        else:
            params["payment_intent_data"] = {"metadata": metadata}
        if reference := order.reference or order.enrollment_id:
            params["client_reference_id"] = reference
        if order.customer_email:
            params["customer_email"] = order.customer_email
        return params

    async def get_checkout_session(self, session_id: str) -> CheckoutSession:
        session = await _call(lambda: self._stripe.v1.checkout.sessions.retrieve_async(session_id))
        return answers.checkout_session(session.to_dict())

    async def expire_checkout_session(self, session_id: str) -> CheckoutSession:
        """End a session before its time. One that is complete or expired already is returned as it is:
        look at `status`, the buyer may have been faster.
        """
        try:
            session = await _call(lambda: self._stripe.v1.checkout.sessions.expire_async(session_id))
        except GatewayRefused:
            current = await self.get_checkout_session(session_id)
            if current.status == "open":
                raise
            return current
        return answers.checkout_session(session.to_dict())

    async def get_subscription(self, subscription_id: str) -> Subscription:
        found = await _call(lambda: self._stripe.v1.subscriptions.retrieve_async(subscription_id))
        return answers.subscription(found.to_dict())

    async def cancel_subscription(self, subscription_id: str) -> Subscription:
        """End a subscription now. One that has ended already is returned as it is."""
        try:
            found = await _call(lambda: self._stripe.v1.subscriptions.cancel_async(subscription_id))
        except GatewayRefused:
            current = await self.get_subscription(subscription_id)
            if current.status not in {"canceled", "incomplete_expired"}:
                raise
            return current
        return answers.subscription(found.to_dict())

    async def find_invoice_intent(self, invoice_id: str) -> str | None:
        """The payment intent that an invoice was paid with; None for one that nothing was charged for."""
        found = await _call(
            lambda: self._stripe.v1.invoice_payments.list_async(params={"invoice": invoice_id, "status": "paid"})
        )
        for item in found.to_dict(for_json=True)["data"]:
            intent = item["payment"].get("payment_intent")
            if intent:
                return str(intent["id"] if isinstance(intent, Mapping) else intent)
        return None

    async def get_payment_intent(self, payment_intent_id: str) -> PaymentIntent:
        intent = await _call(
            lambda: self._stripe.v1.payment_intents.retrieve_async(
                payment_intent_id, params={"expand": ["latest_charge"]}
            )
        )
        return answers.payment_intent(intent.to_dict())

    async def create_refund(
        self,
        payment_intent_id: str,
        *,
        idempotency_key: str,
        amount_cents: int | None = None,
        reason: str = "requested_by_customer",
        metadata: Mapping[str, str] | None = None,
    ) -> Refund:
        """Give back all that is left, or `amount_cents` of it. `reason`: duplicate, fraudulent, requested_by_customer.

        Raises `GatewayRefused("charge_already_refunded")` when nothing is left.
        """
        params: RefundCreateParams = {
            "payment_intent": payment_intent_id,
            "reason": reason,
            "metadata": dict(metadata or {}),
        }
        if amount_cents is not None:
            params["amount"] = amount_cents
        refund = await _call(
            lambda: self._stripe.v1.refunds.create_async(params=params, options={"idempotency_key": idempotency_key})
        )
        return answers.refund(refund.to_dict())

    async def list_refunds(self, payment_intent_id: str) -> list[Refund]:
        """Newest first."""
        params: RefundListParams = {"payment_intent": payment_intent_id, "limit": PAGE}
        found = _pages(params, self._stripe.v1.refunds.list_async)
        return [answers.refund(item) async for item in found]

    async def list_disputes(self, payment_intent_id: str) -> list[Dispute]:
        """Newest first."""
        params: DisputeListParams = {"payment_intent": payment_intent_id, "limit": PAGE}
        found = _pages(params, self._stripe.v1.disputes.list_async)
        return [answers.dispute(item) async for item in found]

    async def list_checkout_sessions(self, created_after: datetime) -> AsyncIterator[CheckoutSession]:
        """Every session made at or after `created_after`, newest first, for reconciliation (rule 32)."""
        params: SessionListParams = {"created": {"gte": int(created_after.timestamp())}, "limit": PAGE}
        async for item in _pages(params, self._stripe.v1.checkout.sessions.list_async):
            yield answers.checkout_session(item)

    async def list_events(
        self, created_after: datetime, types: Iterable[str] = (), *, undelivered_only: bool = False
    ) -> AsyncIterator[StripeEvent]:
        """Events made at or after `created_after` (Stripe keeps 30 days), newest first; at most 20 types."""
        params: EventListParams = {"created": {"gte": int(created_after.timestamp())}, "limit": PAGE}
        if wanted := list(types):
            params["types"] = wanted
        if undelivered_only:
            params["delivery_success"] = False
        async for item in _pages(params, self._stripe.v1.events.list_async):
            yield answers.event(item)

    @property
    def takes_webhooks(self) -> bool:
        """Whether there is a secret to verify them with."""
        return any(self._webhook_secrets)

    def verify_event(self, payload: bytes, signature: str | None, *, now: float | None = None) -> StripeEvent:
        """The webhook in `payload`, or `SignatureRefused` (400) for anything at all that is wrong with it."""
        return signatures.verify_event(payload, signature, self._webhook_secrets, now=now)


async def _pages(params: Params, fetch: Callable[[Params], Awaitable[Any]]) -> AsyncIterator[dict[str, Any]]:
    """All items of a list, page by page. Not the SDK's own iterator: that one would not repeat a 429."""
    while True:
        answer = await _call(partial(fetch, params))
        page = answer.to_dict(for_json=True)
        for item in page["data"]:
            yield item
        if not page["has_more"] or not page["data"]:
            return
        params = cast("Params", {**params, "starting_after": page["data"][-1]["id"]})


async def _call(request: Callable[[], Awaitable[Answer]]) -> Answer:
    """Make a call, repeating 429 with growing pauses, and turn every error of the SDK into one of ours."""
    for attempt in range(RATE_LIMIT_RETRIES + 1):
        try:
            return await request()
        except stripe.StripeError as error:
            # by status, not by class: a proxy's 429 has a body that is not Stripe's, and then it is another class
            wait = wait_from_header((error.headers or {}).get("retry-after"))
            if error.http_status != 429 or attempt == RATE_LIMIT_RETRIES or (wait or 0) > LONGEST_PAUSE_SECONDS:
                raise _translated(error, wait) from error
            # jitter spreads out callers that were refused together; it guards nothing
            jitter = random.uniform(1, 1.5)  # noqa: S311 - see above
            await asyncio.sleep(max(wait or 0, FIRST_PAUSE_SECONDS * 2**attempt) * jitter)
    raise AssertionError("the loop above returns or raises")


def _translated(error: stripe.StripeError, wait: int | None) -> GatewayUnavailable | GatewayRefused:
    message = str(error.user_message or error)
    status = error.http_status
    # 409: the same key is being worked on at this moment. Below 400: an answer that could not be read.
    if (
        isinstance(error, stripe.APIConnectionError)
        or status is None
        or status in {409, 429}
        or not 400 <= status < 500
    ):
        return GatewayUnavailable("Stripe", message, retry_after=wait)
    details = error.error
    reason = error.code or (details.type if details is not None else None) or f"http_{status}"
    return GatewayRefused(str(reason), message, provider="Stripe")
