"""What a stage stands on: a PostgreSQL and a Valkey of its own, in its own folder, durable, breakable on purpose."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from app.local import children
from app.local.locks import FileLock
from app.local.places import make_state, prepare
from app.local.postgres import Postgres
from app.local.valkey import Valkey


class FolderTaken(RuntimeError):
    """Another harness plays in this folder."""


class Ground:
    """The two servers of one folder. All methods block: call them from a thread.

    The folder is emptied first and last (the logs stay), and what a killed predecessor left running is ended.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = make_state(folder)
        self._lock = FileLock(self.folder / "harness.lock")
        if not self._lock.try_exclusive():
            self._lock.close()
            raise FolderTaken(str(self.folder))
        self.places = prepare(self.folder)
        self.postgres = Postgres(self.places)
        self.valkey = Valkey(self.places, durable=False)

    @property
    def socket_folder(self) -> Path:
        """Where PostgreSQL's socket lies."""
        return self.places.sockets

    @property
    def owner_url(self) -> str:
        """The address of the database as the owner of its tables."""
        return self.postgres.url("lyceum")

    def open(self) -> None:
        """Fresh servers that answer."""
        self._end_servers()
        self._sweep(keep_logs=False)
        self.places = prepare(self.folder)
        self.postgres.start()
        self.valkey.start()

    def close(self) -> None:
        """Nothing runs, nothing is left but the logs."""
        try:
            self._end_servers()
            self._sweep(keep_logs=True)
        finally:
            self._lock.close()

    def crash_postgres(self) -> None:
        """What `pg_ctl stop -m immediate` does: no checkpoint, no farewell to clients."""
        process = self.postgres.running()
        if process is not None:
            children.end(process, (signal.SIGQUIT, 30.0))

    def wipe_valkey(self) -> None:
        """Forget whatever it kept on disk."""
        shutil.rmtree(self.places.home / "valkey", ignore_errors=True)

    def _end_servers(self) -> None:
        self._end_players()
        self.valkey.stop()
        self.postgres.stop()

    def _end_players(self) -> None:
        """Processes of a harness that was killed; one that is frozen has not even noticed."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if Path(process.cwd()) == self.folder / "logs" and "app.cli" in process.cmdline():
                    process.kill()
                    process.wait(10)

    def _sweep(self, *, keep_logs: bool) -> None:
        """Empty the folder, and those outside it that were made because the service user could not get here."""
        logs = self.folder / "logs"
        if not keep_logs:
            shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir(exist_ok=True)
        for log in self.places.home.glob("*.log") if keep_logs else ():
            shutil.copyfile(log, logs / log.name)
        for folder in {self.places.home, self.places.sockets}:
            shutil.rmtree(folder, ignore_errors=True)
        for found in self.folder.iterdir():
            if found.name in {"harness.lock", "logs"}:
                continue
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def own_folder(root: Path) -> Path:
    """A folder below `root` in which no other harness plays just now."""
    root.mkdir(exist_ok=True, parents=True)
    if os.geteuid() == 0:
        root.chmod(0o711)  # the servers' user has to pass
    number = 0
    while True:
        folder = root / f"stage-{number}"
        lock = FileLock(make_state(folder) / "harness.lock")
        try:
            if lock.try_exclusive():
                return folder
        finally:
            lock.close()
        number += 1
