"""The twins, once for all tests of this room, and a gateway that talks to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.types import CheckoutOrder
from tests.support.twins import Twins, start_twins

SECRET = "whsec_test_secret"


@pytest.fixture(scope="session")
def running_twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    twins = start_twins(tmp_path_factory.mktemp("twins"), webhook_secret=SECRET)
    yield twins
    twins.stop()


@pytest.fixture
def twins(running_twins: Twins) -> Twins:
    """In a good mood, with nothing queued."""
    running_twins.calm()
    return running_twins


@pytest_asyncio.fixture
async def stripe_gateway(twins: Twins) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway("sk_test_any", base_url=f"{twins.url}/stripe", webhook_secrets=[SECRET])
    yield gateway
    await gateway.aclose()


@pytest.fixture
def twin_folder(tmp_path: Path) -> Path:
    """State of a twins server that a test starts for itself."""
    return tmp_path / "twins"


@pytest.fixture
def order() -> CheckoutOrder:
    return CheckoutOrder(
        enrollment_id="0199f0c4-7a52-7c3e-9b1d-5a2f0c9e1a01",
        title="AI in two days",
        amount_cents=99_700,
        currency="usd",
        customer_email="jenny.rosen@example.com",
        success_url="https://academy.example/done?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="https://academy.example/cancelled",
        expires_at=datetime.now(UTC) + timedelta(minutes=31),
        metadata={"cohort_id": "0199f0c4-1111-7c3e-9b1d-000000000001"},
    )
