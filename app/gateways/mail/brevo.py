"""Brevo carries everything but sign-in links: `POST /smtp/email`, one attempt.

Its own SDK repeats POSTs, which is a second mail when a 5xx follows an acceptance; hence plain HTTP. The idempotency
key travels in the body, is a version 4 UUID, and a repeat is answered with 400 `duplicate_parameter`: sent before.
"""

from __future__ import annotations

from email.utils import parseaddr
from hashlib import sha256
from typing import Any
from uuid import RFC_4122, UUID

import httpx

from app.gateways.errors import GatewayRefused
from app.gateways.http import ask, json_object
from app.gateways.mail.resend import unsubscribe_headers
from app.gateways.mail.types import MailMessage, MailReceipt


class Brevo:
    """Speaks Brevo's HTTP interface; `url` is https://api.brevo.com/v3 or a stand-in."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key

    async def send(self, message: MailMessage, sender: str, *, idempotency_key: str) -> MailReceipt:
        answer = await ask(
            self._http,
            "Brevo",
            "POST",
            f"{self._url}/smtp/email",
            json=request_body(message, sender, idempotency_key),
            headers={"api-key": self._key, "Accept": "application/json"},
        )
        body = json_object(answer)
        if answer.is_success:
            return MailReceipt("brevo", body.get("messageId"))
        reason = str(body.get("code") or f"http_{answer.status_code}")
        if answer.status_code == 400 and reason == "duplicate_parameter":
            return MailReceipt("brevo", None)
        raise GatewayRefused(reason, str(body.get("message", "")), provider="Brevo")


def request_body(message: MailMessage, sender: str, idempotency_key: str) -> dict[str, Any]:
    headers = {"idempotencyKey": str(uuid_for(idempotency_key))}
    if message.unsubscribe_url:
        headers |= unsubscribe_headers(message.unsubscribe_url)
    body: dict[str, Any] = {
        "sender": _address(sender),
        "to": [_address(message.to)],
        "subject": message.subject,
        "textContent": message.text,
    }
    if message.html is not None:
        body["htmlContent"] = message.html
    if message.tags:
        body["tags"] = list(message.tags)
    body["headers"] = headers
    return body


def uuid_for(key: str) -> UUID:
    """A version 4 UUID is taken as it is; any other key always gives the same one."""
    try:
        given = UUID(key)
    except ValueError:
        given = None
    if given is not None and given.version == 4 and given.variant == RFC_4122:
        return given
    return UUID(bytes=sha256(key.encode()).digest()[:16], version=4)


def _address(text: str) -> dict[str, str]:
    name, email = parseaddr(text)
    return {"name": name, "email": email} if name else {"email": email}
