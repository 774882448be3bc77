"""One mail, ready to go. Words and templates are made elsewhere; this room only carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

# sign_in is security mail and never subject to a suppression by choice; optional may be switched off by its reader.
MailCategory = Literal["sign_in", "transactional", "optional"]


@dataclass(frozen=True, slots=True)
class MailMessage:
    """`to` and `from_` are addresses, bare or as `Name <address>`; without `from_` the category's sender is used.

    `tags`: short words (letters, digits, _ and -) for the provider's statistics. `unsubscribe_url` becomes the
    one-click header (RFC 8058) and belongs on optional mail only.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    category: MailCategory = "transactional"
    from_: str | None = None
    tags: tuple[str, ...] = ()
    unsubscribe_url: str | None = None

    def __post_init__(self) -> None:
        # A line break in a header starts another header.
        for name in ("to", "subject", "from_", "unsubscribe_url"):
            value = getattr(self, name)
            if value is not None and any(letter in value for letter in "\r\n\0"):
                raise ValueError(f"{name} of a mail must be one line")


@dataclass(frozen=True, slots=True)
class MailReceipt:
    """Accepted, which is not delivered. `message_id` is None when the provider said that it had this one before."""

    provider: str
    message_id: str | None


class MailCarrier(Protocol):
    """What Resend, Brevo and the file twin have in common."""

    async def send(self, message: MailMessage, sender: str, *, idempotency_key: str) -> MailReceipt: ...
