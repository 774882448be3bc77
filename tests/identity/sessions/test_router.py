"""Signing in by link, refreshing, ending a login."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import tokens
from app.identity.models import Account, AuthSession
from app.identity.sessions import rules
from tests.factories import identity as factory
from tests.identity.conftest import SignIn
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


async def _signed_in(client: ApiClient, linked: SignIn, address: str) -> dict[str, Any]:
    answer = await client.post("/identity/sessions", {"magic_token": await linked(address)})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def _refreshed(client: ApiClient, token: str) -> Any:
    return await client.post("/identity/sessions/refresh", {"refresh_token": token})


# Signing in


@pytest.mark.req("A-AUT-02")
async def test_a_link_opens_a_login_for_a_new_account(client: ApiClient, linked: SignIn, address: str) -> None:
    token = await linked(address, "Ada Byron")
    grant = (await client.post("/identity/sessions", {"magic_token": token})).json()
    assert grant["account"] == {"id": grant["account"]["id"], "email": address, "name": "Ada Byron"}
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 600)


async def test_a_link_leads_to_the_account_of_the_address_whatever_its_case(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    session.add(known := factory.account(email=address.upper(), name="Ada"))
    await session.commit()
    grant = (await client.post("/identity/sessions", {"magic_token": await linked(address, "Eve")})).json()
    assert (grant["account"]["id"], grant["account"]["name"]) == (str(known.id), "Ada")


@pytest.mark.req("A-AUT-02")
async def test_a_link_works_once(client: ApiClient, linked: SignIn, address: str) -> None:
    token = await linked(address)
    await client.post("/identity/sessions", {"magic_token": token})
    again = await client.post("/identity/sessions", {"magic_token": token})
    assert (again.status_code, again.json()["code"]) == (401, "identity.magic_link_refused")


@pytest.mark.req("A-AUT-02")
async def test_a_link_that_is_too_old_is_refused(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    token = await linked(address)
    await session.execute(text("UPDATE core.magic_links SET expires_at = now() - interval '1 second'"))
    await session.commit()
    assert (await client.post("/identity/sessions", {"magic_token": token})).status_code == 401


async def test_five_wrong_guesses_close_a_link(client: ApiClient, linked: SignIn, address: str) -> None:
    token = await linked(address)
    wrong = token[:-2] + ("AA" if not token.endswith("AA") else "BB")
    for _ in range(5):
        await client.post("/identity/sessions", {"magic_token": wrong})
    assert (await client.post("/identity/sessions", {"magic_token": token})).status_code == 401


async def test_a_made_up_token_is_refused(client: ApiClient) -> None:
    answer = await client.post("/identity/sessions", {"magic_token": "A" * 64})
    assert answer.json()["code"] == "identity.magic_link_refused"


async def test_a_suspended_account_is_not_let_in(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    session.add(factory.account(email=address, status="suspended", suspended_at=text("now()")))
    await session.commit()
    answer = await client.post("/identity/sessions", {"magic_token": await linked(address)})
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.account_suspended")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"magic_token": ""},
        {"magic_token": "A" * 64, "google_code": "4/x"},
        {"google_code": "4/x"},
        {"google_code": "4/x", "code_verifier": "short", "redirect_uri": "https://x.example"},
        {"magic_token": "A" * 64, "account_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"},
        [],
        "token",
    ],
)
async def test_anything_but_exactly_one_proof_is_422(client: ApiClient, body: object) -> None:
    assert (await client.post("/identity/sessions", body)).status_code == 422


async def test_a_new_account_is_announced_once(
    client: ApiClient, linked: SignIn, worker: WorkerOnDemand, address: str
) -> None:
    first = await _signed_in(client, linked, address)
    await _signed_in(client, linked, address)
    announced = [each.payload["account_id"] for each in await worker.announced("identity.account_created")]
    assert announced == [first["account"]["id"]]


async def test_answers_with_tokens_are_not_for_caches(client: ApiClient, linked: SignIn, address: str) -> None:
    answer = await client.post("/identity/sessions", {"magic_token": await linked(address)})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_proof_of_the_address_makes_an_entered_account_verified(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    session.add(entered := factory.account(email=address, email_verified_at=None))
    await session.commit()
    await _signed_in(client, linked, address)
    assert await session.scalar(select(Account.email_verified_at).where(Account.id == entered.id)) is not None


# Refreshing


async def test_a_refresh_token_is_traded_for_a_new_pair_of_the_same_login(
    client: ApiClient, linked: SignIn, address: str
) -> None:
    grant = await _signed_in(client, linked, address)
    fresh = (await _refreshed(client, grant["refresh_token"])).json()
    sids = {tokens.verify(each["access_token"]).auth_session_id for each in (grant, fresh)}
    assert (len(sids), fresh["refresh_token"] != grant["refresh_token"]) == (1, True)


async def test_the_same_refresh_sent_twice_gets_the_same_successor(
    client: ApiClient, linked: SignIn, address: str
) -> None:
    token = (await _signed_in(client, linked, address))["refresh_token"]
    answers = [(await _refreshed(client, token)).json()["refresh_token"] for _ in range(2)]
    assert answers[0] == answers[1]


async def test_a_used_refresh_token_that_comes_back_later_ends_the_family(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    token = (await _signed_in(client, linked, address))["refresh_token"]
    successor = (await _refreshed(client, token)).json()["refresh_token"]
    await session.execute(text("UPDATE core.auth_sessions SET rotated_at = now() - interval '11 seconds'"))
    await session.commit()
    stolen = await _refreshed(client, token)
    rightful = await _refreshed(client, successor)
    assert [stolen.json()["code"], rightful.json()["code"]] == ["identity.session_revoked"] * 2


async def test_a_refresh_token_from_two_uses_ago_ends_the_family(
    client: ApiClient, linked: SignIn, address: str
) -> None:
    grant = await _signed_in(client, linked, address)
    token = grant["refresh_token"]
    await _refreshed(client, (await _refreshed(client, token)).json()["refresh_token"])
    assert (await _refreshed(client, token)).status_code == 401
    assert (await client.with_token(grant["access_token"]).get("/identity/me")).status_code == 401


async def test_an_ended_family_ends_its_access_tokens_at_once(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    grant = await _signed_in(client, linked, address)
    await _refreshed(client, grant["refresh_token"])
    await session.execute(text("UPDATE core.auth_sessions SET rotated_at = now() - interval '11 seconds'"))
    await session.commit()
    await _refreshed(client, grant["refresh_token"])
    answer = await client.with_token(grant["access_token"]).get("/identity/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.session_revoked")


async def test_a_made_up_token_that_names_a_login_ends_nothing(client: ApiClient, linked: SignIn, address: str) -> None:
    grant = await _signed_in(client, linked, address)
    made_up = rules.PREFIX + grant["refresh_token"][len(rules.PREFIX) :][:-8] + "AAAAAAAA"
    refused = await _refreshed(client, made_up)
    fine = await _refreshed(client, grant["refresh_token"])
    assert (refused.json()["code"], fine.status_code) == ("identity.refresh_token_refused", 200)


@pytest.mark.parametrize("token", ["x", "lyr_", "lyr_é", "lyr_" + "A" * 86, "lyr_" + "A" * 196])
async def test_what_is_no_refresh_token_is_refused(client: ApiClient, token: str) -> None:
    assert (await _refreshed(client, token)).status_code == 401


async def test_a_login_ends_after_thirty_days_however_often_it_was_renewed(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    grant = await _signed_in(client, linked, address)
    fresh = (await _refreshed(client, grant["refresh_token"])).json()["refresh_token"]
    life = text("SELECT extract(day FROM expires_at - created_at) FROM core.auth_sessions")
    assert await session.scalar(life) == 30
    await session.execute(text("UPDATE core.auth_sessions SET expires_at = now() - interval '1 second'"))
    await session.commit()
    assert (await _refreshed(client, fresh)).json()["code"] == "identity.session_revoked"


async def test_a_suspended_account_is_not_refreshed(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    grant = await _signed_in(client, linked, address)
    await session.execute(text("UPDATE core.accounts SET status = 'suspended', suspended_at = now()"))
    await session.commit()
    answer = await _refreshed(client, grant["refresh_token"])
    assert answer.json()["code"] == "identity.account_suspended"


async def test_no_refresh_token_is_stored(
    client: ApiClient, session: AsyncSession, linked: SignIn, address: str
) -> None:
    first = (await _signed_in(client, linked, address))["refresh_token"]
    second = (await _refreshed(client, first)).json()["refresh_token"]
    rows = "".join(await session.scalars(text("SELECT to_jsonb(s)::text FROM core.auth_sessions s")))
    assert first not in rows
    assert second not in rows


# Ending


async def test_signing_out_ends_the_login_on_the_next_request(client: ApiClient, linked: SignIn, address: str) -> None:
    grant = await _signed_in(client, linked, address)
    me = client.with_token(grant["access_token"])
    assert (await me.delete("/identity/sessions/current")).status_code == 204
    assert (await me.get("/identity/me")).json()["code"] == "identity.session_revoked"
    assert (await _refreshed(client, grant["refresh_token"])).json()["code"] == "identity.session_revoked"


async def test_signing_out_leaves_other_devices_signed_in(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account())
    await session.commit()
    phone, laptop = await client.as_(ada), await client.as_(ada)
    await phone.delete("/identity/sessions/current")
    assert (await laptop.get("/identity/me")).status_code == 200


async def test_a_stranger_has_no_login_to_end(client: ApiClient) -> None:
    assert (await client.delete("/identity/sessions/current")).status_code == 401


async def test_the_list_shows_own_live_devices_and_marks_the_current_one(
    client: ApiClient, session: AsyncSession
) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.commit()
    phone, laptop = await client.as_(ada), await client.as_(ada)
    await client.as_(eve)
    gone = await client.as_(ada)
    await gone.delete("/identity/sessions/current")
    items = (await laptop.get("/identity/sessions")).json()["items"]
    assert [each["is_current"] for each in items] == [True, False]
    assert phone.bearer is not None


async def test_the_list_of_devices_is_for_the_signed_in(client: ApiClient) -> None:
    assert (await client.get("/identity/sessions")).status_code == 401


async def test_one_device_ends_another(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account())
    await session.commit()
    phone, laptop = await client.as_(ada), await client.as_(ada)
    lost = tokens.verify(phone.bearer or "").auth_session_id
    assert (await laptop.delete(f"/identity/sessions/{lost}")).status_code == 204
    assert (await phone.get("/identity/me")).status_code == 401


async def test_anothers_login_is_unknown(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.commit()
    hers = tokens.verify((await client.as_(ada)).bearer or "").auth_session_id
    answer = await (await client.as_(eve)).delete(f"/identity/sessions/{hers}")
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.session_not_found")
    assert await session.scalar(select(AuthSession.revoked_at).where(AuthSession.id == hers)) is None


async def test_an_ended_login_cannot_be_ended_again(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account())
    await session.commit()
    phone, laptop = await client.as_(ada), await client.as_(ada)
    await phone.delete("/identity/sessions/current")
    ended = tokens.verify(phone.bearer or "").auth_session_id
    assert (await laptop.delete(f"/identity/sessions/{ended}")).status_code == 404


# Keys


async def test_the_published_keys_verify_what_is_issued(client: ApiClient, linked: SignIn, address: str) -> None:
    grant = await _signed_in(client, linked, address)
    answer = await client.get("root:/.well-known/jwks.json")
    assert answer.json() == tokens.jwks()
    assert "public" in answer.headers["Cache-Control"]
    assert tokens.verify(grant["access_token"]).account_id.hex == grant["account"]["id"].replace("-", "")


async def test_the_broom_takes_logins_that_are_long_over(session: AsyncSession, worker: WorkerOnDemand) -> None:
    session.add(ada := factory.account())
    await session.commit()
    session.add_all(
        [
            old := factory.auth_session(ada.id, expires_at=text("now() - interval '31 days'")),
            recent := factory.auth_session(ada.id, expires_at=text("now() - interval '29 days'")),
        ]
    )
    await session.commit()
    await worker.run_schedule("identity.forget_old_logins")
    left = await session.scalars(select(AuthSession.id).where(AuthSession.id.in_([old.id, recent.id])))
    assert list(left) == [recent.id]
