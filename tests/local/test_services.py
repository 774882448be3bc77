"""PostgreSQL and Valkey of one state folder: started once, found again, ended by the last who leaves."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis
from sqlalchemy import make_url

from app.core.outbox.doorbell import open_arq
from app.local.errors import LocalError
from app.local.places import Places, prepare
from app.local.postgres import Postgres
from app.local.services import Services, ensure_services, start_for_tests, stop_for_tests
from app.local.valkey import Valkey
from app.settings import DatabaseSettings, RedisSettings, ServerSettings, Settings

ROOT = Path(__file__).parents[2]

# What another process does with the services: says that it has them, and keeps them until its input ends.
USE = """
import sys
from pathlib import Path
from app.local.services import ensure_services
from tests.local.test_services import told
with ensure_services(told(Path(sys.argv[1]))) as services:
    print("ready", flush=True)
    sys.stdin.read()
"""

START = """
import sys
from pathlib import Path
from app.local.services import start_for_tests
start_for_tests(Path(sys.argv[1]))
"""


def told(state: Path) -> Settings:
    """Settings that name a state folder and no service."""
    settings = Settings()
    settings.server = ServerSettings(state=state)
    settings.database = DatabaseSettings(url="", owner_url="")
    settings.redis = RedisSettings(url="")
    return settings


def ask(services: Services, question: str) -> object:
    """One value from the database, as its owner."""
    url = make_url(services.owner_url)

    async def run() -> object:
        connection = await asyncpg.connect(user=url.username, database=url.database, host=str(url.query["host"]))
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(run())


def queue(services: Services) -> redis.Redis:
    client: redis.Redis = redis.from_url(services.redis_url)  # type: ignore[no-untyped-call]  # redis 5 has no types
    return client


def server_pids(places: Places) -> list[int]:
    found = [Postgres(places).running(), Valkey(places).running()]
    assert all(found)
    return [process.pid for process in found if process is not None]


def kill(places: Places) -> None:
    """Ends both servers with no chance to tidy up."""
    for pid in server_pids(places):
        psutil.Process(pid).kill()


def user_of_services(state: Path) -> "subprocess.Popen[str]":
    """Another process that has the services of this folder."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", USE, str(state)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: "subprocess.Popen[str]") -> None:
    process.communicate("")
    assert process.returncode == 0


def test_what_was_written_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    with ensure_services(told(folder)) as services:
        ask(services, "CREATE TABLE kept AS SELECT 42 AS answer")
        with queue(services) as client:
            client.set("kept", "42")
    with ensure_services(told(folder)) as services, queue(services) as client:
        assert (ask(services, "SELECT answer FROM kept"), client.get("kept")) == (42, b"42")


