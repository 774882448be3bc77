"""The doorbell: tells the workers through Redis that something was committed.

It only saves the half second until the next sweep. Ringing never waits and never fails: with Redis down the ring is
dropped, and the sweep finds the work in PostgreSQL.
"""

import asyncio
from contextlib import suppress
from typing import Any, Self

import structlog
from arq.connections import ArqRedis
from pydantic_core import from_json, to_json
from redis.asyncio.connection import parse_url

from app.core.tasks import end

log = structlog.get_logger(__name__)

QUEUE = "lyceum:jobs"
SWEEP = "core.sweep"
PAUSE_AFTER_FAILURE = 5.0
PATIENCE = 2.0


def open_arq(url: str, queue: str = QUEUE) -> ArqRedis:
    """A pool to push with. JSON, never pickle: whoever can write to Redis must not be able to run code.

    arq's own parser of URLs neither decodes passwords nor checks TLS host names; hence redis' own here.
    """
    parts: dict[str, Any] = dict(parse_url(url))
    return ArqRedis(
        host=parts.get("host", "localhost"),
        port=int(parts.get("port", 6379)),
        unix_socket_path=parts.get("path"),
        db=int(parts.get("db", 0)),
        username=parts.get("username"),
        password=parts.get("password"),
        ssl=url.startswith("rediss://"),
        ssl_check_hostname=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        default_queue_name=queue,
        job_serializer=to_json,
        job_deserializer=from_json,
    )


async def close_quietly(redis: ArqRedis) -> None:
    """Close a pool whose server may be gone."""
    with suppress(Exception):
        await redis.aclose()


class Doorbell:
    """Rings from a task of its own, many rings as one. Use as an async context manager around the process."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Ask for a sweep now. Returns at once."""
        self._wanted.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._carry(), name="doorbell")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            await end(self._task)
        await close_quietly(self._redis)

    async def _carry(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                # The fixed id joins rings while one is queued; nothing is kept once it ran.
                await self._redis.enqueue_job(SWEEP, _job_id=f"{self._redis.default_queue_name}:{SWEEP}")
            except Exception as error:  # noqa: BLE001  (whatever Redis does, the sweep in PostgreSQL goes on)
                log.warning("doorbell_unheard", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
