"""The sums of paths follow the courses they are made of."""

import pytest

from tests.academy.authoring import Author
from tests.support.worker import WorkerOnDemand

AGENDA_ITEM = {
    "title": "More",
    "type": "W",
    "day_number": 2,
    "order_in_day": 1,
    "duration_minutes": 90,
    "description": "-",
}


@pytest.mark.req("A-TAB-24")
async def test_a_longer_agenda_makes_the_paths_through_the_course_longer(
    author: Author, worker: WorkerOnDemand
) -> None:
    course = await author.course(hours=16)
    paths = [await author.path(), await author.path()]
    for path in paths:
        await author.step(path, course)
    other = await author.path()
    await author.step(other)
    await author.admin.post(f"/academy/courses/{course.id}/sessions", AGENDA_ITEM)
    await worker.drain()
    assert [(await author.read(path))["total_hours"] for path in (*paths, other)] == [17.5, 17.5, 16]
    changes = [told.payload for told in await worker.announced("academy.path_changed")]
    assert [change["path_id"] for change in changes if change["fields"] == ["total_hours"]] == sorted(
        path["id"] for path in paths
    )


@pytest.mark.req("A-TAB-24")
async def test_another_price_of_a_course_is_another_list_price_and_another_discount(
    author: Author, worker: WorkerOnDemand
) -> None:
    course = await author.course(price_b2c=100_000)
    path = await author.path(bundle_price=50_000)
    await author.step(path, course)
    assert (await author.read(path))["bundle_discount"] == 50
    await author.admin.patch(f"/academy/courses/{course.id}", {"price_b2c": 200_000})
    await worker.drain()
    read = await author.read(path)
    assert (read["list_price"], read["bundle_discount"]) == (200_000, 75)
    etag = (await author.admin.get(f"/academy/paths/{path['id']}")).headers["ETag"]
    assert etag == '"1"', "no edit: an editor's form stays good"


async def test_what_does_not_concern_the_sums_changes_no_path(author: Author, worker: WorkerOnDemand) -> None:
    course = await author.course()
    path = await author.path()
    await author.step(path, course)
    before = len(await worker.announced("academy.path_changed"))
    await author.admin.patch(f"/academy/courses/{course.id}", {"title": "Other", "price_b2b": 7})
    await worker.drain()
    assert len(await worker.announced("academy.path_changed")) == before
