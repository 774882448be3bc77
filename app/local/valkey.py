"""One Valkey (a Redis-compatible server) in the state folder: started, adopted and stopped.

It listens on a unix socket in a private folder and nowhere else. What it holds may be lost without harm
(PostgreSQL is the truth), but a restart should not lose the doorbell of every job, so it keeps a log.
"""

import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.local import children
from app.local.binaries import find_valkey
from app.local.places import Places


@dataclass(frozen=True, slots=True)
class Valkey:
    """The Valkey of one state folder. Call from inside the state's `start` lock."""

    places: Places
    durable: bool = True

    @property
    def url(self) -> str:
        """The address, as redis-py and arq both read it."""
        return f"unix://{self._socket}?db=0"

    def running(self) -> psutil.Process | None:
        """Our server's process, if it lives, whoever started it."""
        return children.find(children.read_pid(self._pid_file), "--dir", str(self._data))

    def start(self) -> None:
        """Leaves with a server that answers: the running one if it does, else a new one."""
        if self.running() is not None and self._answers():
            return
        self.stop()
        self._pid_file.unlink(missing_ok=True)  # it may not be Valkey's to overwrite
        program = find_valkey(self.places)
        if not self._data.exists():
            self._data.mkdir(mode=0o700)
            self.places.hand_over(self._data)
        log = children.fresh_log(self.places, "valkey")
        options = {
            "--port": "0",
            "--unixsocket": str(self._socket),
            "--unixsocketperm": "700",
            "--dir": str(self._data),
            "--pidfile": str(self._pid_file),
            "--appendonly": "yes" if self.durable else "no",
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--databases": "64",  # a test process takes one each
            "--set-proc-title": "no",  # its command line is how we know it again
        }
        child = children.spawn(self.places, [str(program), *(part for pair in options.items() for part in pair)], log)
        children.wait_until(self._answers, child, log, 30)

    def stop(self) -> None:
        """Ends it with its log written out. Fine if none runs."""
        found = self.running()
        for process in [found] if found else children.strays("--dir", str(self._data)):
            self._end(process)

    def _end(self, process: psutil.Process) -> None:
        children.end(process, (signal.SIGTERM, 10.0))

    @property
    def _data(self) -> Path:
        return self.places.home / "valkey"

    @property
    def _pid_file(self) -> Path:
        return self.places.home / "valkey.pid"

    @property
    def _socket(self) -> Path:
        return self.places.sockets / "valkey.sock"

    def _answers(self) -> bool:
        """Whether it says PONG; while it reads its log back in it says LOADING instead."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
