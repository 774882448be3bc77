"""Over the API nobody comes from one client into another, at any depth, alone or among many (S-RLS-01 … S-RLS-03)."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.database.engine import normalise
from app.core.http.openapi import VERBS
from app.gateways import Gateways
from app.identity.models import Account
from tests.contract.operations import Operation, operations
from tests.studio.estates import OF_CLIENTS, World
from tests.studio.house import House, Insight, build_house, made
from tests.support.client import ApiClient, Contract, http_client
from tests.support.people import access_token
from tests.support.silence import SilentDoorbell

# What leads into a client, and which of its rows stands behind it.
ROWS = {
    "client_id": "clients",
    "program_id": "programs",
    "chapter_id": "chapters",
    "session_id": "sessions",
    "comment_id": "review_comments",
}
WORDS = {"type": ("terminology", "brief"), "version": ("1", "1")}


def inside(document: dict[str, Any]) -> list[Operation]:
    """The operations of the studio that lead into one client."""
    return [op for op in operations(document) if op.domain == "studio" and {*ROWS} & names(op)]


def names(op: Operation) -> set[str]:
    return {parameter["name"] for parameter in op.parameters_in("path")}


def address(op: Operation, world: World) -> str:
    """The path of an operation that leads to their rows."""
    path = op.path
    for name in names(op):
        if name in ROWS:
            found = str(world.theirs.keys[ROWS[name]])
        elif name == "revision_id":
            found = str(world.theirs.keys["program_revisions" if "/programs/" in op.path else "session_revisions"])
        elif name == "account_id":
            found = str(world.theirs.member)
        else:
            found = WORDS.get(name, ("1", "1"))["program" in op.path]
        path = path.replace(f"{{{name}}}", found)
    return path


async def content(insight: Insight) -> Any:
    """Everything that is in the studio, as one fingerprint per table."""
    sums = ", ".join(
        f"(SELECT (count(*), coalesce(sum(hashtext(t::text)), 0))::text FROM studio.{table} t)"  # noqa: S608  (our own names)
        for table in OF_CLIENTS
    )
    async with insight() as everything:
        return tuple((await everything.execute(text(f"SELECT {sums}"))).one())


@pytest.mark.req("S-RLS-01", "S-RLS-02", "Z-190")
async def test_a_member_finds_nothing_of_another_client_behind_any_operation(
    client: ApiClient, session: AsyncSession, insight: Insight, world: World, contract: Contract
) -> None:
    """Made from the document: an operation that is added is tried without anybody thinking of it."""
    caller = client.with_token(await access_token(session, world.ours.member))
    before = await content(insight)
    asked = inside(contract.document)
    told = {}
    for op in asked:
        more = {"json": op.body_examples[0]} if op.body is not None else {}
        answer = await caller.request(op.method, f"root:{address(op, world)}", **more)
        told[op.id] = answer.status_code
        assert str(world.theirs.keys["clients"]) not in answer.text.replace(answer.json()["instance"], "")
    assert set(told.values()) == {404}, {name: status for name, status in told.items() if status != 404}
    assert len(asked) >= 35
    assert {verb.upper() for verb in VERBS} == {op.method for op in asked}
    assert await content(insight) == before


async def test_the_same_addresses_lead_their_own_member_somewhere(
    client: ApiClient, session: AsyncSession, world: World, contract: Contract
) -> None:
    """Or the 404s above would prove nothing."""
    caller = client.with_token(await access_token(session, world.theirs.member))
    for op in inside(contract.document):
        if op.method == "GET":
            answer = await caller.get(f"root:{address(op, world)}")
            assert answer.status_code == 200, f"{op.id}: {answer.text}"


@pytest.mark.req("S-RLS-02")
async def test_nothing_is_moved_into_a_client_or_out_of_it(
    client: ApiClient, session: AsyncSession, insight: Insight, world: World
) -> None:
    caller = client.with_token(await access_token(session, world.ours.member))
    ours, theirs = world.ours.keys, world.theirs.keys
    before = await content(insight)
    for path, body in (
        (f"/studio/programs/{ours['programs']}/chapter-order", {"chapter_ids": [ours["chapters"], theirs["chapters"]]}),
        (f"/studio/chapters/{ours['chapters']}/session-order", {"session_ids": [ours["sessions"], theirs["sessions"]]}),
    ):
        answer = await caller.put(path, {name: [str(each) for each in found] for name, found in body.items()})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown")
    for path, field_name in (
        (f"/studio/programs/{ours['programs']}", "client_id"),
        (f"/studio/chapters/{ours['chapters']}", "program_id"),
        (f"/studio/sessions/{ours['sessions']}", "chapter_id"),
    ):
        answer = await caller.patch(path, {field_name: str(theirs["clients"])})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field_name}")
    assert await content(insight) == before


# A thousand requests on three connections


@dataclass
class Caller:
    """Somebody, what they may see, and the words that only their client's rows hold."""

    api: ApiClient
    word: str
    foreign: tuple[str, ...]
    programs: list[dict[str, Any]] = field(default_factory=list)


