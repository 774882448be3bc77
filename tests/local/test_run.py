"""`lyceum run` from an empty folder to the first call, through the deaths of its parts, and back to nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from app.local import ports, running
from app.local.places import prepare
from app.local.postgres import Postgres
from app.local.running import Running
from app.local.valkey import Valkey

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# Nothing that this test run was told may reach the command: it has to find everything itself.
FOREIGN = ("DATABASE_", "REDIS_", "LYCEUM_", "STRIPE_", "AUTH_", "BREVO_")


class Machine:
    """One `lyceum run` on a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = {**kept, "LYCEUM_STATE": str(state), "LYCEUM_PORT": str(_free_port()), "LYCEUM_ENV": ""}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> Running:
        """Starts and waits for the greeting."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "run"],
            cwd=self.state.parent,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.greeting = []
        for line in self.process.stdout:
            self.greeting.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        found = running.alive(self.state)
        assert found is not None, self.greeting
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=self.state.parent,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
        )

    def nothing_left(self) -> bool:
        places = prepare(self.state)
        servers = [Postgres(places).running(), Valkey(places).running()]
        return servers == [None, None] and not (self.state / "running.json").exists()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine that was started once and is used by these tests in turn."""
    with tempfile.TemporaryDirectory(prefix="lyceum-test-", dir="/tmp", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        it = Machine(Path(made) / "state")
        it.start()
        yield it
        if it.process is not None and it.process.poll() is None:
            it.stop()


@pytest.fixture
def here(machine: Machine) -> Running:
    """What runs there, started again if the test before ended it."""
    found = running.alive(machine.state)
    return found if found is not None else machine.start()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_the_api_answers_once_it_was_greeted(here: Running) -> None:
    assert ports.status(here.api_url, "/readyz") == 200


def test_the_first_calls_of_the_greeting_work(machine: Machine, here: Running) -> None:
    calls = [line.strip().split("$(")[0] for line in machine.greeting if line.strip().startswith("curl")]
    paths = [call.split()[2].removeprefix(here.api_url) for call in calls]
    assert [ports.status(here.api_url, path) for path in paths] == [200, 401]  # the second one wants its token


def test_the_demo_account_of_the_greeting_gets_a_token(machine: Machine, here: Running) -> None:
    call = next(line for line in machine.greeting if "token --email" in line)
    command = call.split("$(")[1].split(")")[0].split()
    token = machine.command(*command[command.index("token") :]).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert ports.status(here.api_url, "/api/v1/identity/me", headers=headers) == 200


def test_the_twins_answer(here: Running) -> None:
    assert ports.status(here.twins_url, "/") in range(200, 500)


def test_a_token_from_the_command_line_is_accepted(machine: Machine, here: Running) -> None:
    made = machine.command("account", "create", "--email", "first@example.com", "--name", "First", "--tokens")
    token = json.loads(made.stdout)["access_token"]
    found = ports.status(here.api_url, "/api/v1/identity/me", headers={"Authorization": f"Bearer {token}"})
    assert found == 200


def test_the_token_command_prints_a_token_and_nothing_else(machine: Machine, here: Running) -> None:
    machine.command("account", "create", "--email", "second@example.com", "--name", "Second")
    printed = machine.command("token", "--email", "second@example.com").stdout
    headers = {"Authorization": f"Bearer {printed.removesuffix(os.linesep)}"}
    assert ports.status(here.api_url, "/api/v1/identity/me", headers=headers) == 200


def test_the_worker_does_what_a_request_asked_for(machine: Machine, here: Running) -> None:
    connection = HTTPConnection(here.api_url.removeprefix("http://"), timeout=10)
    body = json.dumps({"email": "third@example.com", "name": "Third"})
    connection.request("POST", "/api/v1/identity/magic-links", body, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 202
    connection.close()
    until(lambda: any("third@example.com" in mail.read_text() for mail in machine.state.glob("mail/**/*.eml")))


def test_the_doctor_says_where_everything_is(machine: Machine, here: Running) -> None:
    done = machine.command("doctor", "--json")
    said = json.loads(done.stdout)
    wanted = {"database_url": here.database_url, "redis_url": here.redis_url, "api_url": here.api_url}
    assert (done.returncode, {key: said[key] for key in wanted}) == (0, wanted)


def test_the_doctor_finds_every_promise_kept(machine: Machine, here: Running) -> None:
    done = machine.command("doctor", "--invariants", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["kept"]) == (0, True), here.database_url
    assert "academy.seats_counted" in {each["name"] for each in said["invariants"]}


def test_a_second_run_in_the_same_folder_says_where_the_first_is(machine: Machine, here: Running) -> None:
    second = machine.command("run")
    assert second.returncode == 1
    assert here.api_url in second.stderr
    assert ports.status(here.api_url, "/readyz") == 200


def test_while_the_api_is_replaced_callers_wait_instead_of_being_refused(machine: Machine, here: Running) -> None:
    os.kill(here.children["api 1"].pid, signal.SIGKILL)
    assert ports.status(here.api_url, "/healthz", seconds=60) == 200
    replaced = running.read(machine.state)
    assert replaced is not None
    assert replaced.children["api 1"].pid != here.children["api 1"].pid


def test_a_dead_worker_is_replaced(machine: Machine, here: Running) -> None:
    os.kill(here.children["worker"].pid, signal.SIGKILL)

    def replaced() -> bool:
        found = running.read(machine.state)
        return found is not None and found.children["worker"].pid != here.children["worker"].pid

    until(replaced)


def test_secrets_and_addresses_are_closed_to_others(machine: Machine, here: Running) -> None:
    files = [machine.state / name for name in ("secret", "running.json")]
    assert here.pid in psutil.pids()
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]


def test_after_a_kill_the_next_start_ends_the_orphans_and_has_what_was_entered(machine: Machine, here: Running) -> None:
    machine.command("account", "create", "--email", "lasting@example.com", "--name", "Lasting")
    machine.stop(signal.SIGKILL)
    again = machine.start()
    assert not any(running.lives(child) for child in here.children.values())
    assert ports.status(again.api_url, "/readyz") == 200
    token = machine.command("token", "--email", "lasting@example.com").stdout.strip()
    found = ports.status(again.api_url, "/api/v1/identity/me", headers={"Authorization": f"Bearer {token}"})
    assert found == 200


# Last, because each test after them would have to start everything again.
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_leaves_nothing_running(machine: Machine, here: Running, number: signal.Signals) -> None:
    assert machine.stop(number) == 0
    assert machine.nothing_left()
    assert not any(running.lives(child) for child in here.children.values())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
