"""Asking for a sign-in link."""

from pydantic import ConfigDict

from app.core.http.schema import Body, Email, Title, View


class IdentityMagicLinkCreate(Body):
    """Where the link goes. `name` is used when this becomes a new account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.com", "name": "Ada Byron"}]})

    email: Email
    name: Title | None = None


class IdentityMagicLinkAccepted(View):
    """Nothing: whether a mail goes out is told to the address alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})
