"""Everything that runs during a bench: a PostgreSQL and a Valkey of its own, the shipped commands, the ceiling.

All of it lives in `bench/.run` and ends with the harness: on success, on error, on Ctrl-C, and (by the lifeline) the
processes also when the harness is killed.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.local import ports
from app.local.locks import FileLock, alone
from app.local.places import Places, make_state, prepare
from app.local.postgres import Postgres
from app.local.valkey import Valkey
from bench.jobs import STRIPE_SECRET
from bench.processor import bound_to, usable_cores

ROOT = Path(__file__).resolve().parents[1]
RUN = Path(__file__).resolve().parent / ".run"
POOL = 20
"""Connections of one API process: the product's own default, and the same for the ceiling."""

READY_WITHIN = 60.0
GRACE = 20.0
_NOWHERE = "https://127.0.0.1:9"


class BenchError(Exception):
    """The bench cannot go on; said in one line."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Who runs on which cores. Empty sets: wherever the system puts them."""

    api: frozenset[int] = frozenset()
    database: frozenset[int] = frozenset()
    generator: frozenset[int] = frozenset()

    @classmethod
    def named(cls, name: str) -> "Layout":
        """`beside-database`, `beside-api` or `free`; one core, or a system that does not say, leaves all free."""
        cores = usable_cores()
        if name == "free" or len(cores) < 2:
            return cls()
        first, second = frozenset(cores[:1]), frozenset(cores[1:2])
        third = frozenset(cores[2:3])
        return cls(first, second, third or (second if name == "beside-database" else first))

    def __str__(self) -> str:
        if not self.api:
            return "no process was bound to a core"
        named = {"API": self.api, "database and queue": self.database, "generator": self.generator}
        return ", ".join(f"{who} on core {min(cores)}" for who, cores in named.items())


@dataclass(slots=True)
class Process:
    """A server of ours. `ready_after`: seconds from its start until it answered."""

    name: str
    popen: subprocess.Popen[bytes]
    begun: float
    port: int = 0
    ready_after: float = 0.0

    @property
    def pid(self) -> int:
        return self.popen.pid

    def stop(self) -> None:
        """Ends it; fine if it is gone."""
        if self.popen.poll() is not None:
            return
        self.popen.terminate()
        try:
            self.popen.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()


