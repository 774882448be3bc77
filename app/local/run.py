"""`lyceum run`: everything on one machine, from an empty folder to the first answered call, and back to nothing.

Servers first, then role and tables, then the processes. Stopping goes the other way round: API, worker, twins,
and (in `services`) Valkey and PostgreSQL last, so that nothing loses what it stands on.
"""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from types import FrameType
from typing import NoReturn

import typer

from app.local import ports, running
from app.local.errors import LocalError
from app.local.ground import is_empty, known_secrets, operators_role, prepare_database
from app.local.keys import local_environment
from app.local.locks import FileLock
from app.local.places import make_state
from app.local.progress import console, steps
from app.local.running import Running
from app.local.serve import GRACE
from app.local.services import Services, ensure_services
from app.local.supervisor import COMMAND, Program, Supervisor
from app.settings import Settings

_ANSWERS_WITHIN = 90.0
# A second request to stop means "at once"; but wrappers often pass one signal on twice.
_IMPATIENCE = 1.0
_LIMITS = {"account_per_minute": "LYCEUM_LIMIT_ACCOUNT", "address_per_minute": "LYCEUM_LIMIT_ADDRESS"}
_AMPLE = "1000000"
# What the API may take to answer the requests it has, plus its own way down; the worker finishes its jobs.
_GRACE = {"api": 5.0 + GRACE, "worker": 30.0, "twins": 5.0}


@dataclass(frozen=True, slots=True)
class _Machine:
    settings: Settings
    state: Path
    api: socket
    twins: socket | None


def run(settings: Settings, *, demo_account: str = "") -> None:
    """Starts everything and returns when it was asked to stop and all of it has. Raises `LocalError`.

    With the address of a `demo_account` an empty database gets the demo data, to which that account belongs.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    state = make_state(settings.server.state)
    with ExitStack() as stack:
        _only_one(state, stack)
        machine = _Machine(settings, state, *_listeners(settings, state, stack))
        with steps(3) as shown:
            with shown.step("PostgreSQL and Valkey"):
                services = stack.enter_context(ensure_services(settings))
            with shown.step("Roles and tables"):
                if not settings.is_production:
                    local_environment(settings, state)  # makes the secret that the database is to know
                secrets = known_secrets(settings)
                database_url = prepare_database(services.owner_url, secrets, operators_role(settings))
            record = _record(machine, services, database_url)
            environment = _environment(machine, record)
            if demo_account and not settings.is_production and is_empty(database_url):
                with shown.step("Demo data"):
                    _plant(environment)
        stack.callback(running.forget, state)
        greeting = partial(_greeting, record, demo_account, began)
        asyncio.run(_supervise(machine, record, environment, greeting))
        # nobody should cut off the servers' way down by impatience
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    console.print("Stopped.")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM means what Ctrl-C means, also while starting."""
    raise KeyboardInterrupt


def _only_one(state: Path, stack: ExitStack) -> None:
    """Takes the state folder for this process, and ends what a killed predecessor left behind."""
    lock = FileLock(state / "run.lock")
    stack.callback(lock.close)
    if not lock.try_exclusive():
        found = running.alive(state)
        where = f"API at {found.api_url}, process {found.pid}" if found else "it is just starting or stopping"
        raise LocalError(
            f"Lyceum already runs in {state}: {where}. Stop that one first, "
            "or set LYCEUM_STATE and LYCEUM_PORT to run a second one"
        )
    running.end_leftovers(state, seconds=max(_GRACE.values()))


def _listeners(settings: Settings, state: Path, stack: ExitStack) -> tuple[socket, socket | None]:
    """The sockets of the API and, unless the environment names twins or forbids them, of the twins."""
    server = settings.server
    api = stack.enter_context(ports.listen(server.host, server.port, "LYCEUM_PORT", patience=2))
    if settings.is_production or settings.twins.url:
        return api, None
    # Checkout addresses are stored with enrollments, so the twins should be found where they were.
    previous = state / "twins-port"
    wishes = [int(previous.read_text())] if previous.exists() else []
    twins = stack.enter_context(ports.listen_near(server.host, *wishes, api.getsockname()[1] + 10))
    previous.write_text(str(twins.getsockname()[1]))
    return api, twins


def _record(machine: _Machine, services: Services, database_url: str) -> Running:
    ourselves = running.describe(os.getpid())
    secrets = {} if machine.settings.is_production else local_environment(machine.settings, machine.state)
    return Running(
        state=str(machine.state),
        pid=ourselves.pid,
        started=ourselves.started,
        secret=secrets.get("LYCEUM_SECRET", ""),
        told_database_url=machine.settings.database.url.get_secret_value(),
        api_url=ports.url(machine.api),
        database_url=database_url,
        redis_url=services.redis_url,
        twins_url=ports.url(machine.twins) if machine.twins else machine.settings.twins.url,
    )


