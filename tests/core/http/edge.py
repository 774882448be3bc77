"""Small applications with the real layers around them, and two ways to talk to them: in process, and over a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI

from app.core.http.docs import Contract
from app.core.http.guard import BodyRule
from app.core.http.index import install_index
from app.core.http.middleware import install_middleware
from app.core.http.openapi import LyceumAPI, operation_id
from app.core.http.problems import install_problems
from app.core.metrics import Metrics
from app.settings import ServerSettings

Scope = MutableMapping[str, Any]


def edge_app(
    *routers: APIRouter,
    body_rules: Sequence[BodyRule] = (),
    settings: ServerSettings | None = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """An application of these routers behind all layers, as `create_app` builds it."""
    chosen = settings or ServerSettings()
    app = LyceumAPI(
        title="Edge",
        version="1.0.0",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.state.contract = Contract()
    for router in routers:
        app.include_router(router)
    install_problems(app)
    install_middleware(app, chosen, meter=metrics or Metrics(chosen), body_rules=body_rules, index=install_index(app))
    return app


def client_of(app: FastAPI, *, address: str = "192.0.2.7", root_path: str = "", **state: object) -> httpx.AsyncClient:
    """A client that talks to the application in this process; `state` is what the lifespan would have given."""

    async def serve(scope: Scope, receive: Any, send: Any) -> None:
        scope["state"] = dict(state)
        await app(scope, receive, send)

    transport = httpx.ASGITransport(serve, client=(address, 4711), root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://lyceum.test")


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The application on a real server; gives its port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def raw(port: int, *parts: bytes, until: Callable[[bytes], bool] | None = None) -> bytes:
    """What the server says to these bytes, up to the end of the connection or until `until` is satisfied."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(10):
            while chunk := await reader.read(65536):
                heard += chunk
                if until and until(heard):
                    break
    finally:
        writer.close()
    return heard
