"""One process of the shipped commands: started, killed, frozen, restarted by the harness, and always buried."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Process:
    """`lyceum <arguments>` in a session of its own, so that Ctrl-C reaches the harness alone.

    `lifeline` is the read end of a pipe that nobody writes: the process ends by itself when the harness was killed.
    `started_count` tells how often it was started, kills included.
    """

    name: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    lifeline: int
    sockets: tuple[int, ...] = ()
    started_count: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None)

    @property
    def runs(self) -> bool:
        """Whether it lives (frozen counts)."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process id; 0 when it does not run."""
        return self._process.pid if self._process is not None and self.runs else 0

    async def start(self) -> None:
        """Start it unless it runs. Returns at once: who needs it ready has to ask it."""
        if self.runs:
            return
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "app.cli",
                *self.arguments,
                "--lifeline",
                str(self.lifeline),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self.lifeline, *self.sockets),
                start_new_session=True,
            )
        self.started_count += 1

    async def kill(self) -> None:
        """SIGKILL to all of its session; returns when it is buried."""
        self._signal(signal.SIGKILL)
        await self._buried()

    async def stop(self, patience: float = 40.0) -> bool:
        """SIGTERM; SIGKILL after `patience` seconds. Whether it went by itself."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._buried(), patience)
        except TimeoutError:
            await self.kill()
            return False
        return True

    def freeze(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.runs:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _buried(self) -> None:
        if self._process is not None:
            await self._process.wait()
