"""Where the processor time of a job goes inside the API process: microseconds per request, by package and function."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import databases
from bench.data import Frozen
from bench.jobs import Job
from bench.load import Order
from bench.measure import run_load
from bench.people import write_tokens
from bench.processor import bound_to
from bench.servers import ROOT, RUN, BenchError, Servers

PRIMING, WARM = 3.0, 3.0
SHOWN = 45
_LIBRARY = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: microseconds per request, by itself and with what it calls."""

    own: float
    cumulative: float
    name: str


def profile(servers: Servers, frozen: Frozen, job: Job, connections: int, seconds: float) -> None:
    """Run the job against the product alone and write `bench/.run/profile-<job>.txt`."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, databases.SUBJECT)
    databases.reset(servers, databases.SUBJECT)
    raw = RUN / "profile.json"
    raw.unlink(missing_ok=True)
    argv = ["-m", "bench.profiled", "{socket}", "{lifeline}", str(raw)]
    process = servers.answering(servers.start("profiled", argv, servers.product(databases.SUBJECT)))
    tokens = str(write_tokens())
    run_load(servers, Order("me", process.port, 8, 0.0, PRIMING, tokens))
    order = Order(job.name, process.port, connections, WARM, seconds + 1.0, tokens)
    with bound_to(set(servers.layout.generator)):
        load = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
    try:
        assert load.stdin is not None
        load.stdin.write(json.dumps(asdict(order)).encode())
        load.stdin.close()
        time.sleep(WARM)
        os.kill(process.pid, signal.SIGUSR1)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGUSR1)
        found = _wait_for(raw)
    finally:
        load.kill()
        load.wait()
        if load.stdout is not None:
            load.stdout.close()
    text = render(job, connections, found)
    path = RUN / f"profile-{job.name}.txt"
    path.write_text(text)
    print(text)
    print(f"written to {path.relative_to(ROOT)}")


def _wait_for(path: Path) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while not path.exists():
        if time.monotonic() > deadline:
            raise BenchError("the profiled process has written nothing")
        time.sleep(0.05)
    found: dict[str, Any] = json.loads(path.read_text())
    if not found["requests"]:
        raise BenchError("the profiled process has served nothing")
    return found


def render(job: Job, connections: int, found: dict[str, Any]) -> str:
    """The tables as text."""
    samples = sum(each["count"] for each in found["stacks"])
    total = found["seconds"] / found["requests"] * 1e6
    unit = total / max(1, samples)
    functions = tables(found["stacks"], unit, by_package=False)
    packages = tables(found["stacks"], unit, by_package=True)
    head = (
        f"{job.title}, {connections} connections: {total:.0f} µs of processor time per request in the API process\n"
        f"({found['requests']} requests, {samples} samples; one sample stands for {unit:.2f} µs per request)\n"
    )
    parts = [
        head,
        _table("by package", packages, key=lambda line: line.own),
        _table("by function, own time", functions, key=lambda line: line.own),
        _table("by function, with what it calls", functions, key=lambda line: line.cumulative),
    ]
    return "\n".join(parts)


def tables(stacks: Iterable[dict[str, Any]], unit: float, *, by_package: bool) -> list[Line]:
    """Own and cumulative time of each function or package; one that calls itself counts once per sample."""
    own: Counter[str] = Counter()
    cumulative: Counter[str] = Counter()
    for each in stacks:
        names = [_package(place[0]) if by_package else _named(*place) for place in each["stack"]]
        if names:
            own[names[0]] += each["count"]
        for name in set(names):
            cumulative[name] += each["count"]
    return [Line(own[name] * unit, cumulative[name] * unit, name) for name in cumulative]


def _table(title: str, lines: list[Line], *, key: Any) -> str:
    rows = sorted(lines, key=key, reverse=True)[:SHOWN]
    shown = [f"{line.own:8.1f} {line.cumulative:8.1f}  {line.name}" for line in rows if key(line) > 0]
    return "\n".join([f"{title}\n     own      cum  µs per request", *shown, ""])


def _short(path: str) -> str:
    """A path as people know it: inside the project, the site's packages or the standard library."""
    for mark in ("/site-packages/", f"/{_LIBRARY}/", f"{ROOT}/"):
        if mark in path:
            return path.rpartition(mark)[2]
    return path


def _named(path: str, line: int, function: str) -> str:
    return f"{_short(path)}:{line} {function}"


def _package(path: str) -> str:
    """Two levels of the project's own rooms, one of anything else."""
    short = _short(path)
    parts = short.split("/")
    if parts[0] in {"app", "bench"}:
        return "/".join(parts[:3]).removesuffix(".py")
    if "site-packages" in path:
        return parts[0].removesuffix(".py")
    return "standard library"
