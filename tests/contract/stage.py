"""Where a request is tried out: in the world, as somebody, and undone afterwards as if it had never been."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.core.http.drain import Drain
from app.core.metrics import Metrics
from app.settings import settings
from tests.contract.operations import JSON, Operation
from tests.contract.world import ANONYMOUS, World, build
from tests.support.client import Contract, http_client
from tests.support.gateways import gateways_to
from tests.support.people import access_token
from tests.support.silence import SilentDoorbell


@dataclass
class Call:
    """What is sent instead of what the operation would accept. `content` wins over `body`."""

    body: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    bearer: str | None = None
    ids: dict[str, UUID | str] = field(default_factory=dict)
    path: str | None = None
    query: bytes = b""


@dataclass
class Stage:
    """The application over one connection whose changes never last."""

    http: AsyncClient
    connection: AsyncConnection
    contract: Contract
    world: World
    tokens: dict[str, str]

    async def perform(self, op: Operation, role: str, call: Call) -> Response:
        """One request and its answer, held against the document; whatever it changed stays."""
        content = call.content
        if content is None and op.body is not None:
            content = json.dumps(call.body if call.body is not None else self.world.body(op)).encode()
        headers = self.world.headers(op, content or b"")
        if op.body is not None:
            headers["Content-Type"] = JSON
        bearer = call.bearer if call.bearer is not None else self.tokens.get(role)
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        url = httpx.URL(call.path or self.world.path(op, **call.ids))
        if call.query:
            url = url.copy_with(query=call.query)
        sent = [(name.encode(), value.encode("latin-1")) for name, value in {**headers, **call.headers}.items()]
        response = await self.http.request(op.method, url, content=content, headers=sent)
        self.contract.judge(response)
        return response

    async def rehearse(self, op: Operation, role: str = ANONYMOUS, call: Call | None = None) -> Response:
        """As `perform`, and undone."""
        undo = await self.connection.begin_nested()
        try:
            return await self.perform(op, role, call or Call())
        finally:
            await undo.rollback()


# The one transaction of all tests of a file is a long one. PostgreSQL has that limit since 17.
UNHURRIED = text("SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'")


def state_of(engine: AsyncEngine, sessions: async_sessionmaker[AsyncSession], gateways: Any) -> dict[str, Any]:
    """All that the lifespan puts on a request, without limits and without Redis."""
    return {
        "engine": engine,
        "sessions": sessions,
        "gateways": gateways,
        "doorbell": SilentDoorbell(),
        "limiter": None,
        "redis": None,
        "drain": Drain(),
        "metrics": Metrics(settings().server),
    }


@asynccontextmanager
async def open_stage(
    app: FastAPI, engine: AsyncEngine, contract: Contract, twins_url: str, folder: Path
) -> AsyncIterator[Stage]:
    """A stage with its world built, in a transaction that is rolled back in the end."""
    gateways = gateways_to(twins_url, folder)
    async with engine.connect() as connection:
        # One transaction for a whole run of tests: longer than any of the product's may be.
        for_long = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'"
        await connection.execute(text(for_long))
        await connection.commit()
        outer = await connection.begin()
        await connection.execute(UNHURRIED)
        sessions = async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        async with sessions() as session:
            world = await build(session)
            tokens = {name: await access_token(session, person.id) for name, person in world.people.items()}
        state = state_of(engine, sessions, gateways)
        async with http_client(app, lambda: state) as http:
            yield Stage(http, connection, contract, world, tokens)
        await outer.rollback()
    await gateways.aclose()
