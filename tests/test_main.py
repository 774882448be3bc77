"""The whole application: does it start, what does it refuse to start with, and does it leave in order."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.local.services import Services
from app.main import create_app
from app.settings import Settings
from tests.support.database import of_database


def environment(database_url: str, **more: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": "", "LYCEUM_ENV": "test", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(env: dict[str, str]) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    port = free_port()
    arguments = ("-m", "uvicorn", "--factory", "app.main:create_app", "--port", str(port), "--no-access-log")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as http, asyncio.timeout(30):
            while process.returncode is None:
                try:
                    await http.get(f"{address}/healthz")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_starts_answers_and_leaves_at_once_when_told_to(database_url: str) -> None:
    async with running(environment(database_url)) as (process, address):
        async with httpx.AsyncClient(base_url=address) as http:
            ready = await http.get("/readyz")
            assert ready.status_code == 200, ready.text
            assert (await http.get("/openapi.json")).json()["info"]["title"] == "Lyceum"
        process.terminate()
        async with asyncio.timeout(10):
            assert await process.wait() in (0, -signal.SIGTERM)


async def test_it_says_not_ready_before_it_stops_listening(database_url: str) -> None:
    async with running(environment(database_url, LYCEUM_DRAIN_SECONDS="1.5")) as (process, address):
        async with httpx.AsyncClient(base_url=address) as http:
            began = time.monotonic()
            process.terminate()
            async with asyncio.timeout(1.4):
                # Each question is a round trip to another process: nothing spins.
                while (answer := await http.get("/readyz")).status_code == 200:
                    pass
            assert answer.json()["code"] == "core.not_ready"
            assert (await http.get("/healthz")).status_code == 200
        async with asyncio.timeout(10):
            await process.wait()
        assert time.monotonic() - began >= 1.5


PRODUCTION = {
    "LYCEUM_ENV": "production",
    "LYCEUM_SECRET": "9f2c4e6a8b0d1f3e5a7c9b1d2f4e6a8c0b3d5f7e",
    "LYCEUM_PUBLIC_URL": "https://api.example.org",
    "SITE_URL": "https://example.org",
    "LYCEUM_CORS_ORIGINS": "https://example.org",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "STRIPE_API_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "AUTH_GOOGLE_CLIENT_ID": "x",
    "AUTH_GOOGLE_SECRET": "x",
    "AUTH_GOOGLE_REDIRECT_URIS": "https://example.org/callback",
    "AUTH_RESEND_KEY": "x",
    "BREVO_API_KEY": "x",
}


async def test_production_refuses_a_role_that_owns_the_tables(server: Services, database_url: str) -> None:
    name = database_url.rpartition("/")[2].partition("?")[0]
    owner = of_database(server.owner_url, name)
    async with running(environment(owner, **PRODUCTION)) as (process, _):
        assert await process.wait() != 0
        assert process.stdout is not None
        assert b"owns the tables" in await process.stdout.read()


def test_production_refuses_half_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**PRODUCTION, "LYCEUM_SECRET": "short", "DATABASE_URL": ""}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match="DATABASE_URL is not set"):
        create_app(Settings())
