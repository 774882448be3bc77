"""Outside services, each behind a typed interface that knows no domain, with a twin on this machine.

A gateway is always the real client. What changes without a provider's key is the address it speaks to: the twins
server (`twins.py`), which answers with the provider's own protocol. Mail needs no server: it becomes files.
Importing this package is cheap; the SDKs are imported when the gateways are built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from app.gateways.google.client import GoogleGateway
    from app.gateways.llm.client import LlmGateway
    from app.gateways.mail.client import MailGateway
    from app.gateways.stripe.client import StripeGateway
    from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Gateways:
    """All of them, built once per process and closed with it. `llm` is None where no model is to be asked."""

    stripe: StripeGateway
    mail: MailGateway
    google: GoogleGateway
    llm: LlmGateway | None
    http: httpx.AsyncClient

    async def aclose(self) -> None:
        await self.stripe.aclose()
        await self.http.aclose()


def build_gateways(settings: Settings) -> Gateways:
    """Gateways to the providers, or to their twins where a key is missing. Raises `TwinRefused` in production."""
    from app.gateways.build import google_gateway, llm_gateway, mail_gateway, stripe_gateway
    from app.gateways.http import new_client

    http = new_client()
    return Gateways(
        stripe=stripe_gateway(settings),
        mail=mail_gateway(settings, http),
        google=google_gateway(settings, http),
        llm=llm_gateway(settings, http),
        http=http,
    )
