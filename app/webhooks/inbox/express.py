"""Webhook intake in one statement (hot path; figure in bench/results.md): providers send bursts and time out.

Verified, stored once, announced, answered: the message and its event are written together or, when the message is
here already, not at all.
"""

from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import JSONB
from starlette.responses import Response

from app.core.database.driver import Statement
from app.core.http.express import json_answer
from app.core.ids import new_id
from app.core.outbox.emit import announced
from app.core.outbox.emit import request_id as emitting_request
from app.core.outbox.models import OutboxRow
from app.domain_events.webhooks import StripeEventReceived
from app.webhooks.inbox import rules
from app.webhooks.inbox.service import stored_once
from app.webhooks.models import InboxMessage

_MESSAGE = ("id", "source", "external_id", "event_type", "subject", "body", "sent_at", "state")


def _given(column: Any, name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=column.type, required=True)


_STORE = Statement(
    announced(
        stored_once({name: _given(getattr(InboxMessage, name), f"message_{name}") for name in _MESSAGE}),
        kind=_given(OutboxRow.kind, "kind"),
        key=_given(OutboxRow.key, "message_id"),
        payload=bindparam("payload", type_=JSONB(), required=True),
        request_id=_given(OutboxRow.request_id, "request_id"),
    )
)


async def serve_stripe_event(request: Request) -> Response | None:
    """Take an event from Stripe. Raises `SignatureRefused`."""
    stripe = request.state.gateways.stripe
    if not stripe.takes_webhooks:
        return None
    body = await request.body()
    event = stripe.verify_event(body, request.headers.get("Stripe-Signature"))
    inbox_id = new_id()
    message = rules.stripe_message(inbox_id, event, body)
    announcement = StripeEventReceived(inbox_id=inbox_id, event_type=event.type, object_id=event.object_id)
    is_new = await _STORE.one(
        request.state.drivers,
        **{f"message_{name}": message[name] for name in _MESSAGE},
        kind=announcement.kind,
        payload=announcement.model_dump_json(),
        request_id=emitting_request.get(),
    )
    if is_new is not None:
        request.state.doorbell.ring()
    return json_answer('{"received":true}')
