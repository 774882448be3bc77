"""One PostgreSQL in the state folder: made, started, adopted and stopped.

It listens on a unix socket in a private folder and nowhere else, so connections need no password. The
role `lyceum` owns the database and is no superuser, as on a hosted server, so that nothing here works
by rights that nobody has in production.
"""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from app.local import children
from app.local.binaries import PostgresPrograms, find_postgres
from app.local.errors import LocalError
from app.local.places import Places

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}

# Only for databases that nobody would miss: a crash of the machine may cost all of it, in exchange for speed.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# The owner may create databases and roles and end their sessions, which migrations and tests need. No superuser.
_FIRST_STATEMENTS = """\
CREATE ROLE lyceum LOGIN CREATEDB CREATEROLE;
GRANT pg_signal_backend TO lyceum;
CREATE DATABASE lyceum OWNER lyceum;
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The PostgreSQL of one state folder. Call from inside the state's `start` lock."""

    places: Places
    durable: bool = True

    def url(self, role: str) -> str:
        """The address for SQLAlchemy, as `role`."""
        return f"postgresql+asyncpg://{role}@/lyceum?host={quote(str(self.places.sockets), safe='/')}"

    def running(self) -> psutil.Process | None:
        """Our server's main process, if it lives, whoever started it."""
        return children.find(children.read_pid(self._data / "postmaster.pid"), "-D", str(self._data))

    def start(self) -> None:
        """Leaves with a server that answers: the running one if it does, else a new one."""
        programs = find_postgres(self.places)
        found = self.running()
        if found is not None and self._answers(programs, patience=10) and self._as_careful(found):
            return
        self.stop()
        self._initialise(programs)
        self._forget_the_dead()
        log = children.fresh_log(self.places, "postgres")
        options = [part for pair in self._settings().items() for part in ("-c", "=".join(pair))]
        argv = [programs.path("postgres"), "-D", str(self._data), "-k", str(self.places.sockets), *options]
        for attempt in (1, 2, 3):
            child = children.spawn(self.places, argv, log)
            try:
                children.wait_until(lambda: self._answers(programs), child, log, 60)
            except LocalError:
                # Helpers of a killed server hold its memory for a moment and keep a new one out.
                if attempt == 3 or "shared memory block" not in children.last_lines(log):
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self) -> None:
        """Ends it without waiting for clients (fast shutdown); what was committed is on disk. Fine if none runs."""
        found = self.running()
        for process in [found] if found else children.strays("-D", str(self._data)):
            self._end(process)

    def _end(self, process: psutil.Process) -> None:
        children.end(process, (signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))

    @property
    def _data(self) -> Path:
        return self.places.home / "postgres"

    def _settings(self) -> dict[str, str]:
        return _SETTINGS if self.durable else _SETTINGS | _CARELESS

    def _as_careful(self, process: psutil.Process) -> bool:
        return not (self.durable and "fsync=off" in process.cmdline())

    def _answers(self, programs: PostgresPrograms, patience: float = 0.0) -> bool:
        """Whether it takes connections; one that is still starting gets `patience` seconds."""
        question = [programs.path("pg_isready"), "-q", "-h", str(self.places.sockets), "-d", "lyceum"]
        deadline = time.monotonic() + patience
        while (answer := subprocess.run(question, check=False, env={}).returncode) == 1:  # noqa: S603 - our own
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return answer == 0

    def _initialise(self, programs: PostgresPrograms) -> None:
        """Makes the data folder in one step, so that an interruption leaves none rather than half a one."""
        if self._data.exists():
            found = (self._data / "PG_VERSION").read_text().strip()
            if found != str(programs.major):
                raise LocalError(
                    f"{self._data} was written by PostgreSQL {found}, installed is {programs.major}. "
                    "Move the folder away or set DATABASE_URL"
                )
            return
        draft = self.places.home / "postgres.draft"
        shutil.rmtree(draft, ignore_errors=True)
        # The C library's locales differ between machines, and sort orders with them; the built-in one does not.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if programs.major >= 17 else []
        access = ["-U", "postgres", "--auth-local=trust", "--auth-host=reject"]
        fixed = ["--encoding=UTF8", "--locale=C", *locale, "--no-sync", "--no-instructions"]
        self._run([programs.path("initdb"), "-D", str(draft), *access, *fixed])
        single = [programs.path("postgres"), "--single", "-D", str(draft), "-c", "exit_on_error=on", "postgres"]
        self._run(single, _FIRST_STATEMENTS)
        draft.rename(self._data)

    def _run(self, argv: list[str], text: str = "") -> None:
        """One command as the service user, to its end."""
        done = children.run(self.places, argv, text)
        if done.returncode != 0:
            raise LocalError(f"{Path(argv[0]).name} failed:\n{done.stdout}")

    def _forget_the_dead(self) -> None:
        """Removes pid files whose number a stranger (or a corpse that nobody buries) has now: they would bar the way.

        A number that nobody has is PostgreSQL's own business, which it settles more carefully than we could.
        """
        for name in (self._data / "postmaster.pid", self.places.sockets / ".s.PGSQL.5432.lock"):
            pid = children.read_pid(name)
            if pid is not None and psutil.pid_exists(pid):
                children.wait_for_leavers(self._data, 10)
                name.unlink()
