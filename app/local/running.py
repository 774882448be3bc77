"""`running.json` in the state folder: what `lyceum run` started and where it answers, for every other command."""

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

# The clock may be set while a process runs, and its start with it; ids are not used again that quickly.
_SAME_START = 60.0


@dataclass(slots=True)
class Child:
    """One of our processes. The start time (seconds since 1970) tells it from a later one of the same id."""

    pid: int
    started: float


@dataclass(slots=True)
class Running:
    """What runs in one state folder. Addresses carry passwords, and `secret` is one: the file is closed to others.

    `secret` is empty in production, where the command line signs nothing. `told_database_url` is what the environment
    said when all this was started.
    """

    state: str
    pid: int
    started: float
    api_url: str
    database_url: str
    redis_url: str
    twins_url: str = ""
    secret: str = ""
    told_database_url: str = ""
    children: dict[str, Child] = field(default_factory=dict)

    def write(self, state: Path) -> None:
        draft = state / "running.json.draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
        draft.replace(state / "running.json")


def read(state: Path) -> Running | None:
    """What was last written there, whether or not it still runs."""
    try:
        found = json.loads((state / "running.json").read_text())
        children = {name: Child(**child) for name, child in found.pop("children").items()}
        return Running(**found, children=children)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def alive(state: Path) -> Running | None:
    """What runs there now."""
    found = read(state)
    return found if found is not None and lives(Child(found.pid, found.started)) else None


def meant(state: Path, told_database_url: str) -> Running | None:
    """What runs there, unless the environment names another database: what somebody set is always obeyed."""
    found = alive(state)
    return found if found is not None and told_database_url in {"", found.told_database_url} else None


def forget(state: Path) -> None:
    (state / "running.json").unlink(missing_ok=True)


def environment(found: Running) -> dict[str, str]:
    """The variables that lead a process to what runs there."""
    named = {
        "LYCEUM_STATE": found.state,
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "LYCEUM_TWINS_URL": found.twins_url,
        "LYCEUM_SECRET": found.secret,
    }
    return {name: value for name, value in named.items() if value}


def end_leftovers(state: Path, seconds: float) -> None:
    """Ends the children of a supervisor that was killed; they know already, and get `seconds` to finish."""
    found = read(state)
    left = [child for child in found.children.values() if lives(child)] if found else []
    for child in left:
        _signal_session(child, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(lives(child) for child in left):
        if time.monotonic() > deadline:
            for child in left:
                _signal_session(child, signal.SIGKILL)
        time.sleep(0.05)
    forget(state)


def _signal_session(child: Child, number: signal.Signals) -> None:
    if lives(child):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)


def describe(pid: int) -> Child:
    """The child with this id, just started by us."""
    return Child(pid, psutil.Process(pid).create_time())


def _is_ours(command: list[str]) -> bool:
    return "app.cli" in command or any(Path(part).name == "lyceum" for part in command[:2])


def lives(child: Child) -> bool:
    """Whether it is still the same process, and not a corpse."""
    try:
        process = psutil.Process(child.pid)
        same = abs(process.create_time() - child.started) < _SAME_START and _is_ours(process.cmdline())
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
