"""The product's API with a sampling profiler inside: `python -m bench.profiled <socket> <lifeline> <file>`.

SIGUSR1 opens and closes the window. While it is open, a timer of the process's own processor time interrupts the main
thread and the stack is noted: waiting costs nothing, so what is seen is where the processor time goes, as it would
without us. (cProfile would charge every call; a sampling thread would see the moments at which the lock is free.)
"""

import json
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import greenlet  # type: ignore[import-untyped]  # it brings no types
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.local.lifeline import hold
from app.local.serve import serve
from app.main import create_app

EVERY = 0.001
"""Seconds of processor time between two samples; most systems round it up to a tick of their clock."""

Place = tuple[str, int, str]


class Sampler:
    """Counts requests and stacks between two signals, then writes them down."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stacks: Counter[tuple[Place, ...]] = Counter()
        self._begun: float | None = None
        self.requests = 0

    def toggle(self, _number: int, _frame: FrameType | None) -> None:
        if self._begun is None:
            self._stacks.clear()
            self.requests = 0
            self._begun = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        found = {"seconds": time.process_time() - self._begun, "requests": self.requests}
        self._begun = None
        stacks = [{"count": count, "stack": stack} for stack, count in self._stacks.items()]
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({**found, "stacks": stacks}))
        draft.replace(self._path)

    def sample(self, _number: int, frame: FrameType | None) -> None:
        self._stacks[tuple(_walk(frame))] += 1


def _walk(frame: FrameType | None) -> list[Place]:
    """From the innermost function outwards, across the greenlets in which SQLAlchemy runs its synchronous half."""
    found: list[Place] = []
    inside: Any = greenlet.getcurrent()
    while frame is not None:
        code = frame.f_code
        found.append((code.co_filename, code.co_firstlineno, code.co_qualname))
        frame = frame.f_back
        if frame is None and inside.parent is not None:
            inside = inside.parent
            frame = inside.gr_frame
    return found


def counted(app: ASGIApp, sampler: Sampler) -> ASGIApp:
    """The application, with its requests counted."""

    async def ask(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sampler.requests += 1
        await app(scope, receive, send)

    return ask


def profiled_app() -> ASGIApp:
    """The application as it is shipped, and the sampler beside it."""
    app: FastAPI = create_app()
    sampler = Sampler(Path(sys.argv[3]))
    signal.signal(signal.SIGUSR1, sampler.toggle)
    signal.signal(signal.SIGPROF, sampler.sample)
    return counted(app, sampler)


def main() -> None:
    descriptor, lifeline = map(int, sys.argv[1:3])
    hold(lifeline)
    serve("bench.profiled:profiled_app", host="127.0.0.1", port=0, descriptor=descriptor)


if __name__ == "__main__":
    main()
