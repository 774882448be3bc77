"""Refresh tokens and link tokens over a change of the server's secret, and what a device is called."""

from collections.abc import Callable

import pytest

from app.core.ids import new_id
from app.identity.magic_links import rules as link_rules
from app.identity.models import MagicLink
from app.identity.sessions import rules


def test_a_token_names_its_login() -> None:
    login = new_id()
    assert rules.login_in(rules.new_token(login)) == login


def test_a_successor_names_the_same_login_and_is_another_token() -> None:
    login = new_id()
    token = rules.new_token(login)
    (successor,) = rules.successors(token)
    assert (rules.login_in(successor), successor != token) == (login, True)


def test_a_successor_is_the_same_each_time() -> None:
    token = rules.new_token(new_id())
    assert rules.successors(token) == rules.successors(token)


def test_nobody_without_the_servers_secret_knows_the_successor(secrets_set: Callable[..., None]) -> None:
    token = rules.new_token(new_id())
    (ours,) = rules.successors(token)
    secrets_set("another server")
    assert ours not in rules.successors(token)


def test_tokens_and_their_successors_survive_a_change_of_the_secret(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    login = new_id()
    token = rules.new_token(login)
    (successor,) = rules.successors(token)
    secrets_set("the new secret", "the old secret")
    assert (rules.login_in(token), successor in rules.successors(token)) == (login, True)


def test_a_token_of_a_withdrawn_secret_is_none_of_ours(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    token = rules.new_token(new_id())
    secrets_set("the new secret")
    assert rules.login_in(token) is None


def test_a_link_asked_for_before_a_change_of_the_secret_can_still_be_mailed(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    link = MagicLink(id=new_id(), email="a@example.com", purpose="sign_in", nonce=b"n" * 16)
    token = link_rules.new_token(link)
    link.token_hash = link_rules.hash_of(token)
    secrets_set("the new secret", "the old secret")
    assert link_rules.token_again(link) == token


def test_a_link_whose_key_is_gone_is_not_mailed(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    link = MagicLink(id=new_id(), email="a@example.com", purpose="sign_in", nonce=b"n" * 16)
    link.token_hash = link_rules.hash_of(link_rules.new_token(link))
    secrets_set("the new secret")
    assert link_rules.token_again(link) is None


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [(None, None), ("", None), (" \t ", None), ("Firefox\x00\x1b[31m/1", "Firefox[31m/1"), ("x" * 300, "x" * 200)],
)
def test_a_device_is_called_what_it_calls_itself(user_agent: str | None, device: str | None) -> None:
    assert rules.device_of(user_agent) == device
