"""Prices of paths: who may, what fits together, and what a path that is sold by them keeps."""

from typing import Any
from uuid import UUID

import pytest

from app.identity.models import Account
from tests.academy.authoring import Author, refusal
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)
BUNDLE = {"kind": "bundle", "price_cents": 249_700}

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/academy/paths/{id}/offers", BUNDLE),
    ("GET", "/academy/path-offers/{offer_id}", None),
    ("PATCH", "/academy/path-offers/{offer_id}", {"price_cents": 1}),
    ("DELETE", "/academy/path-offers/{offer_id}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_only_platform_admins_edit_offers(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    shown, hidden = await author.active(), await author.path()
    url, not_shown = [path.format(id=made["id"], offer_id=(await author.offer(made))["id"]) for made in (shown, hidden)]
    as_learner = await client.as_(learner)
    assert (await client.request(method, url, json=body)).status_code == 401
    assert (await as_learner.request(method, url, json=body)).status_code == 403
    assert (await as_learner.request(method, not_shown, json=body)).status_code == 404
    nowhere = path.format(id=UNKNOWN, offer_id=UNKNOWN)
    assert (await author.admin.request(method, nowhere, json=body)).status_code == 404


@pytest.mark.req("A-TAB-24")
async def test_a_path_has_several_prices(author: Author, worker: WorkerOnDemand) -> None:
    """A subscription for organizations, and the same path once for all (Z-123)."""
    path = await author.path(pricing_model="subscription", bundle_price=None)
    monthly = await author.offer(path, for_organizations=True)
    bundle = await author.offer(path, **BUNDLE, billing_interval=None)
    assert (monthly["kind"], monthly["billing_interval"], monthly["for_organizations"]) == (
        *("subscription", "month", True),
    )
    assert (bundle["price_cents"], bundle["currency"], bundle["is_active"]) == (249_700, "usd", True)
    assert [offer["id"] for offer in (await author.read(path))["offers"]] == [monthly["id"], bundle["id"]]
    assert len(await worker.announced("academy.path_offer_changed")) == 2


@pytest.mark.parametrize("body", [BUNDLE | {"billing_interval": "year"}, {"kind": "subscription", "price_cents": 1}])
async def test_a_subscription_has_an_interval_and_a_bundle_has_none(author: Author, body: dict[str, Any]) -> None:
    answer = await author.admin.post(f"/academy/paths/{(await author.path())['id']}/offers", body)
    assert refusal(answer) == (422, "academy.offer_interval", ["/billing_interval"])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kind": "gift"}, "/kind"),
        ({"price_cents": -1}, "/price_cents"),
        ({"price_cents": 1.5}, "/price_cents"),
        ({"currency": "zzz"}, "/currency"),
        ({"billing_interval": "week"}, "/billing_interval"),
        ({"stripe_price_id": "price 1"}, "/stripe_price_id"),
    ],
)
async def test_a_wrong_field_is_named(author: Author, wrong: dict[str, Any], pointer: str) -> None:
    answer = await author.admin.post(f"/academy/paths/{(await author.path())['id']}/offers", BUNDLE | wrong)
    assert refusal(answer) == (422, "core.invalid", [pointer])


async def test_a_price_at_stripe_stands_for_one_offer(author: Author) -> None:
    path = await author.path()
    await author.offer(path, stripe_price_id="price_1")
    other = await author.offer(path)
    taken = (409, "academy.stripe_price_taken")
    body = BUNDLE | {"stripe_price_id": "price_1"}
    assert refusal(await author.admin.post(f"/academy/paths/{path['id']}/offers", body))[:2] == taken
    changed = await author.admin.patch(f"/academy/path-offers/{other['id']}", {"stripe_price_id": "price_1"})
    assert refusal(changed)[:2] == taken


async def test_an_offer_changes_under_its_version(author: Author, worker: WorkerOnDemand) -> None:
    url = f"/academy/path-offers/{(await author.offer(await author.path()))['id']}"
    assert (await author.admin.patch(url, {"price_cents": 29_900})).headers["ETag"] == '"1"'
    changed = await author.admin.patch(url, {"price_cents": 5, "stripe_price_id": "price_2"})
    assert (changed.headers["ETag"], changed.json()["price_cents"]) == ('"2"', 5)
    assert (await author.admin.get(url)).json() == changed.json()
    assert (await author.admin.get(url, headers={"If-None-Match": '"2"'})).status_code == 304
    for method, body in (("PATCH", {"price_cents": 6}), ("DELETE", None)):
        stale = await author.admin.request(method, url, json=body, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "core.stale")
    assert (await author.admin.patch(url, {"kind": "bundle"})).status_code == 422
    assert len(await worker.announced("academy.path_offer_changed")) == 2


async def test_an_offer_off_sale_is_seen_by_admins_and_can_come_back(
    client: ApiClient, author: Author, learner: Account
) -> None:
    path = await author.active()
    url = f"/academy/path-offers/{(await author.offer(path))['id']}"
    as_learner = await client.as_(learner)
    for _ in range(2):
        assert (await author.admin.delete(url)).status_code == 204
    assert (await author.admin.get(url)).json()["is_active"] is False
    assert (await as_learner.get(url)).status_code == 404
    assert (await client.get(f"/academy/paths/{path['id']}")).json()["offers"] == []
    assert (await author.admin.patch(url, {"is_active": True})).json()["is_active"] is True
    assert len((await client.get(f"/academy/paths/{path['id']}")).json()["offers"]) == 1


async def test_the_last_subscription_of_a_path_that_is_sold_by_it_stays_on_sale(author: Author) -> None:
    path = await author.path(pricing_model="subscription", bundle_price=None)
    await author.step(path)
    last, other = await author.offer(path), await author.offer(path, billing_interval="year")
    await author.offer(path, **BUNDLE, billing_interval=None)
    await author.activate(path)
    url = f"/academy/path-offers/{last['id']}"
    assert (await author.admin.delete(f"/academy/path-offers/{other['id']}")).status_code == 204
    assert refusal(await author.admin.delete(url)) == (409, "academy.path_not_fit", ["/is_active"])
    await author.admin.delete(f"/academy/paths/{path['id']}/activation")
    assert (await author.admin.delete(url)).status_code == 204
