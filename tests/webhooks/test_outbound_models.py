"""Outbound webhooks: endpoints with encrypted secrets, one delivery per event, every try (A-TAB-17, Z-137)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.support.refusals import is_there, kept, refused

NOW = utc_now()
SECRET = b"\x01" * 60  # as long as an encrypted one
ROTATED = {
    "previous_secret": SECRET,
    "previous_secret_key_id": "2026-07",
    "previous_secret_expires_at": NOW + timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A partner who listens, and one delivery on its way."""

    endpoint: WebhookEndpoint
    delivery: WebhookDelivery

    def of(self, table: type[Any], **more: Any) -> Any:
        """A row of this table that makes sense, but for what is said otherwise."""
        plain: dict[type[Any], Callable[[], dict[str, Any]]] = {
            WebhookEndpoint: endpoint,
            WebhookDelivery: lambda: delivery(self.endpoint),
            WebhookAttempt: lambda: {
                "delivery_id": self.delivery.id,
                "number": 1,
                "duration_ms": 80,
                "response_code": 200,
            },
        }
        return table(**plain[table]() | more)


def endpoint() -> dict[str, Any]:
    return {
        "url": "https://guild.example/hooks",
        "event_types": ["enrollment.created"],
        "api_version": "2027-01-01",
        "secret": SECRET,
        "secret_key_id": "2027-01",
    }


def delivery(listener: WebhookEndpoint) -> dict[str, Any]:
    return {
        "endpoint_id": listener.id,
        "event_id": new_id(),
        "event_type": "enrollment.created",
        "target_url": listener.url,
        "body": b'{"type":"enrollment.created"}',
        "payload": {"type": "enrollment.created"},
    }


Build = Callable[[Scene], Any]


@pytest_asyncio.fixture
async def scene(session: AsyncSession) -> Scene:
    session.add(listener := WebhookEndpoint(**endpoint()))
    await session.flush()
    session.add(sent := WebhookDelivery(**delivery(listener)))
    await session.flush()
    return Scene(listener, sent)


@pytest.mark.req("Z-137")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(WebhookEndpoint, event_types=[]), "ck_webhook_endpoints_event_types"),
        (
            lambda s: s.of(WebhookEndpoint, secret=b"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU="),
            "ck_webhook_endpoints_secret_is_encrypted",
        ),
        (lambda s: s.of(WebhookEndpoint, secret=SECRET[:32]), "ck_webhook_endpoints_secret_is_encrypted"),
        (lambda s: s.of(WebhookEndpoint, previous_secret=SECRET), "ck_webhook_endpoints_previous_secret"),
        (lambda s: s.of(WebhookEndpoint, **ROTATED), None),
        (lambda s: s.of(WebhookEndpoint, disabled_at=NOW), "ck_webhook_endpoints_disabled"),
        (lambda s: s.of(WebhookEndpoint, disabled_at=NOW, disabled_reason="gone"), None),
        (lambda s: s.of(WebhookEndpoint, failures=3), "ck_webhook_endpoints_failures"),
        (lambda s: s.of(WebhookEndpoint, failures=3, failing_since=NOW), None),
        (lambda s: s.of(WebhookDelivery, status="lost"), "ck_webhook_deliveries_status"),
        (lambda s: s.of(WebhookDelivery, attempts=-1), "ck_webhook_deliveries_attempts"),
        (lambda s: s.of(WebhookDelivery, response_code=42), "ck_webhook_deliveries_response_code"),
        (lambda s: s.of(WebhookDelivery, status="delivered"), "ck_webhook_deliveries_delivered"),
        (
            lambda s: s.of(WebhookDelivery, status="delivered", attempts=1, last_attempt_at=NOW, response_code=302),
            "ck_webhook_deliveries_delivered",
        ),
        (
            lambda s: s.of(WebhookDelivery, status="delivered", attempts=1, last_attempt_at=NOW, response_code=204),
            None,
        ),
        (lambda s: s.of(WebhookDelivery, status="failed", attempts=10, last_attempt_at=NOW), None),
        (lambda s: s.of(WebhookAttempt, number=0), "ck_webhook_attempts_number"),
        (lambda s: s.of(WebhookAttempt, duration_ms=-1), "ck_webhook_attempts_duration_ms"),
        (lambda s: s.of(WebhookAttempt, response_code=None), "ck_webhook_attempts_answer_or_error"),
        (lambda s: s.of(WebhookAttempt, error="timeout"), "ck_webhook_attempts_answer_or_error"),
        (lambda s: s.of(WebhookAttempt, response_code=None, error="timeout"), None),
        (lambda s: s.of(WebhookAttempt, response_excerpt="x" * 4097), "ck_webhook_attempts_response_excerpt"),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


async def test_an_event_goes_to_an_endpoint_once(session: AsyncSession, scene: Scene) -> None:
    again = scene.of(WebhookDelivery, event_id=scene.delivery.event_id)
    assert await refused(session, again) == "uq_webhook_deliveries_endpoint_id_event_id"


async def test_the_body_is_kept_to_the_byte(session: AsyncSession, scene: Scene) -> None:
    session.add(sent := scene.of(WebhookDelivery, body=b'{"b": 1,\n "a": 2}', payload={"b": 1, "a": 2}))
    await session.flush()
    await session.refresh(sent)
    assert (sent.body, sent.payload) == (b'{"b": 1,\n "a": 2}', {"a": 2, "b": 1})


async def test_deliveries_keep_their_endpoint_and_take_their_tries_along(session: AsyncSession, scene: Scene) -> None:
    session.add(tried := scene.of(WebhookAttempt))
    await session.flush()
    assert await kept(session, scene.endpoint) == "fk_webhook_deliveries_endpoint_id"
    assert await kept(session, scene.delivery) is None
    assert not await is_there(session, tried)
