"""The check behind every door: a token is asked for, believed, and held against the database each time."""

from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.http.limits import Limiter
from app.core.ids import new_id
from app.identity import tokens
from app.identity.accounts import service
from app.identity.actor import Actor
from app.identity.models import AuthSession
from app.settings import LimitSettings
from tests.factories import identity as factory
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

STEPWISE = {"google_code": "4/x", "code_verifier": "x" * 43, "redirect_uri": "https://x.example"}


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "token", "Bearer a b"])
async def test_a_header_that_is_no_bearer_token_is_401(client: ApiClient, header: str) -> None:
    answer = await client.get("/identity/me", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_token_of_an_unknown_account_is_401(client: ApiClient) -> None:
    answer = await client.with_token(tokens.issue(new_id(), new_id())).get("/identity/me")
    assert answer.status_code == 401


async def test_a_token_that_joins_an_account_with_anothers_login_is_401(
    client: ApiClient, session: AsyncSession
) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.flush()
    session.add(hers := factory.auth_session(ada.id))
    await session.commit()
    assert (await client.with_token(tokens.issue(eve.id, hers.id)).get("/identity/me")).status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": text("now()"), "revoked_reason": "test"}, {"expires_at": text("now() - interval '1 second'")}],
    ids=["revoked", "run out"],
)
async def test_the_end_of_a_login_bites_on_the_next_request(
    client: ApiClient, session: AsyncSession, change: dict[str, Any]
) -> None:
    session.add(ada := factory.account())
    await session.commit()
    me = await client.as_(ada)
    assert (await me.get("/identity/me")).status_code == 200
    await session.execute(update(AuthSession).values(change))
    await session.commit()
    answer = await me.get("/identity/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.session_revoked")


async def test_suspension_bites_on_the_next_request_and_reinstatement_too(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    session.add(ada := factory.account())
    await session.commit()
    me = await client.as_(ada)
    seen: list[Any] = []
    for change in (service.suspend_account, service.suspend_account, service.reinstate_account):
        await change(session, Actor.system(), ada.id)
        await session.commit()
        answer = await me.get("/identity/me")
        seen.append((answer.status_code, answer.json().get("code")))
    assert seen == [(403, "identity.account_suspended")] * 2 + [(200, None)]
    kinds = [each.kind for each in await worker.announced()]
    assert kinds == ["identity.account_suspended", "identity.account_reinstated"]


async def test_a_stepwise_endpoint_asks_the_same_question(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account(status="suspended", suspended_at=text("now()")))
    await session.commit()
    answer = await (await client.as_(ada)).post("/identity/identities", STEPWISE)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.account_suspended")


async def test_the_check_is_one_statement(client: ApiClient, session: AsyncSession, engine: AsyncEngine) -> None:
    session.add(ada := factory.account())
    await session.commit()
    me = await client.as_(ada)
    with recorded(engine) as statements:
        await me.delete("/identity/sessions/current")
    assert len([each for each in statements if "core.accounts" in each]) == 1


async def test_an_account_has_its_own_limit(
    client: ApiClient, session: AsyncSession, request_state: dict[str, Any]
) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.commit()
    request_state["limiter"] = Limiter(LimitSettings(account_per_minute=2))
    hers, another = await client.as_(ada), await client.as_(eve)
    statuses = [(await hers.get("/identity/account")).status_code for _ in range(3)]
    assert (statuses, (await another.get("/identity/account")).status_code) == ([200, 200, 429], 200)


async def test_links_and_sign_ins_are_limited_by_address(client: ApiClient, request_state: dict[str, Any]) -> None:
    request_state["limiter"] = Limiter()
    links = [await client.post("/identity/magic-links", {"email": f"a{n}@example.com"}) for n in range(61)]
    entries = [await client.post("/identity/sessions", {"magic_token": "A" * 64}) for _ in range(121)]
    assert [links[-2].status_code, links[-1].status_code] == [202, 429]
    assert [entries[-2].status_code, entries[-1].status_code] == [401, 429]


async def test_a_repeated_post_with_its_key_gets_the_first_answer(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account())
    await session.commit()
    me = await client.as_(ada)
    ids = {(await me.post("/identity/organizations", {"name": "Guild"}, key="k1")).json()["id"] for _ in range(2)}
    assert len(ids) == 1


async def test_a_key_belongs_to_its_caller(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.commit()
    ids = {
        (await (await client.as_(each)).post("/identity/organizations", {"name": "Guild"}, key="k1")).json()["id"]
        for each in (ada, eve)
    }
    assert len(ids) == 2
