"""Google's side of a sign-in: where to send the browser, and who came back.

The endpoints come from the discovery document, the keys from the published set; both are kept as long as their
`Cache-Control` says. State, nonce and verifier are made and kept by the caller, bound to the browser and used once.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.google import id_tokens
from app.gateways.google.types import GoogleIdentity
from app.gateways.http import ask, json_object

PROVIDER = "Google"
SCOPE = "openid email profile"
# For answers that do not say how long they hold.
USUAL_AGE_SECONDS = 3_600
LONGEST_AGE_SECONDS = 86_400
# A token with a made-up key id must not make us fetch the keys each time.
REFETCH_PAUSE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Kept:
    body: dict[str, Any]
    fetched_at: float
    good_until: float


class GoogleGateway:
    """One per process. Raises `GatewayUnavailable` or `GatewayRefused` (`invalid_grant`, `invalid_id_token`, …)."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        client_id: str,
        client_secret: str,
        discovery_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http = http
        self.client_id = client_id
        self._client_secret = client_secret
        self._discovery_url = discovery_url
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._fetching = asyncio.Lock()

    async def authorization_url(
        self,
        *,
        redirect_uri: str,
        state: str,
        nonce: str,
        code_challenge: str,
        hosted_domain: str | None = None,
        prompt: str | None = "select_account",
    ) -> str:
        """Where to send the browser. `hosted_domain` only narrows Google's list; the person may remove it."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        query |= {name: value for name, value in (("hd", hosted_domain), ("prompt", prompt)) if value}
        return f"{await self._endpoint('authorization_endpoint')}?{urlencode(query)}"

    async def exchange_code(
        self, code: str, *, code_verifier: str, redirect_uri: str, nonce: str | None = None
    ) -> GoogleIdentity:
        """Who stands behind a code. A code works once: the second time is `GatewayRefused("invalid_grant")`."""
        form = {
            "code": code,
            "client_id": self.client_id,
            "client_secret": self._client_secret,
            "redirect_uri": redirect_uri,
            "grant_type": "authorization_code",
            "code_verifier": code_verifier,
        }
        answer = await ask(self._http, PROVIDER, "POST", await self._endpoint("token_endpoint"), data=form)
        body = json_object(answer)
        if not answer.is_success:
            reason = str(body.get("error") or f"http_{answer.status_code}")
            raise GatewayRefused(reason, str(body.get("error_description", "")), provider=PROVIDER)
        token = body.get("id_token")
        if not isinstance(token, str):
            raise id_tokens.IdTokenRefused("missing")
        return await self.validate_id_token(token, nonce=nonce)

    async def validate_id_token(self, token: str, *, nonce: str | None = None) -> GoogleIdentity:
        """Check a token against the published keys; an unknown key makes us look once more, at most once a minute."""
        try:
            return await self._validated(token, nonce, newer_than=None)
        except id_tokens.UnknownKey:
            return await self._validated(token, nonce, newer_than=self._clock() - REFETCH_PAUSE_SECONDS)

    async def _validated(self, token: str, nonce: str | None, *, newer_than: float | None) -> GoogleIdentity:
        keys = id_tokens.keys_from(await self._document(await self._endpoint("jwks_uri"), newer_than=newer_than))
        issuer = await self._endpoint("issuer")
        return id_tokens.validate(token, keys, client_id=self.client_id, now=self._clock(), nonce=nonce, issuer=issuer)

    async def _endpoint(self, name: str) -> str:
        address = (await self._document(self._discovery_url)).get(name)
        if not isinstance(address, str):
            raise GatewayUnavailable(PROVIDER, f"the discovery document has no {name}")
        return address

    async def _document(self, url: str, *, newer_than: float | None = None) -> dict[str, Any]:
        """A published document, from our copy while that is good (and was fetched after `newer_than`)."""
        async with self._fetching:
            kept, now = self._kept.get(url), self._clock()
            if kept is not None and now < kept.good_until and (newer_than is None or kept.fetched_at > newer_than):
                return kept.body
            answer = await ask(self._http, PROVIDER, "GET", url)
            body = json_object(answer)
            if not answer.is_success or not body:
                raise GatewayUnavailable(PROVIDER, f"HTTP {answer.status_code} for {url}")
            self._kept[url] = _Kept(body, now, now + _age(answer.headers.get("cache-control", "")))
            return body


def _age(cache_control: str) -> int:
    found = re.search(r"(?:^|[,\s])max-age=(\d{1,9})", cache_control.lower())
    return min(int(found[1]), LONGEST_AGE_SECONDS) if found else USUAL_AGE_SECONDS
