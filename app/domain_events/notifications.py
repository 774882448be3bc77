"""What happens to what people are told."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class MailQueued(DomainEvent):
    """A mail lies ready. Ids only: neither the address nor the words are in the log of events.

    The key is the mail and not the account: a mail that a provider will not take must not hold back the next one.
    """

    kind: ClassVar[str] = "notifications.mail_queued"
    key_field: ClassVar[str] = "mail_id"
    mail_id: UUID
    account_id: UUID
