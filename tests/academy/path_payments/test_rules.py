"""What Stripe's events say about a purchase, which word about a subscription counts, and until when it entitles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from pydantic_core import from_json

from app.academy.models import PathPurchase, SubscriptionStatus
from app.academy.path_payments import rules, service
from app.academy.path_payments.rules import PathFact, PathFactKind
from app.core.ids import new_id
from app.gateways.stripe import answers
from app.gateways.stripe.types import PaymentIntent
from tests.support.samples import sample, sample_bytes

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=31)
END = NOW + MONTH


def read(name: str, **metadata: str) -> PathFact | None:
    """What a recorded event says, with these metadata on its object."""
    body = from_json(sample_bytes(f"stripe/{name}.json"))
    found = body["data"]["object"]
    if metadata and found["object"] == "invoice":
        if found["parent"]:
            found["parent"]["subscription_details"]["metadata"] = metadata
    elif metadata:
        found["metadata"] = metadata
    return rules.fact_of(answers.event(body))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("checkout.session.completed", PathFactKind.paid),
        ("checkout.session.completed.subscription", PathFactKind.paid),
        ("checkout.session.completed.no-payment-required", PathFactKind.paid),
        ("checkout.session.completed.unpaid-delayed-method", PathFactKind.processing),
        ("checkout.session.async_payment_succeeded", PathFactKind.paid),
        ("checkout.session.async_payment_failed", PathFactKind.failed),
        ("checkout.session.expired", PathFactKind.expired),
        ("payment_intent.succeeded", PathFactKind.paid),
        ("charge.refunded", PathFactKind.refunded),
        ("charge.refunded.partial", PathFactKind.refunded),
        ("charge.dispute.closed.lost", PathFactKind.refunded),
        ("customer.subscription.created", PathFactKind.subscription),
        ("customer.subscription.updated.past_due", PathFactKind.subscription),
        ("customer.subscription.updated.cancel_at_period_end", PathFactKind.subscription),
        ("customer.subscription.deleted", PathFactKind.subscription),
        ("invoice.paid.subscription_create", PathFactKind.invoice_paid),
        ("payment_intent.payment_failed", None),
        ("charge.dispute.created", PathFactKind.disputed),
        ("refund.created", None),
        ("invoice.finalized", None),
        ("invoice.paid", None),
        ("invoice.payment_failed", PathFactKind.invoice_failed),
    ],
)
def test_an_event_is_read_by_its_type(name: str, kind: PathFactKind | None) -> None:
    purchase_id = new_id()
    fact = read(name, path_purchase_id=str(purchase_id))
    assert (None if fact is None else fact.kind) == kind
    if fact is not None:
        assert fact.purchase_id == purchase_id


def test_a_recorded_subscription_tells_its_period_and_status() -> None:
    begun, ended = read("customer.subscription.created"), read("customer.subscription.deleted")
    assert begun is not None
    assert ended is not None
    wanted = sample("stripe/customer.subscription.created.json")["data"]["object"]
    end = datetime.fromtimestamp(wanted["items"]["data"][0]["current_period_end"], UTC)
    assert (begun.status, begun.ends_at, begun.is_ending) == (SubscriptionStatus.active, end, False)
    assert (ended.status, ended.is_ending) == (SubscriptionStatus.canceled, True)
    assert ended.ended_at is not None


def test_a_recorded_invoice_tells_what_it_was_paid_for() -> None:
    paid, payment = read("invoice.paid.subscription_create"), read("invoice_payment.paid")
    assert paid is not None
    assert payment is not None
    assert (paid.subscription_id, paid.invoice_id) == ("sub_1SAcademySub0000000000001", payment.invoice_id)
    assert payment.payment_intent_id == "pi_3SAcademySub0000000000001"
    assert paid.ends_at == datetime.fromtimestamp(1796126600, UTC)


@pytest.mark.parametrize("mangled", [{}, {"path_purchase_id": "no id"}, {"path_purchase_id": ""}])
def test_what_names_no_purchase_names_none(mangled: dict[str, str]) -> None:
    fact = read("checkout.session.completed", **mangled)
    assert fact is not None
    assert fact.purchase_id is None
    assert not fact.is_worth_parking


@pytest.mark.parametrize(
    "found",
    [
        {"id": "sub_1", "object": "subscription", "status": "invented", "metadata": {}},
        {"id": "sub_1", "object": "subscription", "status": None, "metadata": None},
    ],
)
def test_words_that_stripe_has_added_since_conclude_nothing(found: dict[str, Any]) -> None:
    body = sample("stripe/customer.subscription.created.json")
    body["data"]["object"] = found
    assert rules.fact_of(answers.event(body)) is None


def intent(**more: Any) -> PaymentIntent:
    values: dict[str, Any] = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 100,
        "amount_received": 100,
        "amount_refunded": 0,
        "currency": "usd",
        "latest_charge_id": "ch_1",
        "refunded": False,
        "disputed": False,
        "error_code": None,
        "metadata": {},
        "created": NOW,
    }
    return PaymentIntent(**values | more)


@pytest.mark.parametrize(
    ("found", "kind", "is_whole"),
    [
        (intent(), None, False),
        (intent(amount_refunded=40), PathFactKind.refunded, False),
        (intent(amount_refunded=100), PathFactKind.refunded, True),
        (intent(amount_refunded=100, refunded=True), PathFactKind.refunded, True),
        (intent(status="canceled"), PathFactKind.failed, False),
        (intent(status="requires_payment_method"), PathFactKind.failed, False),
        (intent(status="processing"), None, False),
    ],
)
def test_a_payment_says_what_went_back_or_bounced(
    found: PaymentIntent, kind: PathFactKind | None, *, is_whole: bool
) -> None:
    fact = rules.fact_of_intent(found, NOW, purchase_id=new_id())
    assert (None if fact is None else (fact.kind, fact.is_whole)) == (None if kind is None else (kind, is_whole))


# ── the newest word ─────────────────────────────────────────────────────────────────────────────────────────────────


def word(status: str, *, at: int = 0, months: int = 1) -> PathFact:
    """A word about a subscription, so many seconds after the first."""
    return PathFact(
        PathFactKind.subscription,
        NOW + timedelta(seconds=at),
        status=SubscriptionStatus(status),
        ends_at=NOW + months * MONTH,
    )


def monthly(**more: Any) -> PathPurchase:
    """A subscription that was paid."""
    values = {"kind": "subscription", "billing_interval": "month", "state": "paid", "paid_at": NOW, "is_ending": False}
    return PathPurchase(**values | more)


WORDS = [
    word("incomplete"),
    word("active"),
    word("active", at=5, months=2),
    word("past_due", at=5, months=2),
    word("active", at=9, months=2),
    word("canceled", at=7, months=2),
]


@pytest.mark.req("Z-70")
def test_whatever_the_order_the_last_word_is_the_same() -> None:
    ends = set()
    for order in permutations(WORDS[:5]):
        purchase = monthly()
        for fact in order:
            service._subscription(None, purchase, fact)  # type: ignore[arg-type]  # writes on the purchase alone
        ends.add((purchase.subscription_status, purchase.subscription_seen_at, purchase.period_ends_at))
    assert ends == {("active", NOW + timedelta(seconds=9), NOW + 2 * MONTH)}
    for order in permutations(WORDS):
        purchase = monthly()
        for fact in order:
            service._subscription(None, purchase, fact)  # type: ignore[arg-type]  # as above
        assert purchase.subscription_status == "canceled"


@pytest.mark.parametrize(
    ("known", "told", "newer"),
    [
        (word("active"), word("active"), False),
        (word("active"), word("past_due"), True),
        (word("past_due"), word("active"), False),
        (word("past_due"), word("active", at=1), True),
        (word("active", at=1), word("past_due"), False),
        (word("active"), word("active", months=2), True),
        (word("active", at=1, months=2), word("active"), False),
        (word("canceled"), word("active", at=9), False),
        (word("active", at=9), word("canceled"), True),
        (word("canceled"), word("canceled", at=1), True),
    ],
)
def test_which_word_counts(known: PathFact, told: PathFact, *, newer: bool) -> None:
    purchase = monthly(
        subscription_status=known.status, subscription_seen_at=known.told_at, period_ends_at=known.ends_at
    )
    assert rules.is_newer(purchase, told) is newer


# ── until when ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("Z-124")
@pytest.mark.parametrize(
    ("values", "until"),
    [
        # Paid, and Stripe has not said more yet: the shortest that a month can be.
        ({}, NOW + timedelta(days=28)),
        ({"billing_interval": "year"}, NOW + timedelta(days=365)),
        ({"subscription_status": "active", "period_ends_at": END}, END),
        ({"subscription_status": "trialing", "period_ends_at": END}, END),
        # The invoice may be told of before the period.
        ({"subscription_status": "active", "period_ends_at": END, "paid_until": END + MONTH}, END + MONTH),
        ({"paid_until": END}, END),
        # Not collected yet, but Stripe tries: the period that runs.
        ({"subscription_status": "past_due", "period_ends_at": END + MONTH, "paid_until": END}, END + MONTH),
        # Given up: what was paid.
        ({"subscription_status": "unpaid", "period_ends_at": END + MONTH, "paid_until": END}, END),
        ({"subscription_status": "canceled", "period_ends_at": END + MONTH, "paid_until": END}, END),
        ({"subscription_status": "canceled", "period_ends_at": END, "ended_at": NOW}, NOW),
        ({"subscription_status": "paused", "period_ends_at": END, "paid_until": END}, END),
        # Money that went back.
        ({"subscription_status": "active", "period_ends_at": END, "paid_until": END, "withdrawn_until": END}, None),
        ({"subscription_status": "active", "period_ends_at": END + MONTH, "withdrawn_until": END}, None),
        ({"subscription_status": "active", "paid_until": END + MONTH, "withdrawn_until": END}, END + MONTH),
        # Not here, or not here any more.
        ({"state": "open", "subscription_status": "active", "period_ends_at": END}, None),
        ({"state": "refund_due", "subscription_status": "active", "period_ends_at": END}, None),
        ({"state": "refunded", "subscription_status": "canceled", "paid_until": END}, None),
    ],
)
def test_until_when_a_subscription_entitles(values: dict[str, Any], until: datetime | None) -> None:
    purchase = monthly(**values)
    assert rules.entitles_until(purchase) == until
    assert rules.entitles(purchase) is (until is not None)


@pytest.mark.parametrize(
    ("state", "entitles"),
    [
        ("created", False),
        ("open", False),
        ("processing", False),
        ("paid", True),
        ("failed", False),
        ("expired", False),
        ("refund_due", False),
        ("refunded", False),
    ],
)
def test_a_bundle_entitles_while_its_money_is_here(state: str, *, entitles: bool) -> None:
    bundle = PathPurchase(kind="bundle", state=state)
    assert rules.entitles(bundle) is entitles
    assert rules.entitles_until(bundle) is None


def test_names_are_what_stripe_calls_it() -> None:
    fact = PathFact(PathFactKind.paid, NOW, checkout_session_id="cs_1", invoice_id="in_1")
    assert fact.names == ("cs_1", "in_1")
    assert replace(fact, kind=PathFactKind.invoice_intent).is_worth_parking
