"""One ceiling process on a socket that the harness opened: `python -m bench.ceilings <socket> <lifeline>`."""

import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.local.lifeline import hold
from bench.ceilings import account, catalogue, enrollment, intake
from bench.ceilings.database import lanes
from bench.ceilings.tokens import Stranger


async def ready(_: Request) -> Response:
    return Response(b"{}", media_type="application/json")


async def refuse_stranger(_: Request, __: Exception) -> Response:
    return Response(status_code=401)


@asynccontextmanager
async def opened(_: Starlette) -> AsyncIterator[None]:
    await lanes.open()
    gc.collect()
    gc.freeze()
    yield
    await lanes.close()


ROUTES = [
    Route("/api/v1/academy/cohorts/{cohort_id}/checkout", enrollment.enroll, methods=["POST"]),
    Route("/api/v1/academy/courses", catalogue.list_courses),
    Route("/api/v1/academy/courses/{course_id}", catalogue.get_course),
    Route("/api/v1/webhooks/stripe", intake.receive, methods=["POST"]),
    Route("/api/v1/identity/me", account.get_me),
    Route("/readyz", ready),
]


def main() -> None:
    descriptor, lifeline = map(int, sys.argv[1:3])
    hold(lifeline)
    app = Starlette(routes=ROUTES, lifespan=opened, exception_handlers={Stranger: refuse_stranger})
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", access_log=False, log_level="warning", server_header=False
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main()
