"""What clients promise under pressure: real connections, a committed database."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.studio.house import build_house
from tests.support.client import ApiClient, patiently
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


@pytest.mark.req("S-SLG-01")
async def test_fifty_clients_of_one_name_at_once_get_fifty_slugs(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        house = await build_house(session)
    staff = await crowd.as_(house.staff)
    answers = await asyncio.gather(
        *(patiently(lambda: staff.post("/studio/clients", {"name": "One name"})) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["slug"] for answer in answers}) == 50


async def test_of_ten_who_add_the_same_person_at_once_one_does(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        house = await build_house(session)
    staff = await crowd.as_(house.staff)
    path = f"/studio/clients/{house.ours.id}/members"
    body = {"email": house.stranger.email}
    answers = await asyncio.gather(*(patiently(lambda: staff.post(path, body)) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(await WorkerOnDemand(parallel, {}).announced("studio.client_member_added")) == 1


async def test_of_two_who_remove_each_other_from_the_staff_one_stays(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        house = await build_house(session)
    first = await crowd.as_(house.staff)
    await first.post("/studio/staff", {"email": house.stranger.email})
    second = await crowd.as_(house.stranger)
    answers = await asyncio.gather(
        first.delete(f"/studio/staff/{house.stranger.id}"), second.delete(f"/studio/staff/{house.staff.id}")
    )
    assert sorted(answer.status_code for answer in answers) in ([204, 403], [204, 404], [204, 409])
