"""How long a database takes to come about: migrated from nothing, and copied from a template as tests do.

python -m tests.migrations.times    three rounds of each, in seconds, beside what is promised
"""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from uuid import uuid4

ROUNDS = 3
PROMISED = {"lyceum migrate on an empty database": 10.0, "a copy of the template": 0.3}


def timed(act: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = perf_counter()
    act()
    return perf_counter() - began


def main() -> None:
    """Print a line for each."""
    os.environ.setdefault("LYCEUM_ENV", "test")
    from app.core.database.migrate import upgrade
    from tests.support.database import _owner_statements, clone, drop, make_template, of_database, services

    server = services()
    template, run = make_template(server), uuid4().hex[:12]
    found: dict[str, list[float]] = {what: [] for what in PROMISED}
    made = []
    for turn in range(ROUNDS):
        empty, copy = f"lyceum_times_{run}_{turn}", f"lyceum_times_{run}_{turn}_copy"
        asyncio.run(_owner_statements(server.owner_url, f"CREATE DATABASE {empty}"))
        acts = (partial(upgrade, of_database(server.owner_url, empty)), partial(clone, server, template, copy))
        for what, act in zip(PROMISED, acts, strict=True):
            found[what].append(timed(act))
        made += [empty, copy]
    # At the end: file systems are slow to make files where many were deleted just before.
    for name in made:
        drop(server, name)
    for what, seconds in found.items():
        each = " ".join(f"{each:.2f}" for each in seconds)
        sys.stdout.write(f"{what:<38} {median(seconds):5.2f} s  ({each}; promised {PROMISED[what]:g})\n")


if __name__ == "__main__":
    main()
