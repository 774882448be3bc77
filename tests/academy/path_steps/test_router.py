"""The steps of a path: who may, how they are placed and opened, what is refused, and the sums that follow."""

from typing import Any
from uuid import UUID

import pytest

from app.identity.models import Account
from tests.academy.authoring import Author, refusal
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/academy/paths/{id}/steps", {"course_id": str(UNKNOWN)}),
    ("PUT", "/academy/paths/{id}/steps/order", {"step_ids": [str(UNKNOWN)]}),
    ("GET", "/academy/path-steps/{step_id}", None),
    ("PATCH", "/academy/path-steps/{step_id}", {"notes": "-"}),
    ("DELETE", "/academy/path-steps/{step_id}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_only_platform_admins_edit_steps(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    url = path.format(**await author.active())
    assert (await client.request(method, url, json=body)).status_code == 401
    assert (await (await client.as_(learner)).request(method, url, json=body)).status_code == 403
    nowhere = path.format(id=UNKNOWN, step_id=UNKNOWN)
    assert (await author.admin.request(method, nowhere, json=body)).status_code == 404


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_the_steps_of_an_inactive_path_are_not_there_for_others(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    made = await author.path()
    url = path.format(id=made["id"], step_id=(await author.step(made))["id"])
    assert (await (await client.as_(learner)).request(method, url, json=body)).status_code == 404


# Adding


@pytest.mark.req("A-TAB-25")
async def test_a_step_comes_last_required_and_after_the_one_before_unless_told_otherwise(
    author: Author, worker: WorkerOnDemand
) -> None:
    path = await author.path()
    course = await author.course()
    plain = await author.step(path, course)
    told = await author.step(
        path,
        is_required=False,
        unlock_rule="after_days",
        unlock_after_days=14,
        recommended_timeframe="Week 3-4",
        notes="For us",
    )
    common = {"path_id": path["id"], "step_group_id": None, "unlock_after_step_id": None}
    assert plain | common | {"course_id": str(course.id), "step_number": 1, "is_required": True} == plain
    assert (plain["unlock_rule"], plain["unlock_after_days"]) == ("sequential", None)
    assert told | common | {"step_number": 2, "is_required": False, "unlock_after_days": 14, "notes": "For us"} == told
    assert len(await worker.announced("academy.path_steps_changed")) == 2


async def test_a_step_with_a_number_moves_those_behind_it(author: Author) -> None:
    path = await author.path()
    first, second = await author.step(path), await author.step(path)
    front = await author.step(path, step_number=1)
    between = await author.step(path, step_number=3)
    assert await author.order(path) == [front["id"], first["id"], between["id"], second["id"]]
    behind = await author.try_step(path, step_number=6)
    assert refusal(behind) == (422, "academy.path_order_incomplete", ["/step_number"])


async def test_creating_again_with_the_same_key_adds_one_step(author: Author) -> None:
    path = await author.path()
    body = {"course_id": str((await author.course()).id)}
    url = f"/academy/paths/{path['id']}/steps"
    answers = [await author.admin.post(url, body, key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await author.order(path)) == 1


async def test_a_course_that_is_not_there_is_refused_and_so_is_one_that_is_in_the_path(author: Author) -> None:
    path = await author.path()
    course = await author.course()
    await author.step(path, course)
    assert refusal(await author.try_step(path, course)) == (409, "academy.course_in_path", ["/course_id"])
    unknown = await author.admin.post(f"/academy/paths/{path['id']}/steps", {"course_id": str(UNKNOWN)})
    assert refusal(unknown) == (422, "academy.path_course_unknown", ["/course_id"])
    assert len(await author.order(path)) == 1


@pytest.mark.parametrize("status", ["draft", "archived"])
async def test_an_active_path_takes_published_courses_only(author: Author, status: str) -> None:
    path = await author.active()
    answer = await author.try_step(path, await author.course(status=status))
    assert refusal(answer) == (409, "academy.course_not_published", ["/course_id"])
    assert (await author.try_step(await author.path(), await author.course(status=status))).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"unlock_rule": "after_days"}, ["/unlock_after_days"]),
        ({"unlock_rule": "after_completion"}, ["/unlock_after_step_id"]),
        ({"unlock_rule": "immediate", "unlock_after_days": 3}, ["/unlock_after_days"]),
        ({"unlock_rule": "sequential", "unlock_after_step_id": str(UNKNOWN)}, ["/unlock_after_step_id"] * 2),
        ({"unlock_rule": "after_completion", "unlock_after_step_id": str(UNKNOWN)}, ["/unlock_after_step_id"]),
    ],
)
async def test_an_unlock_rule_without_its_fields_or_with_anothers_is_refused(
    author: Author, body: dict[str, Any], pointers: list[str]
) -> None:
    path = await author.path()
    step = await author.step(path)
    assert refusal(await author.try_step(path, **body)) == (422, "academy.unlock_refused", pointers)
    changed = await author.admin.patch(f"/academy/path-steps/{step['id']}", body)
    assert refusal(changed) == (422, "academy.unlock_refused", pointers)
    assert (await author.read(path))["steps"][0]["unlock_rule"] == "sequential"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"course_id": "prompting"}, "/course_id"),
        ({"step_number": 0}, "/step_number"),
        ({"step_number": 101}, "/step_number"),
        ({"is_required": "yes"}, "/is_required"),
        ({"unlock_rule": "whenever"}, "/unlock_rule"),
        ({"unlock_rule": "after_days", "unlock_after_days": -1}, "/unlock_after_days"),
        ({"unlock_rule": "after_days", "unlock_after_days": 3_651}, "/unlock_after_days"),
        ({"recommended_timeframe": ""}, "/recommended_timeframe"),
        ({"path_id": str(UNKNOWN)}, "/path_id"),
    ],
)
async def test_a_wrong_field_is_named(author: Author, wrong: dict[str, Any], pointer: str) -> None:
    assert refusal(await author.try_step(await author.path(), **wrong)) == (422, "core.invalid", [pointer])


