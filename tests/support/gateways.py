"""The real gateways of a test, pointed at the twins."""

from functools import cache
from pathlib import Path

from app.gateways import Gateways, build_gateways
from app.settings import Settings


def gateways_to(twins_url: str, state: Path) -> Gateways:
    """Gateways whose providers live at `twins_url` and whose mails become files under `state`."""
    return build_gateways(_configured(twins_url, state))


@cache
def _configured(twins_url: str, state: Path) -> Settings:
    """Read once: it takes longer than most tests."""
    configured = Settings()
    configured.twins.url = twins_url
    configured.server.state = state
    return configured
