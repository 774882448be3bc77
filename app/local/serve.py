"""Starts the web servers: the API, and the twins beside it."""

import socket
import sys
from typing import Any

import uvicorn

from app.local.patience import PatientProtocol

# How long an API process finishes requests after it was asked to end; an open stream would hold it for ever.
GRACE = 15


def serve(factory: str, *, host: str, port: int, descriptor: int = -1, workers: int = 1) -> None:
    """Serves an application until told to end: on its own port, or on a socket that the supervisor opened.

    Callers' addresses are judged by the application itself (`LYCEUM_TRUSTED_PROXIES`), never by the server.
    """
    options: dict[str, Any] = {
        "factory": True,
        "loop": "uvloop",
        "http": PatientProtocol,
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE,
        # Longer than what clients and proxies keep an idle connection, so that it is they who close it.
        "timeout_keep_alive": 75,
        # Our own lines are the log; see app.core.logging.
        "log_config": None,
    }
    if descriptor < 0:
        uvicorn.run(factory, host=host, port=port, workers=workers, **options)
        return
    listener = socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    server = uvicorn.Server(uvicorn.Config(factory, **options))
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(3)
