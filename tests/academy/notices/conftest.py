"""Whoever is told something has it in the inbox and, mostly, in the mailbox."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.identity.models import Account
from tests.academy.enrollments.conftest import plan
from tests.academy.payments.conftest import no_stripe, till
from tests.support.client import ApiClient

__all__ = ["no_stripe", "plan", "till"]  # fixtures are found by name in this module

Inbox = Callable[[Account], Awaitable[list[dict[str, Any]]]]
Mailbox = Callable[[Account], list[dict[str, Any]]]


@pytest.fixture
def inbox(client: ApiClient) -> Inbox:
    """What somebody reads in the application, oldest first."""

    async def read(account: Account) -> list[dict[str, Any]]:
        notices: list[dict[str, Any]] = (await (await client.as_(account)).get("/notifications")).json()["items"]
        return notices[::-1]

    return read


@pytest.fixture
def mailbox(state: Path) -> Mailbox:
    """The mails that went out to somebody, oldest first."""

    def read(account: Account) -> list[dict[str, Any]]:
        mails = [json.loads(file.read_text()) for file in (state / "mail").glob("*.json")]
        return sorted((mail for mail in mails if mail["to"] == account.email), key=lambda mail: str(mail["sent_at"]))

    return read
