"""Which gateway speaks to whom: providers where a key is set, twins elsewhere, never a twin in production."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.gateways import build_gateways
from app.gateways.build import TwinRefused, google_gateway, stripe_webhook_secrets
from app.gateways.errors import wait_from_header
from app.gateways.mail.types import MailMessage
from app.gateways.twins import config_from
from app.settings import Settings

PROVIDERS = ("STRIPE_API_KEY", "AUTH_RESEND_KEY", "BREVO_API_KEY", "AUTH_GOOGLE_CLIENT_ID")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing configured but the state folder, and no .env in sight."""
    for name in (*PROVIDERS, "STRIPE_WEBHOOK_SECRET", "LYCEUM_TWINS_URL", "LYCEUM_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LYCEUM_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.usefixtures("environment")
async def test_without_keys_mail_goes_to_the_state_folder() -> None:
    gateways = build_gateways(Settings())
    await gateways.mail.send(MailMessage(to="j@example.com", subject="s", text="t"), idempotency_key="k")
    await gateways.aclose()
    assert len(list((Settings().server.state / "mail").glob("*.eml"))) == 1


@pytest.mark.parametrize("missing", PROVIDERS)
def test_production_takes_no_twin(environment: pytest.MonkeyPatch, missing: str) -> None:
    environment.setenv("LYCEUM_ENV", "production")
    for name in PROVIDERS:
        if name != missing:
            environment.setenv(name, "set")
    with pytest.raises(TwinRefused, match=missing):
        build_gateways(Settings())


def test_the_twins_do_not_run_in_production(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LYCEUM_ENV", "production")
    with pytest.raises(TwinRefused):
        config_from(Settings())


@pytest.mark.usefixtures("environment")
def test_api_and_twin_agree_on_a_secret_that_nobody_set() -> None:
    assert stripe_webhook_secrets(Settings()) == (config_from(Settings()).webhook_secret,)


def test_the_twin_signs_with_the_first_of_the_configured_secrets(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new,whsec_old")
    assert config_from(Settings()).webhook_secret == "whsec_new"


def test_with_a_key_no_secret_is_made_up(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STRIPE_API_KEY", "sk_live_1")
    assert stripe_webhook_secrets(Settings()) == ()


def test_webhooks_go_where_the_setting_says(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LYCEUM_TWINS_DELIVER_TO", "http://api:8000")
    assert config_from(Settings()).api_url == "http://api:8000"


async def test_with_a_client_id_google_is_google(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AUTH_GOOGLE_CLIENT_ID", "ours")
    gateways = build_gateways(Settings())
    found = google_gateway(Settings(), gateways.http)
    await gateways.aclose()
    assert found.client_id == "ours"


def test_importing_the_gateways_does_not_import_the_sdk() -> None:
    code = "import sys, app.gateways; sys.exit('stripe' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 1),
        ("2.5", 2),
        ("120", 120),
        ("-5", None),
        ("nan", None),
        ("inf", 86_400),
        ("1e9", 86_400),
        ("soon", None),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 01 Nov 2026 11:00:00 GMT", None),
        ("Sun, 01 Nov 2026 12:01:00", None),
    ],
)
def test_how_long_a_provider_wants_us_to_wait(header: str | None, seconds: int | None) -> None:
    assert wait_from_header(header, datetime(2026, 11, 1, 12, tzinfo=UTC)) == seconds
