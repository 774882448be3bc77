"""Google's part of a sign-in as clients send it, and connected logins as their owners see them."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Text

GOOGLE_PROOF: JsonDict = {
    "google_code": "4/0AfJohXk-example",
    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "redirect_uri": "https://learn.example.com/sign-in/google",
}


class IdentityGoogleProof(Body):
    """What the front end holds after Google sent the browser back (code flow with PKCE).

    `nonce`: the one the front end put into its authorization request; checked when given.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [GOOGLE_PROOF]})

    google_code: Annotated[Text, StringConstraints(min_length=1, max_length=2_000)]
    code_verifier: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]
    redirect_uri: Annotated[Text, StringConstraints(min_length=1, max_length=2_000)]
    nonce: Annotated[Text, StringConstraints(min_length=1, max_length=500)] | None = None


class IdentityConnectedLogin(Identified):
    """A connected outside login."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c12",
                    "created_at": "2027-03-01T09:00:00Z",
                    "updated_at": "2027-03-01T09:00:00Z",
                    "issuer": "https://accounts.google.com",
                    "email": "ada@example.com",
                }
            ]
        }
    )

    issuer: str
    email: str
