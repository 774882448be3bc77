"""A browser that went to Google's twin and came back with a code."""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.gateways import Gateways

CALLBACK = "https://learn.example.com/sign-in/google"

GoogleProof = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def google(gateways: Gateways) -> GoogleProof:
    """A function that has Google vouch for an address and gives the body of a sign-in."""

    async def vouch(email: str, **form: str) -> dict[str, str]:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        page = await gateways.google.authorization_url(
            redirect_uri=CALLBACK, state="s", nonce="the nonce", code_challenge=challenge
        )
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        async with httpx.AsyncClient(trust_env=False) as browser:
            back = await browser.post(page.partition("?")[0], data={**asked, "email": email, **form})
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        return {"google_code": code, "code_verifier": verifier, "redirect_uri": CALLBACK}

    return vouch
