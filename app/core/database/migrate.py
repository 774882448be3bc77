"""Migrations, run from Python: what `lyceum migrate`, `lyceum run` and the tests share."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.core.database.engine import normalise

ROOT = Path(__file__).resolve().parents[3]


def alembic_config(url: str = "") -> Config:
    """The configuration of alembic.ini, for one database."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`, as the owner of its tables. Runs its own event loop: call it from a thread
    when one is running.
    """
    normalise(owner_url)
    command.upgrade(alembic_config(owner_url), revision)


def downgrade(owner_url: str, revision: str = "base") -> None:
    """Take the database back to `revision`, as the owner of its tables."""
    normalise(owner_url)
    command.downgrade(alembic_config(owner_url), revision)


def head() -> str:
    """The newest revision this code knows: what /readyz compares the database with."""
    found = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if found is None:
        raise RuntimeError("there are no migrations")
    return found
