"""How a single command finds its database: the one it was told, the one that runs here, or one for the moment."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from app.local import running
from app.local.ground import known_secrets, prepare_database
from app.local.keys import local_environment
from app.local.places import make_state
from app.local.progress import steps
from app.local.running import Running
from app.local.services import ensure_services
from app.settings import Settings, settings


@contextmanager
def reached() -> Iterator[Settings]:
    """Yields settings in which everything is named that a command needs; `settings()` says the same meanwhile.

    The command joins what `lyceum run` started in the same state folder, unless a `DATABASE_URL` names another
    database, which is obeyed. With neither it has servers of its own, migrated, until it is done. Raises `LocalError`.
    """
    told = settings()
    if told.is_production:
        yield told.or_refuse()
        return
    with ExitStack() as stack:
        yield _with(told, _found(told, stack))


def join(here: Running) -> Settings:
    """Settings that lead to what runs there; `settings()` says the same from now on."""
    return _with(settings(), running.environment(here))


def _found(told: Settings, stack: ExitStack) -> Mapping[str, str]:
    database_url = told.database.url.get_secret_value()
    if (here := running.meant(make_state(told.server.state), database_url)) is not None:
        told_secret = told.server.secret.get_secret_value()
        return running.environment(here) | ({"LYCEUM_SECRET": told_secret} if told_secret else {})
    if database_url:
        return {}
    with steps(2) as shown:
        with shown.step("PostgreSQL and Valkey"):
            services = stack.enter_context(ensure_services(told))
        with shown.step("Roles and tables"):
            local_environment(told, make_state(told.server.state))  # makes the secret that the database is to know
            database_url = prepare_database(services.owner_url, known_secrets(told))
    return {"DATABASE_URL": database_url, "REDIS_URL": services.redis_url}


def _with(told: Settings, found: Mapping[str, str]) -> Settings:
    os.environ.update(local_environment(told, make_state(told.server.state)) | dict(found))
    settings.cache_clear()
    return settings()
