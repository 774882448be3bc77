"""Starting, recognising and ending server processes that may outlive the process that started them."""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

import psutil

from app.local.errors import LocalError
from app.local.places import Places

# Kept for the life of this process: a collected Popen would warn that its child still runs, which is the plan.
_started: dict[int, subprocess.Popen[bytes]] = {}

_LARGEST_LOG = 10_000_000


@atexit.register
def _let_go() -> None:
    """Servers that are still wanted outlive us; without a return code Python would complain about that at exit."""
    for child in _started.values():
        child.returncode = child.returncode or 0


def spawn(places: Places, argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a server as the service user, in a session of its own so that Ctrl-C does not reach it first."""
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_surroundings(places),
        )
    places.hand_over(log)
    _started[child.pid] = child
    return child


def run(places: Places, argv: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as the service user to its end, with `text` as its input and its complaints in `stdout`."""
    return subprocess.run(  # noqa: S603 - as above
        argv,
        check=False,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **_surroundings(places),
    )


class _Surroundings(TypedDict):
    cwd: Path
    env: dict[str, str]
    umask: int
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _surroundings(places: Places) -> _Surroundings:
    """Nothing of the caller's environment, and nothing of root's rights."""
    drops = places.drops_privileges
    return {
        "cwd": places.home,
        "env": {"PATH": os.defpath, "HOME": str(places.home), "LC_ALL": "C", "TZ": "UTC"},
        "umask": 0o077,
        "user": places.user if drops else None,
        "group": places.group if drops else None,
        "extra_groups": [] if drops else None,
    }


def fresh_log(places: Places, name: str) -> Path:
    """The log file of a service; the previous one is kept beside it once it has grown large."""
    log = places.home / f"{name}.log"
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for the error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def read_pid(path: Path) -> int | None:
    """The process id in the first line of a file, if there is one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def find(pid: int | None, *marks: str) -> psutil.Process | None:
    """The live process with this id if its command line has every mark: ids of the dead are given to strangers."""
    try:
        process = None if pid is None else psutil.Process(pid)
        return process if process is not None and _has(process, marks) else None
    except psutil.Error:
        return None


def strays(*marks: str) -> list[psutil.Process]:
    """Live processes with these marks, for when the pid file was deleted under a running server."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _has(process, marks):
                found.append(process)
    return found


def _has(process: psutil.Process, marks: Sequence[str]) -> bool:
    command = process.cmdline()
    return (
        all(mark in command for mark in marks)
        and process.status() != psutil.STATUS_ZOMBIE
        and _shares_our_files(process.pid)
    )


def _shares_our_files(pid: int) -> bool:
    """False for a process inside a container, whose paths look like ours and are others."""
    try:
        theirs, ours = Path(f"/proc/{pid}/root").stat(), Path("/").stat()
    except FileNotFoundError:
        return True  # no such folder on this system
    except PermissionError:
        return False
    return (theirs.st_dev, theirs.st_ino) == (ours.st_dev, ours.st_ino)


def end(process: psutil.Process, *steps: tuple[signal.Signals, float]) -> None:
    """Sends each signal in turn, waiting its seconds for the process to go. Raises `LocalError` if it never goes."""
    try:
        for number, seconds in (*steps, (signal.SIGKILL, 10.0)):
            process.send_signal(number)
            if _gone(process, seconds):
                return
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise LocalError(f"Process {process.pid} belongs to another user and cannot be stopped by us") from error
    raise LocalError(f"Process {process.pid} does not stop")


def _gone(process: psutil.Process, seconds: float) -> bool:
    child = _started.get(process.pid)
    try:
        if child is None:
            process.wait(seconds)
        else:
            child.wait(seconds)
    except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
        return False
    _started.pop(process.pid, None)
    return True


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Asks again and again until the server answers. Raises `LocalError` with its last words if it does not."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            _started.pop(child.pid, None)
            raise LocalError(f"{Path(str(child.args[0])).name} ended at once:\n{last_lines(log)}")  # type: ignore[index]  # always a list here
        if time.monotonic() > deadline:
            raise LocalError(f"{log.stem} does not answer after {seconds:.0f} s:\n{last_lines(log)}")
        time.sleep(0.01)


def wait_for_leavers(folder: Path, seconds: float) -> None:
    """Waits until no process works in `folder` any more. Raises `LocalError` if some stay."""
    deadline = time.monotonic() + seconds
    while any(_works_in(process, folder) for process in psutil.process_iter()):
        if time.monotonic() > deadline:
            raise LocalError(f"Processes of an earlier server still work in {folder}")
        time.sleep(0.05)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd() == str(folder)
    except psutil.Error:
        return False
