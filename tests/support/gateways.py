"""The real gateways of a test, pointed at the twins."""

from pathlib import Path

from app.gateways import Gateways, build_gateways
from app.settings import Settings


def gateways_to(twins_url: str, state: Path) -> Gateways:
    """Gateways whose providers live at `twins_url` and whose mails become files under `state`."""
    configured = Settings()
    configured.twins.url = twins_url
    configured.server.state = state
    return build_gateways(configured)
