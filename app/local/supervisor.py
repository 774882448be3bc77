"""Keeps the processes of `lyceum run` alive, and ends them in order.

Each child runs in a session of its own: Ctrl-C reaches only the supervisor, which then asks the children
to finish one after the other. Each holds the read end of a pipe (`app.local.lifeline`), so that it also
ends when the supervisor was killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.local.errors import LocalError

COMMAND = (sys.executable, "-m", "app.cli")

LONGEST_PAUSE = 30.0
# Whoever lived this long was healthy; its next death starts again with a short pause.
HEALTHY_AFTER = 30.0
# A child that dies this often before the service first answered will not get better by itself.
PATIENCE_AT_START = 3


@dataclass(slots=True)
class Program:
    """What to keep running. `arguments` follow the supervisor's command; `grace`: seconds it may take to finish."""

    name: str
    arguments: Sequence[str]
    grace: float
    sockets: tuple[int, ...] = ()
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Runs the programs it is given. `say` shows one line to the person at the keyboard."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    on_start: Callable[[str, int], None]
    command: Sequence[str] = COMMAND
    programs: list[Program] = field(default_factory=list)
    ready: bool = False
    _keepers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def keep(self, program: Program) -> None:
        """Starts it, and starts it again whenever it ends."""
        self.programs.append(program)
        self._keepers[program.name] = asyncio.create_task(self._keep(program))

    async def failed(self) -> None:
        """Returns never; raises `LocalError` when a program cannot be kept alive."""
        done, _ = await asyncio.wait(self._keepers.values(), return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Ends the programs in the order in which they were given, each within its grace."""
        self._stopping.set()
        for programs in self._in_order():
            await asyncio.gather(*(self._end(program) for program in programs))
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)

    def close(self) -> None:
        for descriptor in self._lifeline:
            os.close(descriptor)

    def kill(self) -> None:
        """Ends everything at once: the person at the keyboard asked twice."""
        self._stopping.set()
        for program in self.programs:
            _signal_session(program, signal.SIGKILL)

    def _in_order(self) -> list[list[Program]]:
        """Programs of one kind (`api 1`, `api 2`) end together."""
        kinds: dict[str, list[Program]] = {}
        for program in self.programs:
            kinds.setdefault(program.name.split(" ")[0], []).append(program)
        return list(kinds.values())

    async def _keep(self, program: Program) -> None:
        while True:
            began = asyncio.get_running_loop().time()
            code = await self._live_once(program)
            if self._stopping.is_set():
                return
            lived = asyncio.get_running_loop().time() - began
            program.deaths = 1 if lived > HEALTHY_AFTER else program.deaths + 1
            if not self.ready and program.deaths >= PATIENCE_AT_START:
                raise LocalError(f"{program.name} does not start ({_ending(code)}); its last words are above")
            pause = min(LONGEST_PAUSE, 0.5 * 2 ** (program.deaths - 1))
            self.say(f"{program.name} ended ({_ending(code)}), starting it again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
                return

    async def _live_once(self, program: Program) -> int:
        reader = self._lifeline[0]
        program.process = await asyncio.create_subprocess_exec(
            *self.command,
            *program.arguments,
            "--lifeline",
            str(reader),
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(reader, *program.sockets),
            start_new_session=True,
        )
        self.on_start(program.name, program.process.pid)
        if self._stopping.is_set():  # asked to stop while it was being started
            program.process.terminate()
        code = await program.process.wait()
        _signal_session(program, signal.SIGKILL)  # what it may have left behind
        return code

    async def _end(self, program: Program) -> None:
        process = program.process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), program.grace)
        except TimeoutError:
            self.say(f"{program.name} did not finish within {program.grace:g} s, killing it")
            _signal_session(program, signal.SIGKILL)
            await process.wait()


def _signal_session(program: Program, number: signal.Signals) -> None:
    if program.process is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(program.process.pid, number)


def _ending(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
