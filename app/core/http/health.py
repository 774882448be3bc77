"""Is the process alive, is it ready for traffic, and what do its figures say (X-OBS-01)."""

import asyncio
from functools import cache
from typing import Any

import structlog
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response

from app.core.database.revisions import head
from app.core.errors import Unavailable
from app.core.http.access import public
from app.core.http.problems import problem_response, refusals
from app.core.http.routing import Router
from app.core.http.session import make_room

log = structlog.get_logger(__name__)

router = Router(tags=["health"])

PATIENCE = 2.0
newest_revision = cache(head)


class NotReady(Unavailable):
    """Send traffic elsewhere for the moment."""

    code = "core.not_ready"
    title = "Not ready to serve"


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(examples=["alive"])


class Check(BaseModel):
    """One thing the service leans on."""

    ok: bool
    required: bool = Field(description="Whether the service can work without it.")
    detail: str = Field(examples=["reachable"])


class Ready(BaseModel):
    """What readiness was judged by."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "ready", "checks": {"database": {"ok": True, "required": True, "detail": "reachable"}}}
            ]
        }
    )

    status: str = Field(examples=["ready"])
    checks: dict[str, Check]


@router.get("/healthz", openapi_extra=public())
async def healthz() -> Alive:
    """Is the process alive.

    Asks nothing of anybody: a process that cannot reach its database is not helped by being killed.
    """
    return Alive(status="alive")


@router.get("/readyz", openapi_extra=public(), responses=refusals(NotReady), response_model=Ready)
async def readyz(request: Request) -> Ready | Response:
    """Should this process get traffic.

    The database has to answer and its schema has to be the one this code knows. Redis is reported, not required.
    """
    await make_room(request)
    checks = {
        "server": Check(ok=not request.state.drain.started, required=True, detail=_server(request)),
        "database": await _database(request.state.engine),
        "redis": await _redis(request.state.redis),
    }
    checks["migrations"] = await _migrations(request.state.engine) if checks["database"].ok else checks["database"]
    if all(check.ok for check in checks.values() if check.required):
        return Ready(status="ready", checks=checks)
    shown = {name: check.model_dump() for name, check in checks.items()}
    failing = ", ".join(name for name, check in checks.items() if check.required and not check.ok)
    return problem_response(
        request.scope,
        NotReady.status,
        NotReady.code,
        NotReady.title,
        f"Failing: {failing}.",
        headers={"Retry-After": "2"},
        checks=shown,
    )


@router.get(
    "/metrics",
    openapi_extra=public(),
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    await make_room(request)
    content, media_type = await request.state.metrics.exposition(request.state.engine)
    return Response(content, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def _server(request: Request) -> str:
    return "shutting down" if request.state.drain.started else "accepting requests"


async def _database(engine: AsyncEngine) -> Check:
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        return Check(ok=False, required=True, detail=type(error).__name__)
    return Check(ok=True, required=True, detail="reachable")


async def _migrations(engine: AsyncEngine) -> Check:
    wanted = await asyncio.to_thread(newest_revision)
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            found = await connection.scalar(text("SELECT version_num FROM public.alembic_version"))
    except (SQLAlchemyError, OSError) as error:
        return Check(ok=False, required=True, detail=f"unknown: {type(error).__name__}")
    detail = f"at {found}" if found == wanted else f"at {found}, this code wants {wanted}"
    return Check(ok=found == wanted, required=True, detail=detail)


async def _redis(redis: Any) -> Check:
    if redis is None:
        return Check(ok=False, required=False, detail="not configured")
    try:
        async with asyncio.timeout(PATIENCE):
            await redis.ping()
    except (RedisError, OSError) as error:
        return Check(ok=False, required=False, detail=type(error).__name__)
    return Check(ok=True, required=False, detail="reachable")
