"""Promises that hold across all of identity: where secrets come from and go, and who acts."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account
from app.settings import GoogleSettings, MailSettings, Settings
from tests.factories import identity as factory
from tests.identity.conftest import SignIn
from tests.identity.identities.conftest import GoogleProof, google
from tests.support.client import ApiClient

__all__ = ["google"]  # a fixture of the neighbouring folder

ENVIRONMENT = {
    "AUTH_GOOGLE_CLIENT_ID": "a-client.apps.example",
    "AUTH_GOOGLE_SECRET": "GOCSPX-very-secret",
    "AUTH_RESEND_KEY": "re_very_secret",
    "SITE_URL": "https://learn.example.com",
}


@pytest.mark.req("A-AUT-03")
def test_sign_in_is_configured_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    configured, mail = GoogleSettings(), MailSettings()
    assert [
        configured.client_id,
        configured.client_secret.get_secret_value(),
        mail.resend_key.get_secret_value(),
        mail.site_url,
    ] == list(ENVIRONMENT.values())


@pytest.mark.req("A-AUT-03")
def test_settings_that_are_printed_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    shown = "".join(repr(each) + str(each) for each in vars(Settings()).values())
    assert "secret" not in shown.replace("client_secret", "").replace("webhook_secrets", "").replace("secret=", "")


@pytest.mark.req("A-AUT-03")
async def test_no_way_in_is_logged(
    client: ApiClient, linked: SignIn, google: GoogleProof, address: str, request: pytest.FixtureRequest
) -> None:
    token, proof = await linked(address), await google(f"g.{address}")
    first = (await client.post("/identity/sessions", {"magic_token": token})).json()
    fresh = (await client.post("/identity/sessions/refresh", {"refresh_token": first["refresh_token"]})).json()
    await client.post("/identity/sessions", proof)
    await client.with_token(first["access_token"]).get("/identity/me")
    await client.get(f"root:/sign-in?token={token}")
    # The loggers keep the stream they began with, so only the capture around all tests has their lines.
    out, err = request.config.pluginmanager.getplugin("capturemanager").read_global_capture()
    ways_in = {token, proof["google_code"], proof["code_verifier"]}
    ways_in |= {grant[name] for grant in (first, fresh) for name in ("access_token", "refresh_token")}
    assert "request" in out
    assert not [way for way in ways_in if way in out + err]


def _names(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """The fields of a body, through references and unions."""
    if "$ref" in schema:
        return _names(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    found = set(schema.get("properties", ()))
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        found |= _names(document, part)
    return found


@pytest.mark.req("A-AUT-08")
def test_no_body_says_who_is_acting(app: FastAPI) -> None:
    document = json.loads(json.dumps(app.openapi()))
    claimed = {
        f"{operation['operationId']}.{name}"
        for item in document["paths"].values()
        for operation in item.values()
        if "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
        for name in _names(document, content.get("schema", {}))
        if name in {"user_id", "author_id", "actor_id", "acting_user_id", "created_by"}
    }
    assert claimed == set()


@pytest.mark.req("A-AUT-08")
async def test_the_acting_account_is_the_tokens(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(name="Ada"), eve := factory.account(name="Eve")])
    await session.commit()
    me = await client.as_(eve)
    for field in ("user_id", "author_id", "account_id"):
        assert (await me.patch("/identity/account", {"name": "Mallory", field: str(ada.id)})).status_code == 422
    await me.patch(f"/identity/account?account_id={ada.id}", {"name": "Mallory"})
    names = {each.name for each in [await session.get_one(Account, id_) for id_ in (ada.id, eve.id)]}
    assert names == {"Ada", "Mallory"}
