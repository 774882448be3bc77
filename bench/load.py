"""The load generator, a process of its own: raw sockets, requests encoded beforehand, answers barely looked at.

It has to be cheap, because on two cores it sits beside the database. Each connection sends its next request when the
answer to the last is complete. Reads an `Order` as JSON from standard input and writes a `Tally` to standard output.
"""

import asyncio
import json
import resource
import sys
import time
from array import array
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

from bench.jobs import JOBS, Maker
from bench.processor import Watch, seconds_of, seconds_of_all

PATIENCE = 10.0
"""Seconds that the answers to the last requests may take."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: warm up, then measure. The processes are those whose time is read at both ends of the window."""

    job: str
    port: int
    connections: int
    warm: float
    seconds: float
    tokens: str
    first: int = 0
    watches: list[Watch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of it. `good` counts all good answers, `counted` those inside the window; latencies in
    microseconds, times in seconds.
    """

    counted: int
    good: int
    seconds: float
    latencies: list[int]
    processor: dict[str, float]
    own: float
    everybody: float
    errors: dict[str, int]
    example: str


class Run:
    """One window over several connections."""

    def __init__(self, order: Order, make: Maker) -> None:
        self.make = make
        self.wanted = b"HTTP/1.1 %d" % JOBS[order.job].status
        self.number = order.first
        self.stopped = False
        self.measuring = False
        self.good = 0
        self.latencies = array("q")
        self.errors: Counter[str] = Counter()
        self.example = ""
        self.busy = 0
        self.idle = asyncio.Event()

    def next_request(self) -> bytes:
        number, self.number = self.number, self.number + 1
        return self.make(number)

    def refuse(self, kind: str, answer: bytes) -> None:
        self.errors[kind] += 1
        self.example = self.example or answer[-400:].decode(errors="replace")


class Client(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.transport: asyncio.Transport | None = None
        self.parts = b""
        self.missing = -1
        self.begun = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class, not a subclass
        self.run.busy += 1
        self.send()

    def send(self) -> None:
        assert self.transport is not None
        self.parts, self.missing = b"", -1
        request = self.run.next_request()
        self.begun = time.perf_counter_ns()
        self.transport.write(request)

    def data_received(self, received: bytes) -> None:
        self.parts += received
        if self.missing < 0:
            end = self.parts.find(b"\r\n\r\n")
            if end < 0:
                return
            self.missing = end + 4 + self._length(end)
        if len(self.parts) >= self.missing:
            self._complete()

    def _length(self, end: int) -> int:
        place = self.parts.lower().find(b"content-length:", 0, end)
        if place < 0:
            self.run.refuse("answer without a length", self.parts)
            return 0
        return int(self.parts[place + 15 : self.parts.index(b"\r\n", place)])

    def _complete(self) -> None:
        run = self.run
        if not self.parts.startswith(run.wanted):
            run.refuse(self.parts[9:12].decode(errors="replace"), self.parts)
        else:
            run.good += 1
            if run.measuring:
                run.latencies.append((time.perf_counter_ns() - self.begun) // 1_000)
        if run.stopped:
            self._leave()
        else:
            self.send()

    def _leave(self) -> None:
        assert self.transport is not None
        self.run.busy -= 1
        if not self.run.busy:
            self.run.idle.set()
        self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.run.stopped:
            self.run.refuse("connection closed", self.parts)
            self.run.busy -= 1


async def measure(order: Order, make: Maker) -> Tally:
    """Warm up, open the window, close it, and let the last answers come in."""
    loop = asyncio.get_running_loop()
    run, clients = Run(order, make), list[Client]()
    for _ in range(order.connections):
        clients.append((await loop.create_connection(lambda: Client(run), "127.0.0.1", order.port))[1])
    await asyncio.sleep(order.warm)
    everybody = seconds_of_all()
    before = {watch.name: seconds_of(watch) for watch in order.watches}
    used = resource.getrusage(resource.RUSAGE_SELF)
    run.measuring, begun = True, time.perf_counter()
    await asyncio.sleep(order.seconds)
    run.measuring, seconds = False, time.perf_counter() - begun
    processor = {watch.name: seconds_of(watch) - before[watch.name] for watch in order.watches}
    after = resource.getrusage(resource.RUSAGE_SELF)
    everybody = seconds_of_all() - everybody
    run.stopped = True
    try:
        await asyncio.wait_for(run.idle.wait(), PATIENCE)
    except TimeoutError:
        for client in clients:
            if client.transport is not None and not client.transport.is_closing():
                run.refuse("no answer", client.parts)
    own = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    found = list(run.latencies)
    return Tally(len(found), run.good, seconds, found, processor, own, everybody, dict(run.errors), run.example)


def main() -> None:
    told = json.loads(sys.stdin.read())
    order = Order(**{**told, "watches": [Watch(**watch) for watch in told["watches"]]})
    with open(order.tokens, "rb") as file:  # noqa: PTH123  (a path that we were given)
        make = JOBS[order.job].make(file.read().split())
    tally = uvloop.run(measure(order, make))
    # A buffered file, whatever PYTHONUNBUFFERED says: a raw one would write what the pipe takes, and forget the rest.
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(json.dumps(asdict(tally)).encode())


if __name__ == "__main__":
    main()
