"""The studio's own session: it acts as the caller from the first statement on, and as nobody when it is forgotten."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import secrets as core_secrets
from app.core.database import tickets
from app.core.http.session import Session, StepwiseSession
from app.identity.actor import Actor
from app.identity.deps import StepwiseActor
from app.settings import settings
from app.studio.deps import StudioSession, TicketRefused, act_as
from app.studio.models import Article, Client
from tests.core.http.edge import client_of, edge_app
from tests.factories import studio as make
from tests.studio.estates import World, bind
from tests.support.people import access_token

router = APIRouter()


@router.get("/articles")
async def list_articles(session: StudioSession) -> list[UUID]:
    return list(await session.scalars(select(Article.id)))


@router.get("/forgotten")
async def list_articles_without_a_ticket(session: Session) -> list[UUID]:
    return list(await session.scalars(select(Article.id)))


@router.get("/stepwise")
async def list_articles_twice(actor: StepwiseActor, transactions: StepwiseSession) -> list[list[UUID]]:
    async with transactions.begin() as first:
        await act_as(first, actor)
        seen = list(await first.scalars(select(Article.id)))
    async with transactions.begin() as second:
        return [seen, list(await second.scalars(select(Article.id)))]


@pytest_asyncio.fixture
async def door(request_state: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    """A small application with the real layers and the test's transaction."""
    async with client_of(edge_app(router), **request_state) as http:
        yield http


@pytest.fixture
def secrets_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Restart the process's keys with another secret."""

    def restart(secret: str) -> None:
        chosen = settings().server.model_copy(update={"secret": SecretStr(secret)})
        monkeypatch.setattr(settings(), "server", chosen)
        core_secrets.keys_for.cache_clear()

    yield restart
    monkeypatch.undo()
    core_secrets.keys_for.cache_clear()


async def as_(session: AsyncSession, account_id: UUID) -> dict[str, str]:
    """The header of somebody who signed in."""
    return {"Authorization": f"Bearer {await access_token(session, account_id)}"}


@pytest.mark.req("S-RLS-02", "S-RLS-03")
async def test_each_request_sees_what_its_caller_may_and_the_next_one_starts_anew(
    door: httpx.AsyncClient, session: AsyncSession, world: World
) -> None:
    ours, theirs = (str(estate.keys["articles"]) for estate in (world.ours, world.theirs))
    for account, expected in (
        (world.ours.member, {ours}),
        (world.staff, {ours, theirs}),
        (world.stranger, set()),
        (world.theirs.member, {theirs}),
    ):
        caller = await as_(session, account)
        answer = await door.get("/articles", headers=caller)
        assert (answer.status_code, set(answer.json())) == (200, expected)
        assert (await door.get("/forgotten", headers=caller)).json() == []


async def test_a_stranger_without_a_token_is_asked_for_one(door: httpx.AsyncClient) -> None:
    assert (await door.get("/articles")).status_code == 401


@pytest.mark.req("S-RLS-03")
async def test_of_two_transactions_of_one_request_only_the_one_with_a_ticket_sees(
    door: httpx.AsyncClient, session: AsyncSession, world: World
) -> None:
    answer = await door.get("/stepwise", headers=await as_(session, world.ours.member))
    assert answer.json() == [[str(world.ours.keys["articles"])], []]


async def test_a_job_acts_as_somebody_or_as_the_house_and_says_so(session: AsyncSession, world: World) -> None:
    both = {world.ours.keys["articles"], world.theirs.keys["articles"]}
    found: list[tuple[bool, set[UUID]]] = []
    for actor in (Actor(world.ours.member), Actor(world.staff), Actor(world.stranger), Actor.system()):
        sees_all = await act_as(session, actor)
        found.append((sees_all, set(await session.scalars(select(Article.id)))))
    assert found == [(False, {world.ours.keys["articles"]}), (True, both), (False, set()), (True, both)]


async def test_what_is_written_through_the_mapper_obeys_as_well(session: AsyncSession, world: World) -> None:
    await act_as(session, Actor(world.ours.member))
    session.add(make.program(world.ours.keys["clients"]))
    await session.flush()  # ours: nothing is said against it
    session.add(make.program(world.theirs.keys["clients"]))
    with pytest.raises(Exception, match="row-level security"):
        await session.flush()


async def test_who_forgets_the_house_and_acts_as_its_account_is_nobody(session: AsyncSession) -> None:
    await bind(session, tickets.for_account(Actor.system().account_id))
    assert (await session.scalars(select(Client.id))).all() == []


@pytest.mark.parametrize("actor", [Actor.system(), Actor(UUID(int=7))])
async def test_a_process_whose_key_the_database_does_not_know_hears_so_at_once(
    session: AsyncSession, secrets_set: Callable[[str], None], actor: Actor
) -> None:
    """Empty lists would be believed by everybody."""
    secrets_set("a secret that nobody taught the database, 12345")
    with pytest.raises(TicketRefused, match="lyceum migrate"):
        await act_as(session, actor)