@pytest_asyncio.fixture
async def few(
    app: FastAPI,
    contract: Contract,
    database_url: str,
    parallel: async_sessionmaker[AsyncSession],
    gateways: Gateways,
) -> AsyncIterator[ApiClient]:
    """The API over three connections for everybody."""
    url, arguments = normalise(database_url)
    engine: AsyncEngine = create_async_engine(url, pool_size=3, max_overflow=0, pool_timeout=60, connect_args=arguments)
    state = {
        "sessions": async_sessionmaker(engine, expire_on_commit=False),
        "drivers": None,
        "gateways": gateways,
        "doorbell": SilentDoorbell(),
        "limiter": None,
    }

    async def token(account_id: UUID) -> str:
        async with parallel.begin() as session:
            return await access_token(session, account_id)

    async with http_client(app, lambda: state) as http:
        yield ApiClient(http, contract, token, lambda: None)
    await engine.dispose()


async def settle(api: ApiClient, account: Account, client_id: UUID, word: str, foreign: str) -> Caller:
    caller = Caller(await api.as_(account), word, (foreign,))
    for number in range(2):
        body = {"name": f"{word} {number}", "description": word}
        program = await made(caller.api.post(f"/studio/clients/{client_id}/programs", body))
        chapter = await made(caller.api.post(f"/studio/programs/{program['id']}/chapters", {"title": word}))
        program["chapter"], program["session"] = chapter["id"], []
        path = f"/studio/chapters/{chapter['id']}/sessions"
        program["session"] = (await made(caller.api.post(path, {"title": word})))["id"]
        caller.programs.append(program)
    return caller


@pytest.mark.parallel
@pytest.mark.req("S-RLS-03")
async def test_of_a_thousand_interleaved_requests_of_two_clients_none_crosses(
    few: ApiClient, parallel: async_sessionmaker[AsyncSession]
) -> None:
    async with parallel() as session:
        house: House = await build_house(session)
    ours = await settle(few, house.author, house.ours.id, "Heron", "Otter")
    theirs = await settle(few, house.outsider, house.theirs.id, "Otter", "Heron")
    chance = random.Random(1_000)  # noqa: S311  (the same order each time)
    crossed: list[str] = []
    seen: list[str] = []

    async def ask(number: int) -> None:
        caller, other = (ours, theirs) if chance.random() < 0.5 else (theirs, ours)
        own, foreign = chance.choice(caller.programs), chance.choice(other.programs)
        kind = chance.randrange(8)
        path, body, expected = {
            0: ("/studio/clients", None, 200),
            1: (f"/studio/programs/{own['id']}/tree", None, 200),
            2: (f"/studio/programs/{foreign['id']}/tree", None, 404),
            3: (f"/studio/sessions/{foreign['session']}", None, 404),
            4: (f"/studio/sessions/{foreign['session']}", {"title": f"{caller.word} was here"}, 404),
            5: (f"/studio/sessions/{own['session']}", {"title": f"{caller.word} {number}"}, 200),
            6: (f"/studio/sessions/{own['session']}", {"estimated_minutes": -1}, 422),
            7: (f"/studio/chapters/{own['chapter']}/sessions", None, 200),
        }[kind]
        answer = await (caller.api.get(path) if body is None else caller.api.patch(path, body))
        seen.append(f"{kind} {answer.status_code}")
        if answer.status_code != expected or any(word in answer.text for word in caller.foreign):
            crossed.append(f"{number} {path}: {answer.status_code} {answer.text[:200]}")
        if kind == 0 and len(answer.json()["items"]) != 1:
            crossed.append(f"{number} saw {answer.text}")

    gate = asyncio.Semaphore(20)

    async def in_turn(number: int) -> None:
        async with gate:
            await ask(number)

    await asyncio.gather(*(in_turn(number) for number in range(1_000)))
    assert crossed == []
    assert len(seen) == 1_000
    assert len(set(seen)) == 8
    for caller in (ours, theirs):
        for program in caller.programs:
            tree = (await caller.api.get(f"/studio/programs/{program['id']}/tree")).text
            assert caller.word in tree
            assert caller.foreign[0] not in tree