async def test_a_path_has_a_hundred_steps_at_most(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.academy.path_steps.service.MOST_STEPS", 1)
    path = await author.path()
    await author.step(path)
    assert refusal(await author.try_step(path))[:2] == (409, "academy.path_is_full")


# Opening


async def test_steps_that_would_wait_in_a_circle_are_refused_at_the_field(author: Author) -> None:
    path = await author.path()
    first, second = await author.step(path), await author.step(path)
    waits = {"unlock_rule": "after_completion", "unlock_after_step_id": second["id"]}
    answer = await author.admin.patch(f"/academy/path-steps/{first['id']}", waits)
    assert refusal(answer) == (422, "academy.unlock_refused", ["/unlock_rule", "/unlock_rule"])
    await author.admin.patch(f"/academy/path-steps/{second['id']}", {"unlock_rule": "immediate"})
    assert (await author.admin.patch(f"/academy/path-steps/{first['id']}", waits)).status_code == 200
    back = await author.admin.patch(f"/academy/path-steps/{second['id']}", {"unlock_rule": "sequential"})
    assert refusal(back)[1] == "academy.unlock_refused"


async def test_another_unlock_rule_takes_the_fields_of_the_former_one_away(author: Author) -> None:
    path = await author.path()
    first = await author.step(path)
    second = await author.step(path, unlock_rule="after_days", unlock_after_days=7)
    url = f"/academy/path-steps/{second['id']}"
    shown = ("unlock_rule", "unlock_after_days", "unlock_after_step_id")
    for body, found in (
        ({"unlock_after_days": 9}, ("after_days", 9, None)),
        (
            {"unlock_rule": "after_completion", "unlock_after_step_id": first["id"]},
            ("after_completion", None, first["id"]),
        ),
        ({"unlock_rule": "after_completion", "notes": "-"}, ("after_completion", None, first["id"])),
        ({"unlock_rule": "immediate"}, ("immediate", None, None)),
    ):
        step = (await author.admin.patch(url, body)).json()
        assert tuple(step[name] for name in shown) == found


async def test_a_step_does_not_wait_for_what_not_everybody_chooses(author: Author) -> None:
    path = await author.path()
    group = await author.group(path)
    chosen = await author.step(path, step_group_id=group["id"])
    waits = {"unlock_rule": "after_completion", "unlock_after_step_id": chosen["id"]}
    answer = await author.try_step(path, **waits)
    assert refusal(answer) == (422, "academy.unlock_refused", ["/unlock_after_step_id"])
    assert (await author.try_step(path, step_group_id=group["id"], **waits)).status_code == 201


# Changing


async def test_a_change_has_a_version_and_an_overtaken_one_is_refused(author: Author, worker: WorkerOnDemand) -> None:
    path = await author.path()
    url = f"/academy/path-steps/{(await author.step(path))['id']}"
    told = len(await worker.announced("academy.path_steps_changed"))
    assert (await author.admin.patch(url, {"notes": None})).headers["ETag"] == '"1"'
    assert len(await worker.announced("academy.path_steps_changed")) == told
    changed = await author.admin.patch(url, {"notes": "New", "recommended_timeframe": "Week 1"})
    assert (changed.headers["ETag"], changed.json()["notes"]) == ('"2"', "New")
    assert (await author.admin.get(url, headers={"If-None-Match": '"2"'})).status_code == 304
    for method, body in (("PATCH", {"notes": "-"}), ("DELETE", None)):
        answer = await author.admin.request(method, url, json=body, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")


async def test_another_course_is_another_step(author: Author) -> None:
    step = await author.step(await author.path())
    for body in ({"course_id": str(UNKNOWN)}, {"step_number": 2}):
        assert (await author.admin.patch(f"/academy/path-steps/{step['id']}", body)).status_code == 422


# Ordering


async def test_steps_are_ordered_all_at_once_and_may_swap(author: Author, worker: WorkerOnDemand) -> None:
    path = await author.path()
    steps = [(await author.step(path))["id"] for _ in range(4)]
    url = f"/academy/paths/{path['id']}/steps/order"
    told = len(await worker.announced("academy.path_steps_changed"))
    wanted = [steps[3], steps[1], steps[0], steps[2]]
    for _ in range(2):
        answer = await author.admin.put(url, {"step_ids": wanted})
        assert [step["id"] for step in answer.json()["steps"]] == wanted
    assert await author.order(path) == wanted
    assert len(await worker.announced("academy.path_steps_changed")) == told + 1


async def test_an_order_that_is_none_is_refused_and_changes_nothing(author: Author) -> None:
    path = await author.path()
    steps = [(await author.step(path))["id"] for _ in range(2)]
    url = f"/academy/paths/{path['id']}/steps/order"
    for wanted, pointers in (
        ([steps[1]], ["/step_ids"]),
        ([steps[1], steps[1]], ["/step_ids/1", "/step_ids"]),
        ([steps[1], steps[0], str(UNKNOWN)], ["/step_ids/2"]),
    ):
        answer = await author.admin.put(url, {"step_ids": wanted})
        assert refusal(answer) == (422, "academy.path_order_incomplete", pointers)
    assert await author.order(path) == steps


async def test_an_order_that_closes_a_step_for_good_or_tears_a_choice_apart_is_refused(author: Author) -> None:
    path = await author.path()
    first = await author.step(path)
    waits = await author.step(path, unlock_rule="after_completion", unlock_after_step_id=first["id"])
    group = await author.group(path)
    a, b = [(await author.step(path, step_group_id=group["id"]))["id"] for _ in "ab"]
    url = f"/academy/paths/{path['id']}/steps/order"
    circle = await author.admin.put(url, {"step_ids": [waits["id"], first["id"], a, b]})
    assert refusal(circle)[:2] == (422, "academy.unlock_refused")
    assert set(refusal(circle)[2]) == {"/step_ids"}
    torn = await author.admin.put(url, {"step_ids": [a, first["id"], waits["id"], b]})
    assert refusal(torn) == (422, "academy.choice_scattered", ["/step_ids"])
    assert await author.order(path) == [first["id"], waits["id"], a, b]


# Removing


async def test_a_removed_step_leaves_no_gap(author: Author) -> None:
    path = await author.path()
    first, second, third = [(await author.step(path))["id"] for _ in range(3)]
    assert (await author.admin.delete(f"/academy/path-steps/{second}")).status_code == 204
    assert await author.order(path) == [first, third]
    assert (await author.admin.get(f"/academy/path-steps/{second}")).status_code == 404


async def test_a_step_that_another_waits_for_stays(author: Author) -> None:
    path = await author.path()
    first = await author.step(path)
    await author.step(path, unlock_rule="after_completion", unlock_after_step_id=first["id"])
    answer = await author.admin.delete(f"/academy/path-steps/{first['id']}")
    assert refusal(answer)[:2] == (409, "academy.path_step_awaited")
    assert "2" in answer.json()["detail"]


async def test_a_step_that_somebody_has_completed_stays(author: Author) -> None:
    path = await author.path()
    done, not_done = await author.step(path), await author.step(path)
    await author.enter(path, done["id"])
    answer = await author.admin.delete(f"/academy/path-steps/{done['id']}")
    assert refusal(answer)[:2] == (409, "academy.path_step_done")
    assert (await author.admin.delete(f"/academy/path-steps/{not_done['id']}")).status_code == 204


@pytest.mark.parametrize("in_use", ["active", "with people"])
async def test_the_last_required_step_of_a_path_in_use_stays_required(author: Author, in_use: str) -> None:
    path = await author.path()
    step = await author.step(path)
    if in_use == "active":
        await author.activate(path)
    else:
        await author.enter(path)
    url = f"/academy/path-steps/{step['id']}"
    assert refusal(await author.admin.delete(url)) == (409, "academy.path_not_fit", ["/steps"])
    assert refusal(await author.admin.patch(url, {"is_required": False}))[1] == "academy.path_not_fit"
    await author.step(path)
    assert (await author.admin.delete(url)).status_code == 204


# Sums


@pytest.mark.req("A-TAB-24")
async def test_the_sums_of_a_path_are_what_completing_it_takes(author: Author) -> None:
    """Of a choice the longest for the hours and the cheapest for the price; what is optional comes on top."""
    path = await author.path()

    async def sums() -> tuple[int, float, int | None]:
        read = await author.read(path)
        return read["total_courses"], read["total_hours"], read["list_price"]

    assert await sums() == (0, 0, None)
    await author.step(path, await author.course(hours=16, price_b2c=500))
    assert await sums() == (1, 16, 500)
    extra = await author.step(path, await author.course(hours=4, price_b2c=50), is_required=False)
    assert await sums() == (1, 16, 500)
    group = await author.group(path)
    for hours, price in ((8, 300), (10, 100), (6, 200)):
        await author.step(path, await author.course(hours=hours, price_b2c=price), step_group_id=group["id"])
    assert await sums() == (2, 26, 600)
    await author.admin.patch(f"/academy/path-groups/{group['id']}", {"choose_n": 2})
    assert await sums() == (3, 34, 800)
    await author.admin.patch(f"/academy/path-steps/{extra['id']}", {"is_required": True})
    assert await sums() == (4, 38, 850)
    await author.admin.delete(f"/academy/path-steps/{extra['id']}")
    assert await sums() == (3, 34, 800)
    await author.step(path, await author.course(price_b2c=1, currency="eur"))
    assert await sums() == (4, 50, None)
