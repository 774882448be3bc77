"""The listening sockets of `lyceum run`.

The supervisor opens them and hands them to its children. While a child is replaced, callers wait in the
socket's queue instead of being refused, and several API processes share one port.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from app.local.errors import LocalError

_QUEUE = 2048


def listen(host: str, port: int, variable: str, patience: float = 0.0) -> socket.socket:
    """A listening socket. Port 0 takes a free one. Raises `LocalError` when it stays taken for `patience` seconds."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + patience
    while True:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            if time.monotonic() > deadline:
                raise LocalError(f"{host}:{port} cannot be used: {error.strerror}. Set {variable}") from error
            time.sleep(0.1)
        else:
            listener.listen(_QUEUE)
            return listener


def listen_near(host: str, *wishes: int) -> socket.socket:
    """A listening socket on the first of the wished ports that is free, else on any."""
    for port in wishes:
        try:
            return listen(host, port, "")
        except LocalError:
            continue
    return listen(host, 0, "")


def url(listener: socket.socket) -> str:
    """The address by which this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


def status(address: str, path: str, *, seconds: float = 2.0, headers: Mapping[str, str] | None = None) -> int:
    """The HTTP status of a GET, 0 when nobody answers."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=seconds)
    with closing(connection):
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
