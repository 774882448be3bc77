"""The catalogue of learning paths and its editing: for each call who may, what is refused, and what is there then."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.authoring import BODY, Author, refusal
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/academy/paths", BODY),
    ("PATCH", "/academy/paths/{id}", {"title": "Other"}),
    ("DELETE", "/academy/paths/{id}", None),
    ("PUT", "/academy/paths/{id}/skills", {"skill_ids": []}),
    ("PUT", "/academy/paths/{id}/activation", None),
    ("DELETE", "/academy/paths/{id}/activation", None),
]


async def titles(client: ApiClient, **query: Any) -> list[str]:
    """The titles on the first page."""
    return [path["title"] for path in (await client.get("/academy/paths", params=query)).json()["items"]]


# Who may


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_only_platform_admins_write(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    url = path.format(id=(await author.active())["id"])
    assert (await client.request(method, url, json=body)).status_code == 401
    answer = await (await client.as_(learner)).request(method, url, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "core.forbidden")


@pytest.mark.parametrize(("method", "path", "body"), WRITES[1:])
async def test_writing_to_an_unknown_path_is_404(author: Author, method: str, path: str, body: Any) -> None:
    assert (await author.admin.request(method, path.format(id=UNKNOWN), json=body)).status_code == 404


@pytest.mark.parametrize(("method", "path", "body"), WRITES[1:])
async def test_an_inactive_path_is_not_there_for_a_learner_who_would_write(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    url = path.format(id=(await author.path())["id"])
    assert (await (await client.as_(learner)).request(method, url, json=body)).status_code == 404


# The catalogue


@pytest.mark.req("A-LPA-01")
async def test_everybody_sees_every_active_path_whether_featured_or_not(client: ApiClient, author: Author) -> None:
    await author.active(title="Featured", is_featured=True)
    await author.active(title="Plain", is_featured=False)
    await author.path(title="Not yet")
    assert sorted(await titles(client)) == ["Featured", "Plain"]
    assert await titles(client, is_active=False) == []


async def test_platform_admins_see_those_that_are_not_active_too(author: Author) -> None:
    await author.active(title="Active")
    await author.path(title="Not yet")
    assert sorted(await titles(author.admin)) == ["Active", "Not yet"]
    assert await titles(author.admin, is_active=False) == ["Not yet"]


@pytest.mark.req("A-LPA-01")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"target_audience": "team"}, {"b", "c"}),
        ({"target_audience": "all"}, {"d"}),
        ({"is_featured": True}, {"a", "b"}),
        ({"is_featured": False}, {"c", "d"}),
        ({"target_audience": "team", "is_featured": True}, {"b"}),
        ({"target_audience": "individual", "is_featured": False}, set()),
        ({"q": "TEAMS"}, {"b", "c"}),
        ({"q": "cards"}, {"a"}),
        ({"q": "%"}, set()),
        ({"skill_id": "known"}, {"c"}),
        ({"skill_id": "unknown"}, set()),
    ],
)
async def test_filters_work_alone_and_combined(
    client: ApiClient, author: Author, session: AsyncSession, query: dict[str, Any], found: set[str]
) -> None:
    skill = learning.skill()
    session.add(skill)
    await session.commit()
    plain = {"short_description": "-", "description": "-"}
    await author.active(**plain | {"title": "a", "target_audience": "individual", "short_description": "For cards"})
    await author.active(**plain | {"title": "b", "target_audience": "team", "description": "Of teams"})
    developing = await author.active(
        **plain | {"title": "c", "target_audience": "team", "is_featured": False, "description": "For teams"}
    )
    await author.active(**plain | {"title": "d", "target_audience": "all", "is_featured": False})
    await author.admin.put(f"/academy/paths/{developing['id']}/skills", {"skill_ids": [str(skill.id)]})
    if "skill_id" in query:
        query = {"skill_id": str(skill.id if query["skill_id"] == "known" else new_id())}
    assert set(await titles(client, **query)) == found


@pytest.mark.req("A-LPA-01")
async def test_paths_go_by_their_order_and_then_by_title_page_by_page(client: ApiClient, author: Author) -> None:
    for order, title in ((10, "c"), (2, "z"), (10, "a"), (2, "y"), (10, "a"), (0, "m")):
        await author.active(title=title, sort_order=order)
    seen: list[str] = []
    ids: set[str] = set()
    cursor = None
    while cursor or not seen:
        page = (await client.get("/academy/paths", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [path["title"] for path in page["items"]]
        ids |= {path["id"] for path in page["items"]}
        cursor = page["next_cursor"]
    assert seen == ["m", "y", "z", "a", "a", "c"]
    assert len(ids) == 6


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"target_audience": "everybody"}, "/query/target_audience"),
        ({"is_featured": "perhaps"}, "/query/is_featured"),
        ({"skill_id": "prompting"}, "/query/skill_id"),
        ({"cursor": "forged"}, "/query/cursor"),
        ({"sort": "title"}, "/query/sort"),
    ],
)
async def test_a_wrong_filter_is_named(client: ApiClient, query: dict[str, Any], pointer: str) -> None:
    answer = await client.get("/academy/paths", params=query)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_page_of_many_and_a_path_of_many_steps_cost_no_more_than_of_one(
    client: ApiClient, author: Author, engine: AsyncEngine
) -> None:
    async def cost(url: str) -> int:
        with recorded(engine) as statements:
            await client.get(url)
        return len(statements)

    path = await author.active()
    url = f"/academy/paths/{path['id']}"
    of_one = await cost("/academy/paths"), await cost(url)
    for _ in range(5):
        await author.step(path)
    await author.offer(path)
    await author.group(path)
    for _ in range(5):
        await author.active()
    assert (await cost("/academy/paths"), await cost(url)) == of_one


# One path


async def test_a_path_is_read_with_everything_by_its_id_and_by_its_slug(
    client: ApiClient, author: Author, session: AsyncSession
) -> None:
    skill = learning.skill(name="Prompting")
    session.add(skill)
    await session.commit()
    path = await author.path()
    first = await author.course(title="First", price_b2c=40_000, hours=7.5)
    step = await author.step(path, first, unlock_rule="immediate", recommended_timeframe="Week 1", notes="For us")
    group = await author.group(path)
    offer = await author.offer(path, stripe_price_id="price_1", for_organizations=True)
    gone = await author.offer(path)
    await author.admin.delete(f"/academy/path-offers/{gone['id']}")
    await author.admin.put(f"/academy/paths/{path['id']}/skills", {"skill_ids": [str(skill.id)]})
    await author.admin.patch(f"/academy/paths/{path['id']}", {"bundle_price": 30_000})
    await author.admin.delete(f"/academy/path-groups/{group['id']}")
    await author.activate(path)

    read = await client.get(f"/academy/paths/{path['id']}")
    shown = read.json()
    assert read.headers["ETag"] == '"4"'
    assert (await client.get(f"/academy/paths/by-slug/{path['slug']}")).json() == shown
    assert {name: shown[name] for name in BODY} == BODY | {"bundle_price": 30_000}
    assert (shown["total_courses"], shown["total_hours"], shown["list_price"], shown["bundle_discount"]) == (
        *(1, 7.5, 40_000, 25),
    )
    (course_step,) = shown["steps"]
    assert course_step.pop("course") == {
        "id": str(first.id),
        "title": "First",
        "slug": first.slug,
        "session_type": "cohort",
        "capability_level": "fundamentals",
        "status": "published",
        "price_b2c": 40_000,
        "currency": "usd",
        "hours": 7.5,
    }
    assert course_step == step | {"notes": None}
    assert shown["offers"] == [offer | {"stripe_price_id": None}]
    assert shown["skills"] == [{"id": str(skill.id), "name": "Prompting", "slug": skill.slug, "category": "technical"}]
    assert shown["skill_ids"] == [str(skill.id)]
    for_admins = await author.read(path)
    assert for_admins["steps"][0]["notes"] == "For us"
    assert [each["stripe_price_id"] for each in for_admins["offers"]] == ["price_1", None]


async def test_who_is_in_a_path_keeps_seeing_it_when_it_leaves_the_catalogue(
    client: ApiClient, author: Author, learner: Account
) -> None:
    path = await author.active()
    inside = await author.enter(path)
    await author.admin.delete(f"/academy/paths/{path['id']}/activation")
    url = f"/academy/paths/{path['id']}"
    callers = [client, await client.as_(learner), await client.as_(inside), author.admin]
    assert [(await caller.get(url)).status_code for caller in callers] == [404, 404, 200, 200]
    by_slug = f"/academy/paths/by-slug/{path['slug']}"
    assert [(await caller.get(by_slug)).status_code for caller in callers] == [404, 404, 200, 200]
    assert await titles(await client.as_(inside)) == []


# Making and changing


async def test_a_new_path_is_outside_of_the_catalogue_with_the_fields_that_were_sent(
    author: Author, worker: WorkerOnDemand
) -> None:
    answer = await author.admin.post("/academy/paths", BODY)
    path = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert {name: path[name] for name in BODY} == BODY
    assert (path["slug"], path["is_active"]) == ("leading-with-ai", False)
    assert (path["total_courses"], path["total_hours"], path["list_price"], path["bundle_discount"]) == (
        *(0, 0, None, None),
    )
    (announced,) = await worker.announced("academy.path_changed")
    assert announced.payload["path_id"] == path["id"]


async def test_paths_of_one_title_have_different_slugs_and_keep_them(author: Author) -> None:
    first, second = await author.path(), await author.path()
    assert first["slug"] == "leading-with-ai" != second["slug"]
    renamed = await author.admin.patch(f"/academy/paths/{first['id']}", {"title": "Other"})
    assert (renamed.json()["title"], renamed.json()["slug"]) == ("Other", "leading-with-ai")


async def test_creating_again_with_the_same_key_gives_the_first_answer(author: Author) -> None:
    answers = [await author.admin.post("/academy/paths", BODY, key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await titles(author.admin)) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"short_description": "x" * 201}, "/short_description"),
        ({"target_audience": "everybody"}, "/target_audience"),
        ({"pricing_model": "free"}, "/pricing_model"),
        ({"bundle_price": -1}, "/bundle_price"),
        ({"currency": "zzz"}, "/currency"),
        ({"color": "green"}, "/color"),
        ({"icon_url": "icon.svg"}, "/icon_url"),
        ({"sort_order": -1}, "/sort_order"),
        ({"outcomes": ["x"] * 51}, "/outcomes"),
        ({"bundle_discount": 50}, "/bundle_discount"),
        ({"list_price": 1}, "/list_price"),
        ({"total_hours": 1}, "/total_hours"),
        ({"slug": "mine"}, "/slug"),
        ({"is_active": True}, "/is_active"),
    ],
)
async def test_a_wrong_field_is_named(author: Author, wrong: dict[str, Any], pointer: str) -> None:
    """No sum and no discount is ever written by hand (Z-123)."""
    answer = await author.admin.post("/academy/paths", BODY | wrong)
    assert refusal(answer) == (422, "core.invalid", [pointer])
    answer = await author.admin.patch(f"/academy/paths/{(await author.path())['id']}", wrong)
    assert refusal(answer) == (422, "core.invalid", [pointer])


async def test_a_thumbnail_that_is_not_there_is_refused(author: Author) -> None:
    answer = await author.admin.post("/academy/paths", BODY | {"thumbnail_id": str(UNKNOWN)})
    assert refusal(answer)[:2] == (422, "academy.thumbnail_unknown")


@pytest.mark.req("A-TAB-24")
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"pricing_model": "bundled", "bundle_price": None}, ["/bundle_price"]),
        ({"pricing_model": "individual", "bundle_price": 1}, ["/bundle_price"]),
        ({"pricing_model": "subscription", "bundle_price": 0}, ["/bundle_price"]),
    ],
)
async def test_a_path_has_a_bundle_price_exactly_when_it_is_bundled(
    author: Author, body: dict[str, Any], pointers: list[str]
) -> None:
    assert refusal(await author.admin.post("/academy/paths", BODY | body)) == (422, "academy.path_pricing", pointers)
    url = f"/academy/paths/{(await author.path())['id']}"
    assert refusal(await author.admin.patch(url, body)) == (422, "academy.path_pricing", pointers)
    assert (await author.admin.get(url)).json()["bundle_price"] == BODY["bundle_price"]


async def test_another_pricing_model_takes_the_bundle_price_away_and_back_it_needs_one(author: Author) -> None:
    url = f"/academy/paths/{(await author.path())['id']}"
    changed = (await author.admin.patch(url, {"pricing_model": "individual"})).json()
    assert (changed["pricing_model"], changed["bundle_price"]) == ("individual", None)
    assert refusal(await author.admin.patch(url, {"pricing_model": "bundled"}))[1] == "academy.path_pricing"
    back = await author.admin.patch(url, {"pricing_model": "bundled", "bundle_price": 5})
    assert back.json()["bundle_price"] == 5


@pytest.mark.req("A-TAB-24")
@pytest.mark.parametrize(
    ("bundle", "discount"), [(99_700, 23), (129_700, None), (140_000, None), (0, 100), (129_699, 0)]
)
async def test_the_discount_follows_from_the_two_prices(author: Author, bundle: int, discount: int | None) -> None:
    path = await author.path(bundle_price=bundle)
    for price in (49_900, 39_900, 39_900):
        await author.step(path, await author.course(price_b2c=price))
    read = await author.read(path)
    assert (read["list_price"], read["bundle_discount"]) == (129_700, discount)


async def test_a_change_is_announced_with_its_fields_and_one_of_nothing_is_not(
    author: Author, worker: WorkerOnDemand
) -> None:
    path = await author.path()
    url = f"/academy/paths/{path['id']}"
    same = await author.admin.patch(url, {"title": path["title"]})
    assert same.headers["ETag"] == '"1"'
    changed = await author.admin.patch(url, {"title": "Other", "sort_order": 3, "color": BODY["color"]})
    assert changed.headers["ETag"] == '"2"'
    _, told = await worker.announced("academy.path_changed")
    assert told.payload["fields"] == ["sort_order", "title"]


@pytest.mark.parametrize(
    ("method", "path", "body"), [WRITES[1], WRITES[2], ("PUT", "/academy/paths/{id}/skills", {"skill_ids": []})]
)
async def test_a_change_of_an_overtaken_version_is_refused(author: Author, method: str, path: str, body: Any) -> None:
    made = await author.path()
    await author.admin.patch(f"/academy/paths/{made['id']}", {"title": "Other"})
    answer = await author.admin.request(method, path.format(id=made["id"]), json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")
    assert '"2"' in answer.json()["detail"]


async def test_another_currency_takes_the_list_price_along(author: Author) -> None:
    path = await author.path()
    await author.step(path, await author.course(price_b2c=100, currency="eur"))
    assert (await author.read(path))["list_price"] is None
    await author.admin.patch(f"/academy/paths/{path['id']}", {"currency": "eur"})
    assert (await author.read(path))["list_price"] == 100


# Skills


async def test_the_skills_of_a_path_are_set_all_at_once(
    author: Author, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    skills = [learning.skill(name=name) for name in "abc"]
    session.add_all(skills)
    await session.commit()
    url = f"/academy/paths/{(await author.path())['id']}/skills"
    for chosen in (skills[:2], skills[1:], skills[1:], []):
        wanted = sorted(str(skill.id) for skill in chosen)
        answer = await author.admin.put(url, {"skill_ids": [*wanted, *wanted]})
        assert sorted(answer.json()["skill_ids"]) == wanted
    assert answer.headers["ETag"] == '"4"'
    assert len(await worker.announced("academy.path_changed")) == 4


async def test_an_unknown_skill_is_refused(author: Author) -> None:
    url = f"/academy/paths/{(await author.path())['id']}/skills"
    answer = await author.admin.put(url, {"skill_ids": [str(UNKNOWN)]})
    assert refusal(answer) == (422, "academy.path_skill_unknown", ["/skill_ids/0"])


# Into the catalogue and out of it


async def test_activating_and_deactivating_twice_changes_nothing(author: Author, worker: WorkerOnDemand) -> None:
    path = await author.path()
    await author.step(path)
    url = f"/academy/paths/{path['id']}/activation"
    answers = [await author.admin.request(method, url) for method in ("PUT", "PUT", "DELETE", "DELETE")]
    assert [answer.json()["is_active"] for answer in answers] == [True, True, False, False]
    assert [answer.headers["ETag"] for answer in answers] == ['"2"', '"2"', '"3"', '"3"']
    assert len(await worker.announced("academy.path_activated")) == 1


async def test_what_is_missing_for_the_catalogue_is_named_all_at_once(author: Author) -> None:
    path = await author.path(pricing_model="subscription", bundle_price=None)
    url = f"/academy/paths/{path['id']}/activation"
    assert refusal(await author.admin.put(url)) == (409, "academy.path_not_fit", ["/steps", "/offers"])
    await author.step(path, is_required=False)
    draft = await author.step(path, await author.course(status="draft"), is_required=False)
    group, empty = await author.group(path, choose_n=2), await author.group(path)
    await author.step(path, step_group_id=group["id"])
    refused = await author.admin.put(url)
    assert refusal(refused) == (
        409,
        "academy.path_not_fit",
        [f"/groups/{group['id']}/choose_n", f"/groups/{empty['id']}", f"/steps/{draft['id']}", "/offers"],
    )


@pytest.mark.parametrize(
    ("pricing", "sold_by", "is_fit"),
    [
        ({"pricing_model": "individual", "bundle_price": None}, None, True),
        ({"pricing_model": "bundled", "bundle_price": 5}, None, True),
        ({"pricing_model": "subscription", "bundle_price": None}, None, False),
        ({"pricing_model": "subscription", "bundle_price": None}, {"kind": "bundle", "billing_interval": None}, False),
        ({"pricing_model": "subscription", "bundle_price": None}, {"kind": "subscription"}, True),
    ],
)
async def test_a_path_sold_by_subscription_needs_one_on_sale(
    author: Author, pricing: dict[str, Any], sold_by: dict[str, Any] | None, is_fit: bool
) -> None:
    path = await author.path(**pricing)
    await author.step(path)
    if sold_by:
        await author.offer(path, **sold_by)
    answer = await author.admin.put(f"/academy/paths/{path['id']}/activation")
    assert answer.status_code == (200 if is_fit else 409)


async def test_an_active_path_is_not_turned_into_one_that_nobody_can_buy(author: Author) -> None:
    path = await author.active()
    url = f"/academy/paths/{path['id']}"
    answer = await author.admin.patch(url, {"pricing_model": "subscription"})
    assert refusal(answer) == (409, "academy.path_not_fit", ["/pricing_model"])
    await author.offer(path)
    assert (await author.admin.patch(url, {"pricing_model": "subscription"})).status_code == 200


# Deleting


async def test_a_path_that_nobody_was_in_is_deleted_with_all_that_belongs_to_it(
    author: Author, worker: WorkerOnDemand
) -> None:
    path = await author.path()
    first = await author.step(path)
    await author.step(path, unlock_rule="after_completion", unlock_after_step_id=first["id"])
    group = await author.group(path)
    await author.step(path, step_group_id=group["id"])
    await author.offer(path)
    url = f"/academy/paths/{path['id']}"
    assert (await author.admin.delete(url)).status_code == 204
    assert (await author.admin.get(url)).status_code == 404
    assert (await author.admin.get(f"/academy/path-steps/{first['id']}")).status_code == 404
    (told,) = await worker.announced("academy.path_deleted")
    assert told.payload == {"path_id": path["id"], "slug": path["slug"]}


async def test_a_path_with_people_is_deactivated_and_not_deleted(author: Author) -> None:
    path = await author.active()
    await author.enter(path)
    answer = await author.admin.delete(f"/academy/paths/{path['id']}")
    assert refusal(answer) == (409, "academy.path_has_people", [])
    assert (await author.admin.delete(f"/academy/paths/{path['id']}/activation")).status_code == 200
    assert len(await author.order(path)) == 1
