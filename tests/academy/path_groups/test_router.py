"""Choices within paths: who may, how steps come in and out, and what a choice in use keeps."""

from typing import Any
from uuid import UUID

import pytest

from app.identity.models import Account
from tests.academy.authoring import Author, Document, refusal
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/academy/paths/{id}/groups", {"title": "Choose"}),
    ("GET", "/academy/path-groups/{group_id}", None),
    ("PATCH", "/academy/path-groups/{group_id}", {"title": "Other"}),
    ("DELETE", "/academy/path-groups/{group_id}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_only_platform_admins_edit_groups(
    client: ApiClient, author: Author, learner: Account, method: str, path: str, *, body: Any
) -> None:
    shown, hidden = await author.active(), await author.path()
    url, not_shown = [path.format(id=made["id"], group_id=(await author.group(made))["id"]) for made in (shown, hidden)]
    as_learner = await client.as_(learner)
    assert (await client.request(method, url, json=body)).status_code == 401
    assert (await as_learner.request(method, url, json=body)).status_code == 403
    assert (await as_learner.request(method, not_shown, json=body)).status_code == 404
    nowhere = path.format(id=UNKNOWN, group_id=UNKNOWN)
    assert (await author.admin.request(method, nowhere, json=body)).status_code == 404


async def test_a_group_is_made_read_changed_and_deleted(author: Author, worker: WorkerOnDemand) -> None:
    path = await author.path()
    answer = await author.admin.post(f"/academy/paths/{path['id']}/groups", {"title": "Choose"}, key="once")
    again = await author.admin.post(f"/academy/paths/{path['id']}/groups", {"title": "Choose"}, key="once")
    group = answer.json()
    assert (answer.status_code, group, again.json()) == (201, group | {"choose_n": 1, "path_id": path["id"]}, group)
    url = f"/academy/path-groups/{group['id']}"
    assert (await author.admin.get(url)).json() == group
    assert (await author.admin.patch(url, {"title": "Choose"})).headers["ETag"] == '"1"'
    changed = await author.admin.patch(url, {"title": "Other", "choose_n": 3})
    assert (changed.headers["ETag"], changed.json()["choose_n"]) == ('"2"', 3)
    assert (await author.admin.get(url, headers={"If-None-Match": '"2"'})).status_code == 304
    for method, body in (("PATCH", {"title": "-"}), ("DELETE", None)):
        stale = await author.admin.request(method, url, json=body, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "core.stale")
    assert (await author.admin.delete(url)).status_code == 204
    assert (await author.read(path))["groups"] == []
    assert len(await worker.announced("academy.path_steps_changed")) == 3


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"title": ""}, "/title"), ({"choose_n": 0}, "/choose_n"), ({"choose_n": 101}, "/choose_n")],
)
async def test_a_wrong_field_is_named(author: Author, wrong: dict[str, Any], pointer: str) -> None:
    path = await author.path()
    answer = await author.admin.post(f"/academy/paths/{path['id']}/groups", {"title": "Choose"} | wrong)
    assert refusal(answer) == (422, "core.invalid", [pointer])
    group = await author.group(path)
    assert refusal(await author.admin.patch(f"/academy/path-groups/{group['id']}", wrong))[2] == [pointer]


# Its steps


@pytest.mark.req("A-TAB-25")
async def test_the_steps_of_a_group_follow_each_other(author: Author) -> None:
    path = await author.path()
    group = await author.group(path)
    first = await author.step(path)
    a = await author.step(path, step_group_id=group["id"])
    last = await author.step(path)
    b = await author.step(path, step_group_id=group["id"])
    assert await author.order(path) == [first["id"], a["id"], b["id"], last["id"]]
    apart = await author.try_step(path, step_group_id=group["id"], step_number=1)
    assert refusal(apart)[:2] == (422, "academy.choice_scattered")
    assert set(refusal(apart)[2]) == {"/step_number"}
    into = await author.admin.patch(f"/academy/path-steps/{last['id']}", {"step_group_id": group["id"]})
    assert into.json()["step_group_id"] == group["id"]
    between = await author.admin.patch(f"/academy/path-steps/{b['id']}", {"step_group_id": None})
    assert refusal(between) == (422, "academy.choice_scattered", ["/step_group_id"])


