"""Before anything is measured: product and ceiling give the same answers to the same requests.

Instants may be written with `Z` or `+00:00`; ids made anew and moments are compared by their presence.
"""

import json
import re
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.jobs import Job
from bench.measure import Contest
from bench.servers import BenchError

ASKED = 5
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def answer(port: int, request: bytes) -> tuple[int, Any]:
    """Status and parsed body of one answer on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = stream.read(length)
    return status, json.loads(body) if body else None


def comparable(found: Any, private: tuple[str, ...], inside: str = "") -> Any:
    """The answer with what may differ replaced. An id that names something else than the new row stays."""
    if isinstance(found, dict):
        hidden = private if inside == "enrollment" else ()
        return {name: "…" if name in hidden else comparable(value, private, name) for name, value in found.items()}
    if isinstance(found, list):
        return [comparable(each, private) for each in found]
    if isinstance(found, str) and _INSTANT.fullmatch(found):
        return datetime.fromisoformat(found).isoformat()
    return found


def difference(mine: Any, theirs: Any, place: str = "") -> str:
    """Where two comparable answers first differ, and how; empty when nowhere."""
    if isinstance(mine, dict) and isinstance(theirs, dict) and mine.keys() == theirs.keys():
        names: Iterable[Any] = mine
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        names = range(len(mine))
    else:
        return "" if mine == theirs else f"{place or '/'}: {str(mine)[:300]} and {str(theirs)[:300]}"
    return next((found for name in names if (found := difference(mine[name], theirs[name], f"{place}/{name}"))), "")


def compare(contest: Contest, job: Job) -> None:
    """Raises `BenchError` at the first difference."""
    make = job.make(Path(contest.tokens).read_bytes().split())
    ports = contest.subject.process.port, contest.ceiling.process.port
    for number in range(ASKED):
        request = make(number * 37)
        mine, theirs = (answer(port, request) for port in ports)
        found = difference(comparable(list(mine), job.private), comparable(list(theirs), job.private))
        if found or mine[0] != job.status:
            raise BenchError(f"{job.name}: product and ceiling answer differently (wanted {job.status}): {found}")
