"""The stage of the story: a running Lyceum, one's own or the one that runs here already.

A demo that was killed leaves its service running in its own state folder; the next one finds it there and goes on.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.local import running
from app.local.errors import LocalError
from app.local.places import make_state
from app.local.ports import status
from app.local.running import Child, Running

STARTS_WITHIN = 120.0


@asynccontextmanager
async def stage(state: Path) -> AsyncIterator[Running]:
    """What runs in `state`, or a service of the demo's own below it, which ends with the block. Raises LocalError."""
    here = running.alive(make_state(state))
    if here is not None:
        yield here
        return
    own = make_state(state / "demo")
    process = None if running.alive(own) else _start(own)
    try:
        yield await _ready(own, process)
    finally:
        await asyncio.to_thread(_stop, own, process)


def _start(own: Path) -> subprocess.Popen[bytes]:
    """`lyceum run` in a session of its own, so that Ctrl-C reaches the demo alone, which then stops it in order."""
    environment = {
        **os.environ,
        "LYCEUM_STATE": str(own),
        "LYCEUM_PORT": "0",
    }
    with (own / "demo.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", "run"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def _ready(own: Path, process: subprocess.Popen[bytes] | None) -> Running:
    deadline = asyncio.get_running_loop().time() + STARTS_WITHIN
    while asyncio.get_running_loop().time() < deadline:
        if process is not None and process.poll() is not None:
            raise LocalError(f"the demo's service ended by itself; it says why in {own / 'demo.log'}")
        found = running.alive(own)
        if found is not None and await asyncio.to_thread(status, found.api_url, "/readyz") == 200:
            return found
        await asyncio.sleep(0.2)
    raise LocalError(f"the demo's service is not ready after {STARTS_WITHIN:.0f} s; see {own / 'demo.log'}")


def _stop(own: Path, process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    elif (found := running.alive(own)) is not None:
        os.kill(found.pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        # The process itself, not its record: that is withdrawn while its servers are still on their way down.
        supervisor = Child(found.pid, found.started)
        while running.lives(supervisor) and time.monotonic() < deadline:
            time.sleep(0.1)


def kill_worker(state: Path) -> bool:
    """SIGKILL, in the middle of whatever it does. The supervisor starts another. False: there was none to kill."""
    found = running.alive(state)
    worker = found.children.get("worker") if found else None
    if worker is None or not running.lives(worker):
        return False
    os.kill(worker.pid, signal.SIGKILL)
    return True