def _environment(machine: _Machine, record: Running) -> dict[str, str]:
    """What the children get: ours, with everything that was found or made here named. Not the owner's URL."""
    found = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    found |= running.environment(record)
    if "public_url" not in machine.settings.server.model_fields_set:
        found["LYCEUM_PUBLIC_URL"] = record.api_url
    if not machine.settings.twins.deliver_to:
        found["LYCEUM_TWINS_DELIVER_TO"] = record.api_url
    if not machine.settings.is_production:
        found |= local_environment(machine.settings, machine.state)
        # On a machine of one's own everybody has one address, and a load test is no attack.
        limits = machine.settings.limits.model_fields_set
        found |= {name: _AMPLE for field, name in _LIMITS.items() if field not in limits}
    return found


def _programs(machine: _Machine) -> list[Program]:
    """In the order in which they stop."""
    descriptor = machine.api.fileno()
    api = ["api", "--fd", str(descriptor)]
    programs = [
        Program(f"api {number + 1}", api, _GRACE["api"] + machine.settings.drain_seconds, (descriptor,))
        for number in range(machine.settings.server.workers)
    ]
    programs.append(Program("worker", ["worker"], _GRACE["worker"]))
    if machine.twins is not None:
        descriptor = machine.twins.fileno()
        programs.append(Program("twins", ["twins", "--fd", str(descriptor)], _GRACE["twins"], (descriptor,)))
    return programs


def _plant(environment: dict[str, str]) -> None:
    """The demo data, by the same command as by hand: it may know the domains, which nothing in this room may."""
    done = subprocess.run([*COMMAND, "seed"], env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise LocalError("the demo data could not be put in; the reason is above")


async def _supervise(
    machine: _Machine, record: Running, environment: dict[str, str], greeting: Callable[[], str]
) -> None:
    def started(name: str, pid: int) -> None:
        record.children[name] = running.describe(pid)
        record.write(machine.state)

    supervisor = Supervisor(environment, console.print, started)
    stop = asyncio.Event()

    asked_at = 0.0

    def asked() -> None:
        nonlocal asked_at
        if not stop.is_set():
            asked_at = time.monotonic()
            stop.set()
        elif time.monotonic() - asked_at > _IMPATIENCE:
            supervisor.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked)
    for program in _programs(machine):
        supervisor.keep(program)
    failing = asyncio.create_task(supervisor.failed())
    stopping = asyncio.create_task(stop.wait())
    ready = asyncio.create_task(_answers(record.api_url))
    try:
        with steps(1) as shown, shown.step("API and worker"):
            await asyncio.wait({failing, stopping, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            supervisor.ready = True
            typer.echo(greeting())
            await asyncio.wait({failing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            failing.result()
    finally:
        console.print("Stopping …")
        machine.api.close()
        await supervisor.stop()
        for task in (failing, stopping, ready):
            task.cancel()
        await asyncio.gather(failing, stopping, ready, return_exceptions=True)
        supervisor.close()


async def _answers(api_url: str) -> None:
    """Returns once the API says that it is ready. Raises `LocalError` when it does not in time."""
    deadline = time.monotonic() + _ANSWERS_WITHIN
    while (found := await asyncio.to_thread(ports.status, api_url, "/readyz")) != 200:
        if time.monotonic() > deadline:
            raise LocalError(f"The API is not ready after {_ANSWERS_WITHIN:.0f} s: {api_url}/readyz answers {found}")
        await asyncio.sleep(0.1)


def _greeting(record: Running, demo_account: str, began: float) -> str:
    """Addresses, and first calls to paste."""
    lines = [
        f"Lyceum is running ({time.monotonic() - began:.1f} s)",
        f"  API    {record.api_url}   documentation at /docs",
    ]
    if record.twins_url:
        lines.append(f"  Twins  {record.twins_url}   stand in for Stripe and Google without credentials")
    lines += [
        f"  State  {record.state}",
        "A first call:",
        f"  curl -s {record.api_url}/api/v1/academy/courses",
    ]
    if demo_account and record.secret:
        token = f"$({_own_command(record)} token --email {demo_account})"
        lines += ["As somebody:", f'  curl -s {record.api_url}/api/v1/identity/me -H "Authorization: Bearer {token}"']
    return "\n".join([*lines, "Ctrl-C stops all of it."])


def _own_command(record: Running) -> str:
    """How to call `lyceum` from the folder where we were called, for this state."""
    program = Path(sys.executable).with_name("lyceum")
    here = Path.cwd()
    shown = str(program.relative_to(here)) if program.is_relative_to(here) else str(program)
    is_default = Path(record.state) == (here / ".lyceum").resolve()
    return shlex.quote(shown) if is_default else f"LYCEUM_STATE={shlex.quote(record.state)} {shlex.quote(shown)}"
