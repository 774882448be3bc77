"""The caller's own account."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories import identity as factory
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


@pytest.fixture
async def me(client: ApiClient, session: AsyncSession) -> ApiClient:
    session.add(ada := factory.account(name="Ada", timezone="Europe/London"))
    await session.commit()
    return await client.as_(ada)


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_stranger_has_no_account(client: ApiClient, method: str) -> None:
    body = {"json": {"name": "Eve"}} if method == "PATCH" else {}
    assert (await client.request(method, "/identity/account", **body)).status_code == 401


async def test_the_account_comes_with_its_version(me: ApiClient) -> None:
    answer = await me.get("/identity/account")
    assert (answer.json()["name"], answer.headers["ETag"]) == ("Ada", '"1"')


async def test_what_the_caller_has_already_is_304(me: ApiClient) -> None:
    assert (await me.get("/identity/account", headers={"If-None-Match": '"1"'})).status_code == 304


async def test_only_what_is_named_changes(me: ApiClient, worker: WorkerOnDemand) -> None:
    answer = await me.patch("/identity/account", {"name": "Ada King", "locale": "en-GB"})
    body = answer.json()
    assert (body["name"], body["locale"], body["timezone"]) == ("Ada King", "en-GB", "Europe/London")
    assert (await me.get("/identity/account")).json() == body
    assert len(await worker.announced("identity.account_changed")) == 1


async def test_a_change_that_changes_nothing_is_not_announced(me: ApiClient, worker: WorkerOnDemand) -> None:
    await me.patch("/identity/account", {"name": "Ada"})
    assert await worker.announced("identity.account_changed") == []


async def test_a_time_zone_of_the_iana_list_is_taken(me: ApiClient) -> None:
    assert (await me.patch("/identity/account", {"timezone": "America/New_York"})).json()["timezone"] == (
        "America/New_York"
    )


async def test_the_time_zone_can_be_taken_back(me: ApiClient) -> None:
    assert (await me.patch("/identity/account", {"timezone": None})).json()["timezone"] is None


async def test_an_older_version_is_refused(me: ApiClient) -> None:
    await me.patch("/identity/account", {"name": "Ada King"})
    answer = await me.patch("/identity/account", {"name": "Eve"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412


@pytest.mark.parametrize(
    "body",
    [
        {"name": None},
        {"name": "  "},
        {"name": "x" * 201},
        {"timezone": "Europe/Atlantis"},
        {"timezone": "../../etc/passwd"},
        {"timezone": "/etc/localtime"},
        {"locale": "english please"},
        {"email": "eve@example.com"},
        {"status": "active"},
        {"email_verified_at": "2027-01-01T00:00:00Z"},
    ],
)
async def test_what_may_not_be_changed_is_422(me: ApiClient, body: dict[str, Any]) -> None:
    assert (await me.patch("/identity/account", body)).status_code == 422
