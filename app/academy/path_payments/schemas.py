"""What goes in and out of the till for paths."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from app.academy.enrollments.schemas import Reason, ReturnUrl
from app.academy.models import BillingInterval, OfferKind, PaymentState, SubscriptionStatus
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant

_PURCHASE: dict[str, JsonValue] = {
    "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e51",
    "account_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15",
    "path_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e50",
    "offer_id": None,
    "path_enrollment_id": None,
    "kind": "bundle",
    "billing_interval": None,
    "amount_cents": 99_700,
    "currency": "usd",
    "state": "open",
    "expires_at": "2027-01-15T10:32:00Z",
    "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
    "amount_paid_cents": None,
    "paid_at": None,
    "refunded_cents": 0,
    "subscription_status": None,
    "period_ends_at": None,
    "is_ending": False,
    "created_at": "2027-01-15T10:00:00Z",
    "updated_at": "2027-01-15T10:00:00Z",
}


class AcademyPathCheckoutCreate(Body):
    """What is bought: an offer of the path, or without one its bundle. Prices are never taken from a client."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/paths"}
            ]
        }
    )

    offer_id: UUID | None = None
    success_url: ReturnUrl
    cancel_url: ReturnUrl


class AcademyPathPurchase(Identified):
    """A checkout of a path, and what became of its money. Paid, it is followed by an enrollment in the path."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PURCHASE]})

    account_id: UUID
    path_id: UUID
    offer_id: UUID | None
    path_enrollment_id: UUID | None = Field(description="What it pays for, once it has come in")
    kind: OfferKind
    billing_interval: BillingInterval | None
    amount_cents: int
    currency: str
    state: PaymentState
    expires_at: Instant = Field(description="Until when it could be paid")
    checkout_url: str | None = Field(description="Where it can be paid while it is open")
    amount_paid_cents: int | None
    paid_at: Instant | None
    refunded_cents: int
    subscription_status: SubscriptionStatus | None
    period_ends_at: Instant | None = Field(description="When the period of the subscription ends that runs")
    is_ending: bool = Field(description="Whether the subscription ends with that period")


class AcademyPathRefundCreate(Body):
    """Why the money goes back: all of it. A subscription ends with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Illness"}]})

    reason: Reason | None = None


class AcademyPathPurchaseFilter(PageQuery):
    """Which purchases."""

    state: Annotated[PaymentState | None, Field(description="Only those in this state")] = None
    path_id: Annotated[UUID | None, Field(description="Only of this path")] = None
