"""What comes in from outside."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class StripeEventReceived(DomainEvent):
    """A verified Stripe event lies in the inbox. It is a hint: events come in any order, any number of times."""

    kind: ClassVar[str] = "webhooks.stripe_event_received"
    key_field: ClassVar[str] = "inbox_id"
    inbox_id: UUID
    event_type: str
    object_id: str | None
