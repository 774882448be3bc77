"""The tables of the webhooks: what came in, and what goes out."""

from app.webhooks.models.base import Base
from app.webhooks.models.inbox import InboxMessage, InboxState
from app.webhooks.models.outbound import DeliveryStatus, WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Base",
    "DeliveryStatus",
    "InboxMessage",
    "InboxState",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
