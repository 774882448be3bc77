"""Mail and Google, as identity's tests need them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

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
