"""Resend carries the sign-in links: `POST /emails`, one attempt, the idempotency key in a header (kept for a day)."""

from __future__ import annotations

from typing import Any

import httpx

from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.http import ask, json_object
from app.gateways.mail.types import MailMessage, MailReceipt

LONGEST_KEY = 256


class Resend:
    """Speaks Resend's HTTP interface; `url` is https://api.resend.com or a stand-in."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key

    async def send(self, message: MailMessage, sender: str, *, idempotency_key: str) -> MailReceipt:
        if len(idempotency_key) > LONGEST_KEY:
            raise ValueError(f"Resend takes idempotency keys of at most {LONGEST_KEY} characters")
        answer = await ask(
            self._http,
            "Resend",
            "POST",
            f"{self._url}/emails",
            json=request_body(message, sender),
            headers={"Authorization": f"Bearer {self._key}", "Idempotency-Key": idempotency_key},
        )
        body = json_object(answer)
        if answer.is_success:
            return MailReceipt("resend", body.get("id"))
        reason = str(body.get("name") or f"http_{answer.status_code}")
        if reason == "concurrent_idempotent_requests":  # 409: the same key is in the works; its answer can be had later
            raise GatewayUnavailable("Resend", reason)
        raise GatewayRefused(reason, str(body.get("message", "")), provider="Resend")


def request_body(message: MailMessage, sender: str) -> dict[str, Any]:
    body: dict[str, Any] = {"from": sender, "to": [message.to], "subject": message.subject}
    if message.html is not None:
        body["html"] = message.html
    body["text"] = message.text
    if message.tags:
        # names must differ within a mail; the first is the one people filter by
        body["tags"] = [
            {"name": "category" if place == 0 else f"category_{place + 1}", "value": tag}
            for place, tag in enumerate(message.tags)
        ]
    if message.unsubscribe_url:
        body["headers"] = unsubscribe_headers(message.unsubscribe_url)
    return body


def unsubscribe_headers(url: str) -> dict[str, str]:
    """One-click unsubscribe, RFC 8058."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
