"""Webhook intake: signature over the raw bytes, then message and announcement in one statement."""

import hmac
import json
import os
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bench.ceilings.database import lanes
from bench.ceilings.enrollment import new_id

_SECRET = os.environ["BENCH_STRIPE_SECRET"].encode()
_TOLERANCE = 300

_STORE = """
WITH stored AS (
    INSERT INTO core.inbox (id, source, external_id, event_type, subject, body, sent_at)
    VALUES ($1, 'stripe', $2, $3, $4, $5, $6) ON CONFLICT (source, external_id) DO NOTHING RETURNING id
)
INSERT INTO core.outbox (kind, key, payload)
SELECT 'webhooks.stripe_event_received', id,
    jsonb_build_object('inbox_id', id, 'event_type', $3::text, 'object_id', $7::text)
FROM stored RETURNING number
"""


def _is_signed(header: str, body: bytes) -> bool:
    parts = dict(item.partition("=")[::2] for item in header.split(","))
    stamp = parts["t"]
    if abs(time.time() - int(stamp)) > _TOLERANCE:
        return False
    return hmac.compare_digest(hmac.new(_SECRET, stamp.encode() + b"." + body, sha256).hexdigest(), parts["v1"])


async def receive(request: Request) -> Response:
    """`POST /api/v1/webhooks/stripe`."""
    body = await request.body()
    if not _is_signed(request.headers["stripe-signature"], body):
        return Response(status_code=400)
    event: dict[str, Any] = json.loads(body)
    told = event["data"]["object"]
    subject = told["id"] if event["type"].startswith("checkout.session.") else told.get("payment_intent") or told["id"]
    sent_at = datetime.fromtimestamp(event["created"], UTC)
    await lanes.value(_STORE, new_id(), event["id"], event["type"], subject, body, sent_at, told["id"])
    return Response(b'{"received":true}', media_type="application/json")