def test_nothing_runs_after_the_last_user_left(folder: Path) -> None:
    with ensure_services(told(folder)):
        pids = server_pids(prepare(folder))
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_an_acknowledged_write_is_on_disk(folder: Path) -> None:
    start_for_tests(folder)  # fast and careless: not good enough for whoever comes next
    with ensure_services(told(folder)) as services:
        careful = [ask(services, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
    assert careful == ["on", "on", "on"]


def test_no_server_listens_on_the_network(folder: Path) -> None:
    start_for_tests(folder)
    processes = [psutil.Process(pid) for pid in server_pids(prepare(folder))]
    assert [connection for process in processes for connection in process.net_connections("inet")] == []


async def test_arq_reaches_the_queue(folder: Path) -> None:
    pool = open_arq(start_for_tests(folder).redis_url)
    assert await pool.enqueue_job("anything") is not None
    await pool.aclose()


def test_the_owner_of_the_tables_is_no_superuser(folder: Path) -> None:
    assert ask(start_for_tests(folder), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_a_second_user_shares_the_servers_of_the_first(folder: Path) -> None:
    first = user_of_services(folder)
    before = server_pids(prepare(folder))
    with ensure_services(told(folder)) as services:
        finish(first)
        assert ask(services, "SELECT 1") == 1
        assert server_pids(prepare(folder)) == before


def test_many_who_start_at_once_get_one_server(empty_folder: Path) -> None:
    command = [sys.executable, "-c", START, str(empty_folder)]
    many = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]  # noqa: S603 - our own interpreter
    assert [process.wait() for process in many] == [0, 0, 0, 0]
    data = str(prepare(empty_folder).home / "postgres")
    assert sum("-D" in line and data in line for line in _command_lines()) == 1


def test_servers_of_a_killed_user_are_adopted_and_then_stopped(folder: Path) -> None:
    process = user_of_services(folder)
    process.kill()
    process.communicate()
    places = prepare(folder)
    left = server_pids(places)
    with ensure_services(told(folder)) as services:
        assert ask(services, "SELECT 1") == 1
        assert server_pids(places) == left
    assert (Postgres(places).running(), Valkey(places).running()) == (None, None)


def test_killed_servers_are_replaced(folder: Path) -> None:
    start_for_tests(folder)
    kill(prepare(folder))
    services = start_for_tests(folder)
    with queue(services) as client:
        assert (ask(services, "SELECT 1"), client.ping()) == (1, True)


def test_a_pid_file_with_the_number_of_a_stranger_bars_nobody(folder: Path) -> None:
    start_for_tests(folder)
    stop_for_tests(folder)
    places = prepare(folder)
    user = places.user if places.drops_privileges else None
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as stranger:
        lines = [str(stranger.pid), str(places.home / "postgres"), "0", "5432", str(places.sockets), "", "ready"]
        (places.home / "postgres" / "postmaster.pid").write_text("\n".join(lines))
        (places.sockets / ".s.PGSQL.5432.lock").write_text("\n".join(lines))
        (places.home / "valkey.pid").write_text(str(stranger.pid))
        services = start_for_tests(folder)
        assert ask(services, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("lost", ["run/.s.PGSQL.5432", "run/valkey.sock", "postgres/postmaster.pid", "valkey.pid"])
def test_a_server_that_lost_its_files_is_replaced(folder: Path, lost: str) -> None:
    start_for_tests(folder)
    (prepare(folder).home / lost).unlink()
    services = start_for_tests(folder)
    with queue(services) as client:
        assert (ask(services, "SELECT 1"), client.ping()) == (1, True)


@pytest.mark.parametrize("lost", ["postgres/postmaster.pid", "valkey.pid"])
def test_a_server_that_lost_its_pid_file_can_be_stopped(folder: Path, lost: str) -> None:
    start_for_tests(folder)
    pids = server_pids(prepare(folder))
    (prepare(folder).home / lost).unlink()
    stop_for_tests(folder)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_an_interrupted_first_start_leaves_no_half_database(empty_folder: Path) -> None:
    draft = prepare(empty_folder).home / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    assert ask(start_for_tests(empty_folder), "SELECT 1") == 1


def test_data_of_another_version_are_refused_and_kept(empty_folder: Path) -> None:
    data = prepare(empty_folder).home / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(LocalError, match="written by PostgreSQL 12"):
        start_for_tests(empty_folder)
    assert (data / "PG_VERSION").read_text() == "12\n"


@pytest.mark.parametrize("name", ["x" * 120, "with spaces & ümläuts %2F"])
def test_any_name_of_a_folder_will_do(empty_folder: Path, name: str) -> None:
    services = start_for_tests(empty_folder / name)
    try:
        with queue(services) as client:
            assert (ask(services, "SELECT 1"), client.ping()) == (1, True)
    finally:
        stop_for_tests(empty_folder / name)
        with suppress(OSError):
            prepare(empty_folder / name).sockets.rmdir()


def test_what_lies_in_the_state_folder_is_closed_to_others(folder: Path) -> None:
    start_for_tests(folder)
    assert prepare(folder).home.stat().st_mode & 0o077 == 0


def _command_lines() -> list[list[str]]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            found.append(process.cmdline())
    return found


def test_ctrl_c_does_not_reach_the_servers_first(folder: Path) -> None:
    process = user_of_services(folder)
    pids = server_pids(prepare(folder))
    assert {os.getsid(pid) for pid in pids}.isdisjoint({os.getsid(process.pid)})
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert not any(psutil.pid_exists(pid) for pid in pids)
