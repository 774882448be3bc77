"""Nothing in this suite reaches beyond this machine, and nothing needs a credential (D-12)."""

import pkgutil
import socket

import pytest
from pytest_socket import SocketConnectBlockedError

import app.gateways
from app.core.database.revisions import ROOT
from app.gateways import build_gateways
from app.gateways.build import TWIN_GOOGLE_CLIENT, TWIN_LLM_KEY, TWIN_STRIPE_KEY
from app.gateways.mail.twin import FileMail
from app.settings import Settings

SAMPLES = ROOT / "tests" / "samples"

# Each outside service with the recorded samples that its tests are fed with.
RECORDED = {"stripe": ("stripe",), "mail": ("brevo", "resend"), "google": ("google-oidc",), "llm": ("llm",)}


def services() -> set[str]:
    """Every package of a gateway."""
    return {found.name for found in pkgutil.iter_modules(app.gateways.__path__) if found.ispkg}


@pytest.mark.req("D-12")
def test_every_outside_service_has_recorded_samples() -> None:
    assert set(RECORDED) == services()
    missing = [name for names in RECORDED.values() for name in names if not any((SAMPLES / name).glob("*.json"))]
    assert missing == []


@pytest.mark.req("D-12")
async def test_without_a_credential_every_gateway_leads_to_its_twin() -> None:
    configured = Settings()
    assert not configured.stripe.api_key.get_secret_value()
    assert not configured.google.client_id
    assert not configured.mail.resend_key.get_secret_value()
    assert not configured.mail.brevo_key.get_secret_value()
    configured.twins.url = "http://127.0.0.1:9"
    gateways = build_gateways(configured)
    try:
        assert gateways.stripe._base_url.startswith("http://127.0.0.1:9/")
        assert gateways.stripe._api_key == TWIN_STRIPE_KEY
        assert gateways.google.client_id == TWIN_GOOGLE_CLIENT
        assert gateways.google._discovery_url.startswith("http://127.0.0.1:9/")
        assert gateways.llm is not None
        assert gateways.llm._url.startswith("http://127.0.0.1:9/")
        assert gateways.llm._key == TWIN_LLM_KEY
        assert isinstance(gateways.mail._sign_in, FileMail)
        assert isinstance(gateways.mail._others, FileMail)
    finally:
        await gateways.aclose()


@pytest.mark.req("D-12")
def test_the_suite_cannot_reach_another_machine() -> None:
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning)):
        outside.connect(("192.0.2.1", 443))
