"""Whose word about an address is proof."""

from typing import Any

import pytest

from app.gateways.google.types import GoogleIdentity
from app.identity.identities import rules


def _identity(**fields: Any) -> GoogleIdentity:
    given = {"email": "ada@gmail.com", "email_verified": True, "name": "Ada", "hosted_domain": None, **fields}
    return GoogleIdentity(issuer="https://accounts.google.com", subject="1", **given)


@pytest.mark.parametrize(
    ("fields", "trusted"),
    [
        ({}, True),
        ({"email": "Ada@GoogleMail.com"}, True),
        ({"email": "ada@guild.example", "hosted_domain": "guild.example"}, True),
        ({"email": "ada@alias.example", "hosted_domain": "guild.example"}, True),
        ({"email": "ada@guild.example"}, False),
        ({"email": "ada@notgmail.com"}, False),
        ({"email": "ada@gmail.com.example"}, False),
        ({"email_verified": False}, False),
        ({"email_verified": False, "hosted_domain": "guild.example"}, False),
        ({"email": None, "email_verified": False}, False),
    ],
)
def test_google_vouches_for_the_addresses_it_runs(fields: dict[str, Any], *, trusted: bool) -> None:
    assert rules.is_authoritative(_identity(**fields)) is trusted


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "Ada"),
        ({"name": None}, "ada"),
        ({"name": "   "}, "Somebody"),
        ({"name": "A\0da"}, "Ada"),
        ({"name": "x" * 300}, "x" * 200),
    ],
)
def test_a_new_account_gets_a_name(fields: dict[str, Any], name: str) -> None:
    assert rules.name_for(_identity(**fields)) == name