@dataclass(slots=True)
class Servers:
    """The running stage. Processes are started from it and end with it."""

    places: Places
    postgres: Postgres
    valkey: Valkey
    layout: Layout
    secret: str
    lifeline: int
    stack: ExitStack
    logs: Path = field(default=RUN / "logs")

    def url(self, database: str, role: str = "lyceum_app") -> str:
        """The address of one of our databases, for SQLAlchemy."""
        return self.postgres.url(role).replace("@/lyceum?", f"@/{database}?")

    def plain_url(self, database: str, role: str) -> str:
        """The same for asyncpg."""
        return self.url(database, role).replace("postgresql+asyncpg", "postgresql")

    @property
    def postgres_pid(self) -> int:
        found = self.postgres.running()
        if found is None:
            raise BenchError("PostgreSQL has gone")
        return found.pid

    def product(self, database: str) -> dict[str, str]:
        """The environment of the shipped commands: production, with limits so high that they count and refuse none."""
        return _surroundings() | {
            "LYCEUM_ENV": "production",
            "LYCEUM_SECRET": self.secret,
            "LYCEUM_STATE": str(self.places.state),
            "LYCEUM_PUBLIC_URL": "https://api.example.com",
            "LYCEUM_CORS_ORIGINS": "https://app.example.com",
            "LYCEUM_DRAIN_SECONDS": "0",
            "LYCEUM_LIMIT_ACCOUNT": "100000000",
            "LYCEUM_LIMIT_ADDRESS": "100000000",
            "LYCEUM_LOG_LEVEL": "INFO",
            # No provider is called by any job; should one try, nobody answers.
            "STRIPE_API_BASE": _NOWHERE,
            "RESEND_API_URL": _NOWHERE,
            "BREVO_API_URL": _NOWHERE,
            "DATABASE_URL": self.url(database),
            "DATABASE_POOL_SIZE": str(POOL),
            "REDIS_URL": self.valkey.url,
            "SITE_URL": "https://app.example.com",
            "STRIPE_API_KEY": "sk_test_bench",
            "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
            "AUTH_GOOGLE_CLIENT_ID": "bench",
            "AUTH_GOOGLE_SECRET": "bench",
            "AUTH_GOOGLE_REDIRECT_URIS": "https://app.example.com/callback",
            "AUTH_RESEND_KEY": "bench",
            "BREVO_API_KEY": "bench",
        }

    def start(self, name: str, argv: Sequence[str], environment: Mapping[str, str], port: int = 0) -> Process:
        """A server process on the API's core; given a descriptor placeholder, on a socket that we opened."""
        with ExitStack() as opened:
            passed = [self.lifeline]
            if port == 0 and "{socket}" in argv:
                listener = opened.enter_context(ports.listen("127.0.0.1", 0, ""))
                port = listener.getsockname()[1]
                passed.append(listener.fileno())
                argv = [part.replace("{socket}", str(listener.fileno())) for part in argv]
            argv = [part.replace("{lifeline}", str(self.lifeline)) for part in argv]
            self.logs.mkdir(exist_ok=True)
            log = opened.enter_context((self.logs / f"{name}.log").open("wb"))
            with bound_to(set(self.layout.api)):
                # Not the kernel's own note of the start: it counts from a boot that is known to the second only.
                begun = time.monotonic()
                popen = subprocess.Popen(  # noqa: S603  (our own programs with our own arguments)
                    [sys.executable, *argv], cwd=RUN, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True, pass_fds=passed,
                )  # fmt: skip
        process = Process(name, popen, begun, port)
        self.stack.callback(process.stop)
        return process

    def api(self, database: str, name: str = "api") -> Process:
        """The shipped API, one process, answering."""
        argv = ["-m", "app.cli", "api", "--fd", "{socket}", "--lifeline", "{lifeline}"]
        return self.answering(self.start(name, argv, self.product(database)))

    def worker(self, database: str) -> Process:
        """The shipped worker. It has no port: whoever needs it waits for its work."""
        return self.start("worker", ["-m", "app.cli", "worker", "--lifeline", "{lifeline}"], self.product(database))

    def ceiling(self, database: str, keys: Mapping[str, str]) -> Process:
        """The ceiling's process, answering."""
        environment = _surroundings() | {
            "BENCH_DATABASE": self.plain_url(database, "lyceum_app"),
            "BENCH_POOL": str(POOL),
            "BENCH_STRIPE_SECRET": STRIPE_SECRET,
            **keys,
        }
        return self.answering(self.start("ceiling", ["-m", "bench.ceilings", "{socket}", "{lifeline}"], environment))

    def answering(self, process: Process) -> Process:
        """The process, once it says that it is ready. Raises `BenchError` with its last words."""
        deadline = time.monotonic() + READY_WITHIN
        while ports.status(f"http://127.0.0.1:{process.port}", "/readyz", seconds=READY_WITHIN) != 200:
            if process.popen.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{process.name} does not answer:\n{self.last_words(process.name)}")
            time.sleep(0.002)
        process.ready_after = time.monotonic() - process.begun
        return process

    def last_words(self, name: str) -> str:
        """The end of a process's log."""
        return "\n".join((self.logs / f"{name}.log").read_text(errors="replace").splitlines()[-12:])


def _surroundings() -> dict[str, str]:
    """Nothing of the caller's settings, nor of a `.env` beside the sources: the processes run in our folder."""
    home = os.environ.get("HOME", str(RUN))
    return {"PATH": os.defpath, "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(ROOT)}


@contextmanager
def stage(layout: Layout) -> Iterator[Servers]:
    """PostgreSQL (durable, as shipped) and Valkey, and at the end the way down for everything started on them."""
    RUN.mkdir(exist_ok=True)
    state = make_state(RUN / "state")
    mine = FileLock(state / "bench.lock")
    try:
        if not mine.try_exclusive():
            raise BenchError(f"another bench runs in {RUN}")
        with ExitStack() as stack, alone(state / "start.lock"):
            places = prepare(state)
            postgres, valkey = Postgres(places), Valkey(places)
            stack.callback(_clear, places)
            stack.callback(postgres.stop)
            stack.callback(valkey.stop)
            # What a killed run has left behind may be bound to other cores.
            valkey.stop()
            postgres.stop()
            with bound_to(set(layout.database)):
                postgres.start()
                valkey.start()
            reading, writing = os.pipe()
            stack.callback(os.close, reading)
            stack.callback(os.close, writing)
            os.environ["LYCEUM_SECRET"] = secret = secrets.token_urlsafe(48)
            yield Servers(places, postgres, valkey, layout, secret, reading, stack)
    finally:
        mine.close()


def _clear(places: Places) -> None:
    """Data and sockets that had to lie elsewhere, because the servers' user could not reach our folder, go away."""
    for folder in (places.sockets, places.home):
        if not folder.is_relative_to(places.state):
            shutil.rmtree(folder, ignore_errors=True)
