"""The frozen data set: who and what exists when a round begins, by set-based SQL (`data.sql`) and without a clock.

Ids are made from a kind and a number, so that the generator knows every id without asking. All dates are fixed, so
that the product and its ceiling have one right answer each time.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.core.database.revisions import head

ACCOUNTS = 4_000
SENDERS = 1_000
"""How many of them send requests: as many access tokens."""

COURSES = 48
SPREAD_COHORTS = 1_000
HOT_COHORTS = 300
"""Cohorts that take turns as the one that everybody wants: whoever has a seat in one cannot buy a second there."""

KINDS = {"account": 1, "login": 2, "organization": 3, "course": 4, "session": 5, "cohort": 6, "hot": 7, "paid": 8}


def frozen_id(kind: str, number: int) -> UUID:
    """The id of the thing with this number, as `pg_temp.id` makes it."""
    return UUID(f"0190c5a0-{KINDS[kind]:04x}-7000-8000-{number:012x}")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a run works on."""

    seed: int

    @property
    def script(self) -> str:
        """What fills an empty, migrated database."""
        sizes = {"accounts": ACCOUNTS, "courses": COURSES, "spread_cohorts": SPREAD_COHORTS, "hot_cohorts": HOT_COHORTS}
        return Path(__file__).with_name("data.sql").read_text().format(seed=self.seed, **KINDS, **sizes)

    @property
    def name(self) -> str:
        """The template database: one per seed, schema and recipe."""
        return f"frozen_{hashlib.sha256((head() + self.script).encode()).hexdigest()[:12]}"


RESET = (
    "TRUNCATE core.outbox, core.jobs, core.idempotency_keys, core.inbox, academy.enrollments CASCADE",
    "UPDATE academy.cohorts SET current_enrollment = 0 WHERE current_enrollment <> 0",
)
"""Back to the beginning, the same for both sides."""

SWEEP = (
    "VACUUM (ANALYZE) academy.cohorts",
    "CHECKPOINT",
)
"""What must not happen in the middle of a round."""

WRITTEN = """
SELECT (SELECT count(*) FROM academy.enrollments) AS enrollments,
       (SELECT coalesce(sum(current_enrollment), 0)::bigint FROM academy.cohorts) AS seats,
       (SELECT count(*) FROM core.idempotency_keys WHERE answer_status = 201) AS keys,
       (SELECT count(*) FROM core.inbox) AS inbox,
       (SELECT count(*) FROM core.outbox) AS events
"""
"""What a round has left behind, to be held against what clients were told."""
