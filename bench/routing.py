"""What finding the route costs with 300 routes, by layout: time per request inside the application, no network.

    python -m bench.routing

Three layouts of the same 30 routers with 10 routes each, included under one prefix: as the framework does it, with a
guard on every router that skips it when its prefix does not fit, and with the index of app.core.http.index in front.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette._utils import get_route_path
from starlette.routing import Match
from starlette.types import Message, Scope

from app.core.http.index import install_index

DOMAINS, FEATURES, ROUTES = 5, 6, 10
ROUNDS, REQUESTS = 7, 600


class GuardedRouter(APIRouter):
    """Skips itself when the path does not begin with its full prefix."""

    guard = ""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = get_route_path(scope)
        if path != self.guard and not path.startswith(self.guard + "/"):
            return Match.NONE, {}
        return super().matches(scope)


async def answer(item_id: int) -> dict[str, int]:
    return {"id": item_id}


def build(make: Callable[[str], APIRouter]) -> FastAPI:
    app = FastAPI(openapi_url=None)
    api = APIRouter(prefix="/api/v1")
    for domain in range(DOMAINS):
        system = make(f"/api/v1/domain{domain}")
        for feature in range(FEATURES):
            router = make(f"/api/v1/domain{domain}/feature{feature}")
            for route in range(ROUTES):
                router.add_api_route(f"/feature{feature}/things{route}/{{item_id}}", answer, methods=["GET"])
            system.include_router(router)
        api.include_router(system, prefix=f"/domain{domain}")
    app.include_router(api)
    return app


def plain(_guard: str) -> APIRouter:
    return APIRouter()


def guarded(guard: str) -> APIRouter:
    router = GuardedRouter()
    router.guard = guard
    return router


async def ask(app: FastAPI, path: str, expected: int) -> None:
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    assert status == expected, (path, status)


async def microseconds(app: FastAPI, path: str, expected: int = 200) -> float:
    await ask(app, path, expected)
    started = time.perf_counter()
    for _ in range(REQUESTS):
        await ask(app, path, expected)
    return (time.perf_counter() - started) / REQUESTS * 1e6


async def main() -> None:
    indexed = build(plain)
    install_index(indexed)
    layouts = {"framework": build(plain), "prefix guard": build(guarded), "index": indexed}
    last = f"/api/v1/domain{DOMAINS - 1}/feature{FEATURES - 1}/things{ROUTES - 1}/7"
    paths = {"first": ("/api/v1/domain0/feature0/things0/7", 200), "last": (last, 200), "404": ("/api/v1/no", 404)}
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for layout, app in layouts.items():
            for name, (path, status) in paths.items():
                found.setdefault((layout, name), []).append(await microseconds(app, path, status))
    print(f"{DOMAINS * FEATURES * ROUTES} routes, microseconds per request, median of {ROUNDS} interleaved rounds")
    print(f"{'layout':<14}" + "".join(f"{name:>9}" for name in paths))
    for layout in layouts:
        print(f"{layout:<14}" + "".join(f"{statistics.median(found[layout, name]):>9.0f}" for name in paths))


if __name__ == "__main__":
    asyncio.run(main())
