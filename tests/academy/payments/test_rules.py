"""What Stripe's words say about a payment: tables over recorded events and made-up objects."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.academy.payments import rules
from app.academy.payments.rules import Fact, FactKind
from app.gateways.stripe.types import CheckoutSession, PaymentIntent, StripeEvent
from tests.factories import academy

PAYMENT = UUID("0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15")
ENROLLMENT = UUID("0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
METADATA = {"payment_id": str(PAYMENT), "enrollment_id": str(ENROLLMENT)}


def event(kind: str, **subject: Any) -> StripeEvent:
    return StripeEvent("evt_1", kind, NOW, None, subject.get("id"), {"object": subject})


def page(**more: Any) -> dict[str, Any]:
    values = {"id": "cs_1", "mode": "payment", "payment_intent": "pi_1", "amount_total": 49_900, "metadata": METADATA}
    return values | more


def charge(**more: Any) -> dict[str, Any]:
    values = {"id": "ch_1", "payment_intent": "pi_1", "amount": 49_900, "amount_refunded": 49_900, "refunded": True}
    return values | {"metadata": METADATA} | more


KINDS = [
    (event("checkout.session.completed", **page(payment_status="paid")), FactKind.paid),
    (event("checkout.session.completed", **page(payment_status="no_payment_required")), FactKind.paid),
    (event("checkout.session.completed", **page(payment_status="unpaid")), FactKind.processing),
    (event("checkout.session.async_payment_succeeded", **page()), FactKind.paid),
    (event("checkout.session.async_payment_failed", **page()), FactKind.failed),
    (event("checkout.session.expired", **page(payment_intent=None)), FactKind.expired),
    (event("payment_intent.succeeded", id="pi_1", amount_received=1, metadata=METADATA), FactKind.paid),
    (event("charge.refunded", **charge()), FactKind.refunded),
    (event("charge.dispute.created", id="du_1", payment_intent="pi_1", amount=1), FactKind.dispute_opened),
    (event("charge.dispute.closed", id="du_1", payment_intent="pi_1", status="lost", amount=1), FactKind.dispute_lost),
]


@pytest.mark.parametrize(("told", "kind"), KINDS, ids=lambda value: getattr(value, "type", None))
def test_an_event_is_read_by_what_the_object_says(told: StripeEvent, kind: FactKind) -> None:
    fact = rules.fact_of(told)
    assert fact is not None
    assert fact.kind is kind


SILENT = [
    event("payment_intent.payment_failed", id="pi_1", metadata=METADATA),
    event("charge.dispute.closed", id="du_1", payment_intent="pi_1", status="won"),
    event("checkout.session.completed", **page(mode="subscription", payment_status="paid")),
    event("checkout.session.expired", **page(mode="setup")),
    event("payment_intent.succeeded", id="pi_of_an_invoice", amount_received=1, metadata={}),
    event("charge.succeeded", **charge()),
    event("customer.subscription.updated", id="sub_1"),
]


@pytest.mark.parametrize("told", SILENT, ids=lambda told: told.type)
def test_what_says_nothing_of_a_seats_money_is_no_fact(told: StripeEvent) -> None:
    assert rules.fact_of(told) is None


def test_a_page_is_known_by_every_name_it_carries() -> None:
    fact = rules.fact_of(event("checkout.session.completed", **page(payment_status="paid")))
    assert fact == Fact(FactKind.paid, PAYMENT, ENROLLMENT, "cs_1", "pi_1", 49_900)


def test_an_expanded_object_is_known_by_its_id() -> None:
    fact = rules.fact_of(event("charge.refunded", **charge(payment_intent={"id": "pi_2", "object": "payment_intent"})))
    assert fact is not None
    assert fact.payment_intent_id == "pi_2"


@pytest.mark.parametrize("metadata", [None, {}, {"payment_id": "not an id"}, {"payment_id": ""}])
def test_names_that_are_none_are_none(metadata: Any) -> None:
    fact = rules.fact_of(event("charge.refunded", **charge(metadata=metadata)))
    assert fact is not None
    assert (fact.payment_id, fact.enrollment_id) == (None, None)


@pytest.mark.req("A-PAY-03")
@pytest.mark.parametrize(
    ("amount", "back", "refunded", "is_whole"),
    [(100, 100, True, True), (100, 40, False, False), (100, 100, False, True), (0, 0, False, False)],
)
def test_a_refund_is_whole_when_everything_has_gone_back(
    amount: int, back: int, refunded: bool, is_whole: bool
) -> None:
    fact = rules.fact_of(event("charge.refunded", **charge(amount=amount, amount_refunded=back, refunded=refunded)))
    assert fact is not None
    assert (fact.amount_cents, fact.is_whole) == (back, is_whole)


SESSION = CheckoutSession(
    "cs_1", None, NOW, NOW, "complete", "paid", "pi_1", 49_900, "usd", {"payment_id": str(PAYMENT)}, str(ENROLLMENT)
)


@pytest.mark.parametrize(
    ("status", "payment_status", "kind"),
    [
        ("complete", "paid", FactKind.paid),
        ("complete", "no_payment_required", FactKind.paid),
        ("complete", "unpaid", FactKind.processing),
        ("expired", "unpaid", FactKind.expired),
        ("open", "unpaid", None),
    ],
)
def test_stripes_record_of_a_page_is_read_the_same_way(status: str, payment_status: str, kind: FactKind | None) -> None:
    fact = rules.fact_of_session(replace(SESSION, status=status, payment_status=payment_status))
    assert (fact and fact.kind) == kind
    assert fact is None or (fact.payment_id, fact.enrollment_id, fact.checkout_session_id) == (
        PAYMENT,
        ENROLLMENT,
        "cs_1",
    )


INTENT = PaymentIntent("pi_1", "succeeded", 100, 100, 0, "usd", "ch_1", False, False, None, {}, NOW)


@pytest.mark.parametrize(
    ("intent", "kind", "is_whole"),
    [
        (INTENT, None, False),
        (replace(INTENT, amount_refunded=40), FactKind.refunded, False),
        (replace(INTENT, amount_refunded=100), FactKind.refunded, True),
        (replace(INTENT, amount_refunded=100, refunded=True), FactKind.refunded, True),
        (replace(INTENT, status="canceled", amount_received=0), FactKind.failed, False),
        (replace(INTENT, status="requires_payment_method", amount_received=0), FactKind.failed, False),
        (replace(INTENT, status="processing", amount_received=0), None, False),
    ],
)
def test_stripes_record_of_a_payment_tells_what_went_back(
    intent: PaymentIntent, kind: FactKind | None, is_whole: bool
) -> None:
    fact = rules.fact_of_intent(intent)
    assert (fact and fact.kind) == kind
    assert fact is None or fact.is_whole is is_whole


def test_the_price_is_the_courses_own() -> None:
    assert rules.price_for_person(academy.course(price_b2c=12_300, price_b2b=1)) == 12_300
