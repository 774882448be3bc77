"""Signing in, staying signed in, and the devices where one is."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, StringConstraints, Tag
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Instant, Text, View
from app.identity.accounts.schemas import EXAMPLE_ID, IdentityAccountSummary
from app.identity.identities.schemas import GOOGLE_PROOF, IdentityGoogleProof
from app.identity.models import SignInMethod

_REFRESH_TOKEN = "lyr_AZjFoHwefTqbHy9vCkuMEVnGm0cXJxTz0J7gH0zqVYv3b1dS6mQ0p9w8e7r6t5y4u3i2o1pAsDfGhJkLzXcVbQ"  # noqa: S105  (an example)


class IdentityMagicProof(Body):
    """What a sign-in link carried as `token`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"magic_token": "AZjFoHwefTqbHy9vCkuMEW3fSx5Yc1xkq0hJ2b7v9n4mQwErTyUiOpAsDfGhJkLz"}]
        }
    )

    magic_token: Annotated[Text, StringConstraints(min_length=1, max_length=200)]


def _kind(value: object) -> str:
    """Which proof a body means, so that a wrong one is told about its own fields alone."""
    fields = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return "google" if {"google_code", "code_verifier", "redirect_uri"} & set(fields) else "magic"


IdentityProof = Annotated[
    Annotated[IdentityMagicProof, Tag("magic")] | Annotated[IdentityGoogleProof, Tag("google")], Discriminator(_kind)
]

PROOF_EXAMPLES: dict[str, JsonDict] = {
    "magic link": {"value": {"magic_token": "AZjFoHwefTqbHy9vCkuMEW3fSx5Yc1xkq0hJ2b7v9n4mQwErTyUiOpAsDfGhJkLz"}},
    "Google": {"value": GOOGLE_PROOF},
}


class IdentityRefresh(Body):
    """The refresh token from the last answer; it is replaced with every use."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": _REFRESH_TOKEN}]})

    refresh_token: Annotated[Text, StringConstraints(min_length=1, max_length=200)]


class IdentityGrant(View):
    """A login. Send `access_token` for `expires_in` seconds, then trade `refresh_token` for a new pair."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "refresh_token": _REFRESH_TOKEN,
                    "account": {"id": EXAMPLE_ID, "email": "ada@example.com", "name": "Ada Byron"},
                }
            ]
        }
    )

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    account: IdentityAccountSummary


class IdentitySession(Identified):
    """A device on which the caller is signed in. `is_current`: the one that asks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c13",
                    "created_at": "2027-03-01T09:00:00Z",
                    "updated_at": "2027-03-01T09:00:00Z",
                    "method": "magic_link",
                    "device": "Mozilla/5.0 (X11; Linux x86_64)",
                    "last_used_at": "2027-03-01T09:00:00Z",
                    "expires_at": "2027-03-31T09:00:00Z",
                    "is_current": True,
                }
            ]
        }
    )

    method: SignInMethod
    device: str | None
    last_used_at: Instant
    expires_at: Instant
    is_current: bool


class IdentityKey(View):
    """A public key (RFC 7517)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    alg: Literal["ES256"]
    use: Literal["sig"]


class IdentityKeySet(View):
    """The keys that access tokens are signed with; pick yours by `kid`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "kty": "EC",
                            "crv": "P-256",
                            "x": "TLUN4pu7OFRg-YEpFqWgf-WF2OqKYXGv_y2nDO18VaY",
                            "y": "ggOgPYmqIdb3u80pvOlfx7ZSa3jhLXpBjHtIRmOn7k8",
                            "kid": "6yCS75ULQEOugr753eucmIi65Ch1YxW48yK2k_tVz2g",
                            "alg": "ES256",
                            "use": "sig",
                        }
                    ]
                }
            ]
        }
    )

    keys: list[IdentityKey]
