"""What an event is about: the row it becomes, and the name by which it is found again when it came too early."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from app.gateways.stripe.types import StripeEvent
from app.webhooks.models import InboxState

STRIPE = "stripe"


def stripe_subject(event_type: str, subject: Mapping[str, Any]) -> str | None:
    """The id by which our payment will know the event's object: of a checkout the session, else the payment intent.

    A session's own payment intent is null until somebody tries to pay; charges, refunds and disputes name theirs.
    What belongs to no payment (an invoice, a subscription) is found by its own id; an invoice's payment by the invoice.
    """
    own = _id(subject)
    if event_type.startswith("checkout.session."):
        return own
    if event_type.startswith("invoice_payment."):
        return _id(subject.get("invoice")) or own
    return _id(subject.get("payment_intent")) or own


def stripe_message(inbox_id: UUID, event: StripeEvent, body: bytes) -> dict[str, Any]:
    """A verified event as the columns of its row in the inbox."""
    return {
        "id": inbox_id,
        "source": STRIPE,
        "external_id": event.id,
        "event_type": event.type,
        "subject": stripe_subject(event.type, event.object),
        "body": body,
        "sent_at": event.created,
        "state": InboxState.received,
    }


def stripe_object_id(body: bytes) -> str | None:
    """The id of the object in a stored event."""
    event = from_json(body)
    return _id(event["data"].get("object"))


def _id(value: object) -> str | None:
    """Stripe writes a reference as an id or, expanded, as the object itself."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) and found else None
