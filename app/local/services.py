"""The database and the queue of one machine, for as long as somebody needs them.

Everyone who uses the servers of a state folder holds a shared lock on `users.lock`; whoever leaves and
finds the lock otherwise free stops them. Starting and stopping happen under `start.lock`, one process at
a time. Both locks die with their holders, so a killed process neither keeps servers up nor takes them down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.database.roles import RUNTIME_ROLE
from app.local.locks import FileLock, alone
from app.local.places import Places, make_state, prepare
from app.local.postgres import Postgres
from app.local.valkey import Valkey
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Where the database and the queue answer.

    `database_url` is the runtime role's address. On a database that we started the role exists only after
    `app.core.database.roles.ensure_runtime_role(owner_url)`.
    """

    database_url: str
    owner_url: str
    redis_url: str


@contextmanager
def ensure_services(settings: Settings, *, redis: bool = True) -> Iterator[Services]:
    """Yields the configured services, with embedded ones in place of those that the environment does not name.

    With `redis=False` none is started and its address may be empty. Raises `LocalError` when one cannot be started.
    On leaving, embedded servers stop unless others use them.
    """
    owner_url = settings.database.owner_url.get_secret_value() or settings.database.url.get_secret_value()
    database_url = settings.database.url.get_secret_value() or owner_url
    redis_url = settings.redis.url.get_secret_value()
    start_valkey = redis and not redis_url
    if database_url and not start_valkey:
        yield Services(database_url, owner_url, redis_url)
        return
    with _using(settings.server.state, postgres=not database_url, valkey=start_valkey) as (postgres, valkey):
        yield Services(
            database_url or postgres.url(RUNTIME_ROLE),
            owner_url or postgres.url("lyceum"),
            redis_url or (valkey.url if start_valkey else ""),
        )


def start_for_tests(state: Path) -> Services:
    """Servers for tests, fast rather than durable, shared by every process that asks for the same state folder.

    They are left running, so that the next run finds them warm; `stop_for_tests` ends them.
    """
    with alone(make_state(state) / "start.lock"):
        places = prepare(state)
        postgres, valkey = Postgres(places, durable=False), Valkey(places, durable=False)
        postgres.start()
        valkey.start()
    return Services(postgres.url(RUNTIME_ROLE), postgres.url("lyceum"), valkey.url)


def stop_for_tests(state: Path) -> None:
    """Ends the servers of this state folder, if any run."""
    with alone(make_state(state) / "start.lock"):
        _stop(prepare(state))


@contextmanager
def _using(state: Path, *, postgres: bool, valkey: bool) -> Iterator[tuple[Postgres, Valkey]]:
    state = make_state(state)
    users = FileLock(state / "users.lock")
    try:
        with alone(state / "start.lock"):
            users.shared()
            places = prepare(state)
            servers = Postgres(places), Valkey(places)
            try:
                _start(*servers, postgres=postgres, valkey=valkey)
            except BaseException:
                _leave(users, places)
                raise
        try:
            yield servers
        finally:
            with alone(state / "start.lock"):
                _leave(users, places)
    finally:
        users.close()


def _start(postgres_server: Postgres, valkey_server: Valkey, *, postgres: bool, valkey: bool) -> None:
    if postgres:
        postgres_server.start()
    if valkey:
        valkey_server.start()


def _leave(users: FileLock, places: Places) -> None:
    if users.try_exclusive():
        _stop(places)


def _stop(places: Places) -> None:
    Valkey(places).stop()
    Postgres(places).stop()
