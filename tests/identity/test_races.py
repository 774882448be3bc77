"""Many at once, on real connections: what happens once happens once."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.magic_links import rules, service
from app.identity.magic_links.schemas import IdentityMagicLinkCreate
from app.identity.models import Account, AuthSession, MagicLink, OrganizationMembership, SignInMethod
from app.identity.sessions.service import Grant, open_login
from tests.factories import identity as factory
from tests.support.client import ApiClient

Sessions = async_sessionmaker[AsyncSession]
pytestmark = pytest.mark.parallel


async def _person(parallel: Sessions) -> Account:
    async with parallel.begin() as session:
        session.add(person := factory.account())
    return person


async def _login(parallel: Sessions, account: Account) -> Grant:
    async with parallel.begin() as session:
        return await open_login(session, Actor.system(), account, SignInMethod.magic_link, None)


async def _link(parallel: Sessions) -> str:
    async with parallel.begin() as session:
        await service.request_link(
            session, Actor.system(), IdentityMagicLinkCreate(email=f"{uuid4().hex}@example.com", name=None)
        )
    async with parallel() as session:
        return rules.new_token((await session.scalars(select(MagicLink))).one())


def _refreshes(crowd: ApiClient, tokens: list[str]) -> list[Any]:
    return [crowd.post("/identity/sessions/refresh", {"refresh_token": each}) for each in tokens]


async def test_one_refresh_sent_twenty_times_at_once_has_one_successor(crowd: ApiClient, parallel: Sessions) -> None:
    grant = await _login(parallel, await _person(parallel))
    answers: list[httpx.Response] = await asyncio.gather(*_refreshes(crowd, [grant.refresh_token] * 20))
    assert Counter(each.status_code for each in answers) == {200: 20}
    assert len({each.json()["refresh_token"] for each in answers}) == 1


async def test_after_a_crowd_of_refreshes_the_successor_still_works(crowd: ApiClient, parallel: Sessions) -> None:
    grant = await _login(parallel, await _person(parallel))
    answers: list[httpx.Response] = await asyncio.gather(*_refreshes(crowd, [grant.refresh_token] * 10))
    again = await crowd.post("/identity/sessions/refresh", {"refresh_token": answers[0].json()["refresh_token"]})
    assert again.status_code == 200


async def test_a_copied_token_ends_the_family_whoever_is_faster(crowd: ApiClient, parallel: Sessions) -> None:
    grant = await _login(parallel, await _person(parallel))
    chain = [grant.refresh_token]
    for _ in range(2):
        answer = await crowd.post("/identity/sessions/refresh", {"refresh_token": chain[-1]})
        chain.append(answer.json()["refresh_token"])
    await asyncio.gather(*_refreshes(crowd, [chain[0]] * 5 + [chain[-1]] * 5))
    async with parallel() as session:
        reason = await session.scalar(select(AuthSession.revoked_reason))
    assert reason == "reused"


async def test_a_link_pressed_by_twenty_at_once_opens_one_login(crowd: ApiClient, parallel: Sessions) -> None:
    token = await _link(parallel)
    answers = await asyncio.gather(*(crowd.post("/identity/sessions", {"magic_token": token}) for _ in range(20)))
    assert Counter(each.status_code for each in answers) == {201: 1, 401: 19}


async def test_a_crowd_asking_for_links_to_one_address_gets_five(crowd: ApiClient, parallel: Sessions) -> None:
    asked = [
        crowd.post("/identity/magic-links", {"email": f"{'ada' if n % 2 else 'ADA'}@example.com"}) for n in range(20)
    ]
    answers = await asyncio.gather(*asked)
    async with parallel() as session:
        made = await session.scalar(select(func.count()).select_from(MagicLink))
    assert (Counter(each.status_code for each in answers), made) == ({202: 20}, 5)


async def test_twenty_organizations_of_one_name_at_once_are_all_made(crowd: ApiClient, parallel: Sessions) -> None:
    me = await crowd.as_(await _person(parallel))
    answers = await asyncio.gather(*(me.post("/identity/organizations", {"name": "Guild"}) for _ in range(20)))
    assert Counter(each.status_code for each in answers) == {201: 20}
    assert len({each.json()["slug"] for each in answers}) == 20


async def test_admins_who_all_leave_at_once_leave_one_behind(crowd: ApiClient, parallel: Sessions) -> None:
    admins = [await _person(parallel) for _ in range(5)]
    async with parallel.begin() as session:
        session.add(guild := factory.organization())
        await session.flush()
        places = [factory.membership(guild.id, each.id, role="admin") for each in admins]
        session.add_all(places)
    leave = [
        (await crowd.as_(admin)).delete(f"/identity/memberships/{place.id}")
        for admin, place in zip(admins, places, strict=True)
    ]
    answers = await asyncio.gather(*leave)
    assert Counter(each.status_code for each in answers) == {204: 4, 409: 1}


async def test_a_person_taken_in_by_ten_at_once_belongs_once(crowd: ApiClient, parallel: Sessions) -> None:
    admin, person = await _person(parallel), await _person(parallel)
    organization_id: UUID = new_id()
    async with parallel.begin() as session:
        session.add(factory.organization(id=organization_id))
        await session.flush()
        session.add(factory.membership(organization_id, admin.id, role="admin"))
    me = await crowd.as_(admin)
    body = {"email": person.email, "role": "member"}
    path = f"/identity/organizations/{organization_id}/memberships"
    answers = await asyncio.gather(*(me.post(path, body) for _ in range(10)))
    async with parallel() as session:
        places = await session.scalar(select(func.count()).where(OrganizationMembership.account_id == person.id))
    assert (Counter(each.status_code for each in answers), places) == ({201: 1, 409: 9}, 1)
