"""Logs of these tests look like those of the service."""

import pytest

from app.core.logging import configure_logging
from app.local.services import Services


@pytest.fixture(scope="session")
def redis_url(server: Services) -> str:
    """A running Redis."""
    return server.redis_url


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    configure_logging("INFO")
