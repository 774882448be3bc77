"""From settings to gateways: the provider when its key is set, else the twin, and never a twin in production."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from app.gateways.google.client import GoogleGateway
from app.gateways.llm.client import LlmGateway
from app.gateways.llm.types import ResponseFormat
from app.gateways.mail.brevo import Brevo
from app.gateways.mail.client import MailGateway
from app.gateways.mail.resend import Resend
from app.gateways.mail.twin import FileMail
from app.gateways.stripe.client import StripeGateway

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from app.gateways.mail.types import MailCarrier
    from app.settings import Settings

TWINS_URL = "http://127.0.0.1:8010"
# What the twins accept. Not secrets: they open nothing but the twins.
TWIN_STRIPE_KEY = "sk_test_twin"
TWIN_GOOGLE_CLIENT = "lyceum.twin.local"
TWIN_GOOGLE_SECRET = "twin"  # noqa: S105 - see above
TWIN_LLM_KEY = "sk-twin"


class TwinRefused(RuntimeError):
    """A provider's key is missing in production, where no twin may stand in."""


def twins_url(settings: Settings) -> str:
    """Where the twins listen, without a slash at the end."""
    return (settings.twins.url or TWINS_URL).rstrip("/")


def stripe_webhook_secrets(settings: Settings) -> tuple[str, ...]:
    """The configured ones; for the twin, without any, one that is made once and kept in the state folder."""
    if settings.is_production or settings.stripe.api_key.get_secret_value():
        return settings.stripe.webhook_secrets
    return settings.stripe.webhook_secrets or (twin_webhook_secret(settings),)


def twin_webhook_secret(settings: Settings) -> str:
    """What the twin signs with."""
    if settings.stripe.webhook_secrets:
        return settings.stripe.webhook_secrets[0]
    return _kept_secret(settings.server.state / "twins" / "stripe-webhook-secret")


def _kept_secret(path: Path) -> str:
    """API, worker and twins may ask at the same moment: the first to place the file wins, whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.write_text(f"whsec_{secrets.token_hex(24)}")
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def _refuse_in_production(settings: Settings, variable: str) -> None:
    if settings.is_production:
        raise TwinRefused(f"{variable} is not set, and production takes no twin")


def stripe_gateway(settings: Settings) -> StripeGateway:
    key = settings.stripe.api_key.get_secret_value()
    base = settings.stripe.api_base
    if not key:
        _refuse_in_production(settings, "STRIPE_API_KEY")
        key, base = TWIN_STRIPE_KEY, f"{twins_url(settings)}/stripe"
    return StripeGateway(
        key,
        base_url=base,
        webhook_secrets=stripe_webhook_secrets(settings),
        automatic_tax=settings.stripe.automatic_tax,
    )


def mail_gateway(settings: Settings, http: httpx.AsyncClient) -> MailGateway:
    mail = settings.mail
    resend_key, brevo_key = mail.resend_key.get_secret_value(), mail.brevo_key.get_secret_value()
    files = FileMail(settings.server.state / "mail")
    sign_in: MailCarrier = files
    others: MailCarrier = files
    if resend_key:
        sign_in = Resend(http, mail.resend_url, resend_key)
    else:
        _refuse_in_production(settings, "AUTH_RESEND_KEY")
    if brevo_key:
        others = Brevo(http, mail.brevo_url, brevo_key)
    else:
        _refuse_in_production(settings, "BREVO_API_KEY")
    return MailGateway(sign_in=sign_in, others=others, sign_in_from=mail.auth_from, others_from=mail.notices_from)


def google_gateway(settings: Settings, http: httpx.AsyncClient) -> GoogleGateway:
    google = settings.google
    if google.client_id:
        return GoogleGateway(
            http,
            client_id=google.client_id,
            client_secret=google.client_secret.get_secret_value(),
            discovery_url=google.discovery_url,
        )
    _refuse_in_production(settings, "AUTH_GOOGLE_CLIENT_ID")
    return GoogleGateway(
        http,
        client_id=TWIN_GOOGLE_CLIENT,
        client_secret=TWIN_GOOGLE_SECRET,
        discovery_url=f"{twins_url(settings)}/google/.well-known/openid-configuration",
    )


def llm_gateway(settings: Settings, http: httpx.AsyncClient) -> LlmGateway | None:
    """The model; without a key its twin, and in production none: people then grade what only a model could."""
    llm = settings.llm
    key, base = llm.key.get_secret_value(), llm.url
    if not key:
        if settings.is_production:
            return None
        key, base = TWIN_LLM_KEY, f"{twins_url(settings)}/llm/v1"
    return LlmGateway(
        http,
        base_url=base,
        key=key,
        model=llm.model,
        timeout=llm.timeout_seconds,
        tokens_field=llm.tokens_field,
        response_format=ResponseFormat(llm.response_format),
    )
