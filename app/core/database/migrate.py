"""Migrations, run from Python: what `lyceum migrate`, `lyceum run` and the tests share."""

from alembic import command
from alembic.config import Config

from app.core.database.engine import normalise
from app.core.database.revisions import MIGRATIONS, ROOT


def alembic_config(url: str = "") -> Config:
    """The configuration of alembic.ini, for one database."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
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