async def test_a_group_of_another_path_is_refused(author: Author) -> None:
    path, other = await author.path(), await author.path()
    theirs = {"step_group_id": (await author.group(other))["id"]}
    step = await author.step(path)
    expected = (422, "academy.path_group_unknown", ["/step_group_id"])
    assert refusal(await author.try_step(path, **theirs)) == expected
    assert refusal(await author.admin.patch(f"/academy/path-steps/{step['id']}", theirs)) == expected


async def test_the_steps_of_a_group_are_all_required_or_all_optional(author: Author) -> None:
    path = await author.path()
    group = await author.group(path)

    async def required() -> list[bool]:
        return [step["is_required"] for step in (await author.read(path))["steps"]]

    first = await author.step(path, step_group_id=group["id"], is_required=False)
    await author.step(path, step_group_id=group["id"])
    assert await required() == [False, False]
    await author.step(path, step_group_id=group["id"], is_required=True)
    assert await required() == [True, True, True]
    await author.admin.patch(f"/academy/path-steps/{first['id']}", {"is_required": False})
    assert await required() == [False, False, False]
    alone = await author.step(path)
    await author.admin.patch(f"/academy/path-steps/{alone['id']}", {"step_group_id": group["id"]})
    assert await required() == [False, False, False, False]
    await author.admin.patch(f"/academy/path-steps/{alone['id']}", {"step_group_id": None, "is_required": True})
    assert await required() == [False, False, False, True]


async def test_a_group_with_steps_stays(author: Author) -> None:
    path = await author.path()
    group = await author.group(path)
    step = await author.step(path, step_group_id=group["id"])
    url = f"/academy/path-groups/{group['id']}"
    assert refusal(await author.admin.delete(url))[:2] == (409, "academy.path_group_has_steps")
    await author.admin.patch(f"/academy/path-steps/{step['id']}", {"step_group_id": None})
    assert (await author.admin.delete(url)).status_code == 204


# In use


async def choice_in_use(author: Author, in_use: str) -> tuple[Document, Document, list[Document]]:
    """A path of one choice, two of three, that is active or has people; the group, its steps."""
    path = await author.path()
    group = await author.group(path, choose_n=2)
    steps = [await author.step(path, step_group_id=group["id"]) for _ in range(3)]
    if in_use == "active":
        await author.activate(path)
    else:
        await author.enter(path)
    return path, group, steps


@pytest.mark.parametrize("in_use", ["active", "with people"])
async def test_of_a_choice_in_use_there_is_always_enough_to_choose_from(author: Author, in_use: str) -> None:
    _, group, steps = await choice_in_use(author, in_use)
    url = f"/academy/path-groups/{group['id']}"
    refused = (409, "academy.path_not_fit", [f"/groups/{group['id']}/choose_n"])
    assert refusal(await author.admin.patch(url, {"choose_n": 4})) == refused
    assert (await author.admin.delete(f"/academy/path-steps/{steps[0]['id']}")).status_code == 204
    assert refusal(await author.admin.delete(f"/academy/path-steps/{steps[1]['id']}")) == refused
    assert (
        refusal(await author.admin.patch(f"/academy/path-steps/{steps[1]['id']}", {"step_group_id": None})) == refused
    )
    assert (await author.admin.patch(url, {"choose_n": 1})).status_code == 200
    assert (await author.admin.delete(f"/academy/path-steps/{steps[1]['id']}")).status_code == 204


async def test_while_nobody_sees_a_path_a_choice_may_be_larger_than_its_steps(author: Author) -> None:
    path = await author.path()
    group = await author.group(path, choose_n=2)
    await author.step(path, step_group_id=group["id"])
    assert (await author.read(path))["total_courses"] == 1
