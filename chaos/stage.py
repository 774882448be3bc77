"""The stage: the shipped commands, running as in production on servers of their own, and every way to break them.

Two API processes, two workers and the twins are `python -m app.cli …` of the tree that is given, so a broken copy of
the tree can be put on stage as it is. Each API process has a listening socket that the harness keeps open: a killed
one makes its callers wait, and does not turn them away.
"""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg

from app.core.database.roles import RUNTIME_ROLE
from app.core.secrets import keys_for
from app.identity.tokens import signing_keys
from app.local import ports
from app.settings import settings
from chaos.drain import Drained, drain
from chaos.ground import Ground
from chaos.http import Answer, exchange
from chaos.processes import Process

TREE = Path(__file__).resolve().parents[1]
RUN = TREE / "chaos" / ".run"
SECRET = "chaos-" + "0123456789abcdef" * 3
API_PROCESSES = 2
WORKERS = 2
_PLAYED = ("app", "migrations", "alembic.ini")
_READY_WITHIN = 60.0


class StageBroken(RuntimeError):
    """Something did not come up that has to."""


class Stage:
    """Use as an async context manager; on leaving everything is stopped, whatever happened inside.

    `database` is a pool as the owner of the tables: to seed, to read the ledger, to move a clock. It heals by itself
    after `crash_postgres()`, but a statement that was running then fails.
    """

    database: "asyncpg.Pool[asyncpg.Record]"

    def __init__(self, folder: Path, tree: Path = TREE, seed: int = 0) -> None:
        self.folder = folder.resolve()
        self.tree = tree.resolve()
        self.seed = seed
        self.api: list[Process] = []
        self.workers: list[Process] = []
        self.api_urls: list[str] = []
        self.twins_url = ""
        self._ground = Ground(self.folder)
        self._sockets: list[socket.socket] = []
        self._lifeline: tuple[int, int] = (-1, -1)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        _sign_as(SECRET)
        try:
            self._stack.push_async_callback(asyncio.to_thread, self._ground.close)
            await _uninterrupted(self._ground.open)
            await _uninterrupted(self._copy_tree)
            await _uninterrupted(self._migrate)
            self.database = await self._open_pool()
            await self._start_processes()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(self._stack.aclose())

    # Breaking

    async def kill_api(self, number: int) -> None:
        """SIGKILL; its callers' connections break, new ones wait for `start_api`."""
        await self.api[number].kill()

    async def start_api(self, number: int) -> None:
        """Start it and wait until it answers."""
        await self.api[number].start()
        await self._answers(self.api_urls[number])

    async def restart_api(self, number: int) -> bool:
        """SIGTERM, and start it again when it has gone. Whether it finished by itself, as it should."""
        by_itself = await self.api[number].stop()
        await self.start_api(number)
        return by_itself

    async def kill_worker(self, number: int) -> None:
        """SIGKILL, in the middle of whatever it does."""
        await self.workers[number].kill()

    async def start_worker(self, number: int) -> None:
        """Start it; it works as soon as it can."""
        await self.workers[number].start()

    def freeze_worker(self, number: int) -> None:
        """SIGSTOP: it holds its jobs, its connections and its locks, and does nothing."""
        self.workers[number].freeze()

    def thaw_worker(self, number: int) -> None:
        """SIGCONT: it goes on as if no time had passed."""
        self.workers[number].thaw()

    async def crash_postgres(self) -> None:
        """`-m immediate`: connections break, what was not committed is gone."""
        await asyncio.to_thread(self._ground.crash_postgres)

    async def start_postgres(self) -> None:
        """Start it again; returns when it takes connections, its recovery done."""
        await asyncio.to_thread(self._ground.postgres.start)

    async def empty_redis(self) -> None:
        """FLUSHALL: every queued job id and every counter is gone."""
        await asyncio.to_thread(self._redis_command, b"FLUSHALL")

    async def stop_redis(self) -> None:
        """Stop it; nobody listens at its socket."""
        await asyncio.to_thread(self._ground.valkey.stop)

    async def start_redis(self) -> None:
        """Start it, empty."""
        await asyncio.to_thread(self._ground.wipe_valkey)
        await asyncio.to_thread(self._ground.valkey.start)

    async def faults(self, **knobs: float | bool) -> None:
        """Set moods of Stripe's twin; see `app/gateways/stripe/twin/faults.py`."""
        answer = await exchange(self.twins_url, "POST", "/stripe/_faults", body=knobs)
        if answer.status != 200:
            raise StageBroken(f"the twin refuses {knobs}: {answer.body}")

    async def model_fails(self, every: int) -> None:
        """The language model answers 503 to every so many calls; 0: to none."""
        answer = await exchange(self.twins_url, "POST", "/llm/_moods", body={"fails_every": every})
        if answer.status != 200:
            raise StageBroken(f"the model's twin refuses: {answer.body}")

    async def calm(self) -> None:
        """Switch all faults of the twins off."""
        shares = dict.fromkeys(("duplicate", "lost_answer", "server_error", "rate_limited"), 0.0)
        await self.faults(**shares, hold=False, reorder_ms=0, answer_delay_ms=0)
        await self.model_fails(every=0)

    # Looking

    async def drained(self, timeout: float = 120.0) -> Drained:  # noqa: ASYNC109  (told in the report, not only kept)
        """Wait until no job is due or running and the twin has delivered everything; see `chaos.drain`."""
        return await drain(self, timeout)

    async def twin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """One request to the twins, as a buyer's browser would send it."""
        return await exchange(self.twins_url, method, path, body=body)

    async def everybody(self, query: str) -> "list[asyncpg.Record]":
        """Rows for PostgreSQL's own superuser, who alone may see what the others' connections are doing."""
        connection = await asyncpg.connect(
            host=str(self._ground.socket_folder), user="postgres", database="lyceum", ssl=False
        )
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

    def twin_rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the twin's own database: what Stripe knows, asked behind everybody's back."""
        path = self.folder / "twins" / "stripe.sqlite3"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    @property
    def owner_url(self) -> str:
        """The database's address as the owner of its tables, for SQLAlchemy."""
        return self._ground.owner_url

    async def fetch(self, query: str, *values: object, patience: float = 60.0) -> "list[asyncpg.Record]":
        """Rows as the owner; asked again while the database is away."""
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            try:
                return await self.database.fetch(query, *values)
            except (
                OSError,
                asyncpg.PostgresConnectionError,
                asyncpg.InterfaceError,
                asyncpg.OperatorInterventionError,
            ):
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.05)

    @property
    def mail_folder(self) -> Path:
        """Where the twin of the mail providers leaves one `.json` per mail."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        """Where the processes write."""
        return self.folder / "logs"

    # Building

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but the paths: a key or an `.env` of the developer's must not get in here."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(self._copy),
            "LYCEUM_ENV": "development",
            "LYCEUM_STATE": str(self.folder),
            "LYCEUM_SECRET": SECRET,
            "LYCEUM_LIMIT_ACCOUNT": "1000000",
            "LYCEUM_LIMIT_ADDRESS": "1000000",
            "LYCEUM_LOG_LEVEL": "WARNING",
            "LYCEUM_PUBLIC_URL": self.api_urls[0] if self.api_urls else "http://127.0.0.1:8000",
            "LYCEUM_TWINS_DELIVER_TO": self.api_urls[0] if self.api_urls else "",
            "LYCEUM_TWINS_URL": self.twins_url,
            "STRIPE_WEBHOOK_SECRET": "whsec_" + "c4a05" * 8,
            "DATABASE_URL": self._ground.postgres.url(RUNTIME_ROLE),
            "REDIS_URL": self._ground.valkey.url,
        }

    @property
    def _copy(self) -> Path:
        return self.folder / "tree"

    def _copy_tree(self) -> None:
        """What is played is the tree as it was when the curtain rose, however it is edited meanwhile."""
        for name in _PLAYED:
            source = self.tree / name
            if source.is_dir():
                shutil.copytree(source, self._copy / name)
            else:
                shutil.copy2(source, self._copy / name)

    def _migrate(self) -> None:
        """The tree's own migrations, by its own command: a broken tree has broken tables."""
        environment = self._environment() | {"DATABASE_URL": "", "DATABASE_OWNER_URL": self._ground.owner_url}
        command = [sys.executable, "-m", "app.cli", "migrate"]
        done = subprocess.run(  # noqa: S603 - our own program with our own arguments
            command, cwd=self.logs, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise StageBroken(f"the migrations of {self.tree} fail:\n{done.stderr[-2000:]}")

    async def _open_pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        pool = await asyncpg.create_pool(
            host=str(self._ground.socket_folder), user="lyceum", database="lyceum", ssl=False, min_size=0, max_size=8
        )
        self._stack.callback(pool.terminate)
        return pool

    async def _start_processes(self) -> None:
        self._sockets = [ports.listen("127.0.0.1", 0, "") for _ in range(API_PROCESSES + 1)]
        for listener in self._sockets:
            self._stack.callback(listener.close)
        self._lifeline = os.pipe()
        for descriptor in self._lifeline:
            self._stack.callback(os.close, descriptor)
        *apis, twins = self._sockets
        self.api_urls = [ports.url(listener) for listener in apis]
        self.twins_url = ports.url(twins)
        self.api = [self._process(f"api-{n}", "api", "--fd", listener=each) for n, each in enumerate(apis)]
        self.workers = [self._process(f"worker-{number}", "worker") for number in range(WORKERS)]
        others = [self._process("twins", "twins", "--fd", listener=twins)]
        everybody = [*others, *self.api, *self.workers]
        for process in everybody:
            # SIGKILL: what is left of a run is read from the database, and nothing here is worth a long farewell
            self._stack.push_async_callback(process.kill)
        await asyncio.gather(*(process.start() for process in everybody))
        await asyncio.gather(
            self._answers(self.twins_url, "/healthz"), *(self._answers(address) for address in self.api_urls)
        )

    def _process(self, name: str, *arguments: str, listener: socket.socket | None = None) -> Process:
        sockets = () if listener is None else (listener.fileno(),)
        words = (*arguments, *(str(descriptor) for descriptor in sockets))
        return Process(name, words, self.logs, self._environment(), self._lifeline[0], sockets)

    async def _answers(self, address: str, path: str = "/readyz") -> None:
        deadline = asyncio.get_running_loop().time() + _READY_WITHIN
        while (answer := await exchange(address, "GET", path, patience=5)).status != 200:
            if asyncio.get_running_loop().time() > deadline:
                raise StageBroken(f"{address}{path} answers {answer.status or answer.broke}; see {self.logs}")
            await asyncio.sleep(0.05)

    def _redis_command(self, command: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self._ground.socket_folder / "valkey.sock"))
            connection.sendall(command + b"\r\n")
            if not connection.recv(64).startswith(b"+"):
                raise StageBroken(f"Valkey refuses {command.decode()}")


def _sign_as(secret: str) -> None:
    """Let the product's own code in this process sign tokens that the stage accepts."""
    os.environ["LYCEUM_SECRET"] = secret
    for kept in (settings, keys_for, signing_keys):
        kept.cache_clear()


async def _uninterrupted(work: Any) -> None:
    """Run blocking work in a thread to its end, even when we are told to stop: half a server is worse than none."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
