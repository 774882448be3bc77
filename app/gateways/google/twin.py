"""A small OpenID issuer for this machine: the paths and answers of Google's, a key of its own, any address you type.

Strict where Google is: PKCE and the redirect address must match, a code works once and for ten minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

CODE_SECONDS = 600
TOKEN_SECONDS = 3_599
LARGEST_BODY = 20_000
# What the page passes on from the address it was opened with.
ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "hd")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    asked: dict[str, str]
    claims: dict[str, Any]
    good_until: float


class GoogleTwin:
    """`base_url` tells how the twins are reached, from a request, and `public_url` how browsers reach them; the issuer
    is the first with `/google`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        client_id: str,
        client_secret: str,
        base_url: Callable[[Request], str],
        public_url: Callable[[Request], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = _kept_key(folder / "google-key.pem")
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._kid = hashlib.sha256(der).hexdigest()[:40]
        self._client_id = client_id
        self._client_secret = client_secret
        self._base_url = base_url
        self._public_url = public_url
        self._clock = clock
        self._grants: dict[str, Grant] = {}

    def mount(self) -> Mount:
        return Mount(
            "/google",
            routes=[
                Route("/.well-known/openid-configuration", self.discovery, methods=["GET"]),
                Route("/certs", self.certs, methods=["GET"]),
                Route("/auth", self.page, methods=["GET"]),
                Route("/auth", self.sign_in, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
            ],
        )

    async def discovery(self, request: Request) -> Response:
        issuer = f"{self._base_url(request)}/google"
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{self._public_url(request)}/google/auth",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code"],
        }
        return JSONResponse(document, headers={"Cache-Control": "public, max-age=3600"})

    async def certs(self, _request: Request) -> Response:
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._kid}
        key |= {"n": _base64url(_as_bytes(numbers.n)), "e": _base64url(_as_bytes(numbers.e))}
        return JSONResponse({"keys": [key]}, headers={"Cache-Control": "public, max-age=3600"})

    async def page(self, request: Request) -> Response:
        asked = {name: request.query_params[name] for name in ASKED if name in request.query_params}
        if problem := self._problem(asked):
            return HTMLResponse(_document(f"<h1>Sign-in refused</h1><p>{html.escape(problem)}</p>"), 400)
        return HTMLResponse(render(asked))

    async def sign_in(self, request: Request) -> Response:
        """The page's button: back to the application with a code, or with `access_denied`."""
        form = await _form(request)
        asked = {name: form[name] for name in ASKED if form.get(name)}
        problem = self._problem(asked)
        email = form.get("email", "").strip().lower()
        if problem or (form.get("deny") is None and "@" not in email.strip("@")):
            return HTMLResponse(_document(f"<p>{html.escape(problem or 'An address is needed.')}</p>"), 400)
        answer = {"state": asked["state"]} if "state" in asked else {}
        if form.get("deny") is not None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = self._grant(asked, email, form)
        glue = "&" if "?" in asked["redirect_uri"] else "?"
        return RedirectResponse(f"{asked['redirect_uri']}{glue}{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("client_id") != self._client_id or form.get("client_secret") != self._client_secret:
            return _refused("invalid_client", 401)
        if form.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or grant.good_until < self._clock() or not _matches(grant, form):
            return _refused("invalid_grant")
        access_token = f"ya29.twin-{secrets.token_urlsafe(24)}"
        return JSONResponse(
            {
                "access_token": access_token,
                "expires_in": TOKEN_SECONDS,
                "scope": "openid email profile",
                "token_type": "Bearer",
                "id_token": self._id_token(grant, f"{self._base_url(request)}/google", access_token),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _problem(self, asked: dict[str, str]) -> str | None:
        if asked.get("client_id") != self._client_id:
            return f"The client id must be {self._client_id}."
        if urlsplit(asked.get("redirect_uri", "")).scheme not in {"http", "https"}:
            return "redirect_uri must be an http or https address."
        if not asked.get("code_challenge"):
            return "PKCE is required: code_challenge is missing."
        return None

    def _grant(self, asked: dict[str, str], email: str, form: dict[str, str]) -> str:
        now = self._clock()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.good_until >= now}
        claims: dict[str, Any] = {
            # the same person each time: a number from the address, as long as Google's
            "sub": str(int(hashlib.sha256(email.encode()).hexdigest(), 16))[:21],
            "email": email,
            "email_verified": form.get("unverified") is None,
            "name": form.get("name") or email.partition("@")[0].replace(".", " ").title(),
        }
        if form.get("hosted_domain"):
            claims["hd"] = form["hosted_domain"].strip().lower()
        # Google's codes contain a slash, and clients that forget to escape it fail
        code = f"4/{secrets.token_urlsafe(32)}"
        self._grants[code] = Grant(asked, claims, now + CODE_SECONDS)
        return code

    def _id_token(self, grant: Grant, issuer: str, access_token: str) -> str:
        now = int(self._clock())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": issuer,
            "azp": self._client_id,
            "aud": self._client_id,
            **grant.claims,
            "at_hash": _base64url(half),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        if "nonce" in grant.asked:
            claims["nonce"] = grant.asked["nonce"]
        header = {"alg": "RS256", "kid": self._kid, "typ": "JWT"}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_base64url(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _matches(grant: Grant, form: dict[str, str]) -> bool:
    challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    same_address = form.get("redirect_uri") == grant.asked["redirect_uri"]
    return same_address and hmac.compare_digest(challenge, grant.asked["code_challenge"])


def _refused(error: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": "Bad Request"}, status)


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _kept_key(path: Path) -> RSAPrivateKey:
    """The issuer's key, made at the first start."""
    if path.exists():
        key = load_pem_private_key(path.read_bytes(), None)
        if isinstance(key, RSAPrivateKey):
            return key
    key = generate_private_key(65_537, 2_048)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _as_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def render(asked: dict[str, str]) -> str:
    """The page where one types who one is."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in asked.items()
    )
    return _document(
        f"""<p class="note">The local issuer: it believes whatever you type.</p>
<h1>Sign in</h1>
<form method="post" action="auth">{hidden}
<label>E-mail <input name="email" type="email" required autocomplete="email" autofocus></label>
<label>Name <input name="name" autocomplete="name"></label>
<label>Workspace domain, if any <input name="hosted_domain" value="{html.escape(asked.get("hd", ""))}"></label>
<label class="tick"><input name="unverified" type="checkbox"> the address is not verified</label>
<button>Continue</button>
<button name="deny" value="1" formnovalidate>Cancel</button>
</form>"""
    )


def _document(body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in</title>
<style>
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 3rem auto; padding: 0 1rem; color: #1b1b1f }}
.note {{ background: #fff4ce; padding: .5rem .75rem; border-radius: .4rem }}
form, label {{ display: grid; gap: .5rem }} form {{ gap: 1rem }} label.tick {{ display: block }}
input, button {{ font: inherit; padding: .5rem; border: 1px solid #4a4a55; border-radius: .4rem }}
button:focus-visible, input:focus-visible {{ outline: 3px solid #f2a900; outline-offset: 2px }}
</style></head>
<body><main>{body}</main></body>
</html>"""
