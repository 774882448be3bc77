"""Asking for a sign-in link."""

import json
import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ids import new_id
from app.identity.magic_links import rules
from app.identity.models import MagicLink
from tests.factories import identity as factory
from tests.identity.conftest import SignIn
from tests.identity.mailbox import Mailbox
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

Drain = Callable[[], Awaitable[None]]


@pytest.mark.req("A-AUT-02")
async def test_a_link_goes_out_from_the_academys_sign_in_address(
    linked: SignIn, mailbox: Mailbox, address: str
) -> None:
    await linked(address)
    (letter,) = mailbox.letters_to(address)
    assert re.fullmatch(r"Academy <auth@[^>]+>", letter["from_"])


@pytest.mark.req("A-AUT-02")
async def test_known_and_unknown_addresses_get_the_same_answer(
    client: ApiClient, session: AsyncSession, address: str
) -> None:
    session.add(known := factory.account())
    await session.commit()
    answers = [await client.post("/identity/magic-links", {"email": email}) for email in (known.email, address)]
    seen = {(answer.status_code, answer.content, tuple(sorted(set(answer.headers)))) for answer in answers}
    assert len(seen) == 1


async def test_known_and_unknown_addresses_cost_the_same_statements(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine, address: str
) -> None:
    session.add(known := factory.account())
    await session.commit()
    traces = []
    for email in (known.email, address):
        with recorded(engine) as statements:
            await client.post("/identity/magic-links", {"email": email})
        traces.append(list(statements))
    assert traces[0] == traces[1]


async def test_nothing_that_opens_an_account_is_stored_or_announced(
    linked: SignIn, session: AsyncSession, worker: WorkerOnDemand, address: str
) -> None:
    token = await linked(address)
    stored = await session.scalars(
        text("SELECT to_jsonb(m)::text FROM core.magic_links m UNION ALL SELECT to_jsonb(j)::text FROM core.jobs j")
    )
    announced = json.dumps([each.payload for each in await worker.announced()])
    assert token not in announced + "".join(stored)


async def test_the_announcement_carries_no_address(client: ApiClient, worker: WorkerOnDemand, address: str) -> None:
    await client.post("/identity/magic-links", {"email": address})
    (announced,) = await worker.announced("identity.magic_link_requested")
    assert set(announced.payload) == {"magic_link_id"}


async def test_a_link_lives_ten_minutes(client: ApiClient, session: AsyncSession, address: str) -> None:
    await client.post("/identity/magic-links", {"email": address})
    life = await session.scalar(
        select(func.extract("epoch", MagicLink.expires_at - MagicLink.created_at)).where(MagicLink.email == address)
    )
    assert life == 600


async def test_the_sixth_link_of_an_hour_is_not_sent_and_nothing_is_said(
    client: ApiClient, drain: Drain, mailbox: Mailbox, address: str
) -> None:
    answers = [await client.post("/identity/magic-links", {"email": address.upper()}) for _ in range(3)]
    answers += [await client.post("/identity/magic-links", {"email": address}) for _ in range(3)]
    await drain()
    sent = mailbox.letters_to(address) + mailbox.letters_to(address.upper().replace("EXAMPLE.COM", "example.com"))
    assert ([answer.status_code for answer in answers], len(sent)) == ([202] * 6, 5)


async def test_after_an_hour_the_address_may_ask_again(
    client: ApiClient, session: AsyncSession, drain: Drain, mailbox: Mailbox, address: str
) -> None:
    for _ in range(5):
        await client.post("/identity/magic-links", {"email": address})
    await session.execute(text("UPDATE core.magic_links SET created_at = created_at - interval '61 minutes'"))
    await session.commit()
    await client.post("/identity/magic-links", {"email": address})
    await drain()
    assert len(mailbox.letters_to(address)) == 6


async def test_a_job_that_runs_twice_mails_once(
    client: ApiClient, session: AsyncSession, drain: Drain, mailbox: Mailbox, address: str
) -> None:
    await client.post("/identity/magic-links", {"email": address})
    await drain()
    await session.execute(text("UPDATE core.jobs SET state = 'queued', pushed_at = NULL, run_at = now()"))
    await session.commit()
    await drain()
    assert len(mailbox.letters_to(address)) == 1


async def test_a_link_that_is_over_is_not_mailed(
    client: ApiClient, session: AsyncSession, drain: Drain, mailbox: Mailbox, address: str
) -> None:
    await client.post("/identity/magic-links", {"email": address})
    await session.execute(text("UPDATE core.magic_links SET expires_at = now() - interval '1 second'"))
    await session.commit()
    await drain()
    assert mailbox.letters_to(address) == []


@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@localhost@example.com", "a\u0000da@example.com", 7, None])
async def test_what_is_no_address_is_422(client: ApiClient, email: object) -> None:
    assert (await client.post("/identity/magic-links", {"email": email})).status_code == 422


async def test_a_body_cannot_name_an_account_or_a_role(client: ApiClient, address: str) -> None:
    answer = await client.post("/identity/magic-links", {"email": address, "role": "platform_admin"})
    assert answer.status_code == 422


async def test_opening_the_page_uses_nothing_up(client: ApiClient, linked: SignIn, address: str) -> None:
    token = await linked(address)
    await client.get(f"root:/sign-in?token={token}")
    assert (await client.post("/identity/sessions", {"magic_token": token})).status_code == 201


async def test_the_page_tells_no_other_site_about_its_address(client: ApiClient) -> None:
    page = await client.get("root:/sign-in?token=x")
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")


async def test_the_broom_takes_links_that_are_long_over_and_leaves_the_rest(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand, address: str
) -> None:
    for email in (address, f"old.{address}"):
        await client.post("/identity/magic-links", {"email": email})
    await session.execute(
        text("UPDATE core.magic_links SET expires_at = now() - interval '25 hours' WHERE email LIKE 'old%'")
    )
    await session.commit()
    await worker.run_schedule("identity.forget_magic_links")
    left = await session.scalars(select(MagicLink.email).where(MagicLink.email.in_([address, f"old.{address}"])))
    assert list(left) == [address]


def test_the_token_of_one_link_does_not_fit_another_address() -> None:
    link = MagicLink(id=new_id(), email="a@example.com", purpose="sign_in", nonce=b"n" * 16)
    moved = MagicLink(id=link.id, email="b@example.com", purpose="sign_in", nonce=link.nonce)
    assert rules.new_token(link) != rules.new_token(moved)


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 63, "A" * 88, "====", "AAAA!AAA" * 8])
def test_what_is_no_token_names_no_link(token: str) -> None:
    assert rules.link_id_in(token) is None


def test_the_mail_escapes_what_it_shows() -> None:
    _, html = rules.sign_in_mail('https://x.example/?a="><script>', 10)
    assert "<script>" not in html
