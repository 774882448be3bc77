"""`MailGateway`: chooses who carries a mail. The suppression list and the outbox are the caller's business.

Both providers keep an idempotency key for a while only (Resend a day, Brevo half an hour), so the row in the outbox
is the guarantee against a second mail and the key covers the repeats of one attempt.
"""

from __future__ import annotations

from app.gateways.mail.types import MailCarrier, MailMessage, MailReceipt


class MailGateway:
    """Raises `GatewayUnavailable` (repeat later with the same key) or `GatewayRefused` (do not repeat)."""

    def __init__(self, *, sign_in: MailCarrier, others: MailCarrier, sign_in_from: str, others_from: str) -> None:
        self._sign_in = sign_in
        self._others = others
        self._sign_in_from = sign_in_from
        self._others_from = others_from

    async def send(self, message: MailMessage, *, idempotency_key: str) -> MailReceipt:
        """Hand a mail over. The key names the business fact (an outbox row's id), never a secret such as a token."""
        is_sign_in = message.category == "sign_in"
        carrier = self._sign_in if is_sign_in else self._others
        sender = message.from_ or (self._sign_in_from if is_sign_in else self._others_from)
        return await carrier.send(message, sender, idempotency_key=idempotency_key)
