"""The supervisor keeps its programs alive, ends them in order and takes them along when it is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from app.local.errors import LocalError
from app.local.supervisor import Program, Supervisor
from tests.local.test_services import ROOT

# A program that writes down when it starts and when it is asked to end. Its arguments: diary, name, manner.
PROGRAM = """
import os, signal, subprocess, sys, time
diary, name, manner, _, lifeline = sys.argv[1:]
def write(word):
    with open(diary, "a") as file:
        file.write(f"{name} {word} {os.getpid()}\\n")
def end(*_):
    write("ends")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if manner == "stubborn" else end)
if manner == "parent":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    write(f"has {child.pid}")
if manner == "linked":
    from app.local.lifeline import hold
    hold(int(lifeline))
write("starts")
if manner == "broken":
    sys.exit(7)
while True:
    time.sleep(60)
"""

SUPERVISE = """
import asyncio, sys
from app.local.supervisor import Program, Supervisor
async def main():
    command = (sys.executable, "-c", sys.argv[2])
    supervisor = Supervisor({"PYTHONPATH": "."}, print, lambda *_: None, command)
    supervisor.keep(Program("linked", (sys.argv[1], "linked", "linked"), 5))
    await supervisor.failed()
asyncio.run(main())
"""


class Diary:
    """What the programs wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()

    def lines(self, word: str) -> list[str]:
        return [line for line in self.path.read_text().splitlines() if f" {word} " in line]

    def pid(self, word: str) -> int:
        return int(self.lines(word)[-1].split()[-1])


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def supervising(said: list[str], *, ready: bool = True) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor({}, said.append, lambda _name, _pid: None, (sys.executable, "-c", PROGRAM), ready=ready)
    yield supervisor
    await supervisor.stop()
    supervisor.close()


def program(diary: Diary, name: str, manner: str = "polite", grace: float = 10) -> Program:
    return Program(name, (str(diary.path), name, manner), grace)


async def test_a_program_that_died_is_started_again(diary: Diary) -> None:
    said: list[str] = []
    async with supervising(said) as supervisor:
        supervisor.keep(program(diary, "worker"))
        await until(lambda: len(diary.lines("starts")) == 1)
        os.kill(diary.pid("starts"), signal.SIGKILL)
        await until(lambda: len(diary.lines("starts")) == 2)
    assert said == ["worker ended (by signal SIGKILL), starting it again in 0.5 s"]


async def test_a_program_that_never_starts_ends_the_attempt(diary: Diary) -> None:
    async with supervising([], ready=False) as supervisor:
        supervisor.keep(program(diary, "api 1", "broken"))
        with pytest.raises(LocalError, match=r"api 1 does not start \(with code 7\)"):
            await asyncio.wait_for(supervisor.failed(), 30)


async def test_programs_end_one_kind_after_the_other(diary: Diary) -> None:
    async with supervising([]) as supervisor:
        for name in ("api 1", "api 2", "worker", "twins"):
            supervisor.keep(program(diary, name))
        await until(lambda: len(diary.lines("starts")) == 4)
    kinds = [line.split()[0] for line in diary.lines("ends")]
    assert kinds == ["api", "api", "worker", "twins"]


async def test_a_program_that_does_not_end_is_killed(diary: Diary) -> None:
    said: list[str] = []
    async with supervising(said) as supervisor:
        supervisor.keep(program(diary, "worker", "stubborn", grace=0.2))
        await until(lambda: len(diary.lines("starts")) == 1)
    assert said == ["worker did not finish within 0.2 s, killing it"]


async def test_a_program_that_waits_for_its_next_start_does_not_get_one_when_all_is_stopped(diary: Diary) -> None:
    async with supervising([]) as supervisor:
        supervisor.keep(program(diary, "api 1", "broken"))
        await until(lambda: len(diary.lines("starts")) == 2)
    assert len(diary.lines("starts")) == 2


async def test_what_a_program_started_ends_with_it(diary: Diary) -> None:
    async with supervising([]) as supervisor:
        supervisor.keep(program(diary, "api 1", "parent"))
        await until(lambda: len(diary.lines("starts")) == 1)
        grandchild = int(next(iter(diary.path.read_text().splitlines())).split()[-2])
        os.kill(diary.pid("starts"), signal.SIGKILL)
        await until(lambda: len(diary.lines("starts")) == 2)
        assert not _lives(grandchild)


async def test_programs_end_when_the_supervisor_is_killed(diary: Diary) -> None:
    command = [sys.executable, "-c", SUPERVISE, str(diary.path), PROGRAM]
    with subprocess.Popen(command, cwd=ROOT) as supervisor:  # noqa: ASYNC220, S603 - our own interpreter
        await until(lambda: len(diary.lines("starts")) == 1)
        supervisor.kill()
    await until(lambda: len(diary.lines("ends")) == 1)


def _lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
