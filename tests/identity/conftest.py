"""Mail and secrets, as identity's tests need them."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.core import secrets as core_secrets
from app.identity import tokens
from app.settings import settings
from tests.identity.mailbox import Mailbox
from tests.support.client import ApiClient


@pytest.fixture
def mailbox(state: Path) -> Mailbox:
    """Where the mails of this test process arrive."""
    return Mailbox(state)


@pytest.fixture
def address() -> str:
    """An address that nobody used before."""
    return f"ada.{uuid4().hex[:12]}@example.com"


SignIn = Callable[..., Awaitable[str]]


@pytest.fixture
def linked(client: ApiClient, drain: Callable[[], Awaitable[None]], mailbox: Mailbox) -> SignIn:
    """A function that asks for a link, has the worker mail it, opens the mail and gives the link's token."""

    async def ask(address: str, name: str | None = None) -> str:
        body = {"email": address} if name is None else {"email": address, "name": name}
        assert (await client.post("/identity/magic-links", body)).status_code == 202
        await drain()
        return mailbox.token_for(address)

    return ask


@pytest.fixture
def secrets_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Restart the process's keys with another secret, and others still accepted."""

    def restart(secret: str, *previous: str) -> None:
        chosen = settings().server.model_copy(update={"secret": SecretStr(secret), "previous_secrets": previous})
        monkeypatch.setattr(settings(), "server", chosen)
        core_secrets.keys_for.cache_clear()
        tokens.signing_keys.cache_clear()
        tokens._verified.clear()

    yield restart
    monkeypatch.undo()
    core_secrets.keys_for.cache_clear()
    tokens.signing_keys.cache_clear()
