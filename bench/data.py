"""The frozen data set: who and what exists when a round begins, by set-based SQL and without a clock.

Ids are made from a kind and a number, so that the generator knows every id without asking. All dates are fixed, so
that the product and its ceiling have one right answer each time.
"""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from app.core.database.migrate import head

ACCOUNTS = 4_000
SENDERS = 1_000
"""How many of them send requests: as many access tokens."""

PAID_COURSES = 28
FREE_COURSES = 20
SPREAD_COHORTS = 1_000
HOT_COHORTS = 100
"""Cohorts that take turns as the one that everybody wants: whoever has a seat in one cannot buy a second there."""

_KINDS = {"account": 1, "login": 2, "organization": 3, "course": 4, "session": 5, "cohort": 6, "hot": 7, "paid": 8}


def frozen_id(kind: str, number: int) -> UUID:
    """The id of the thing with this number."""
    return UUID(f"0190c5a0-{_KINDS[kind]:04x}-7000-8000-{number:012x}")


def _id(kind: str, number: str) -> str:
    """The same in SQL, for an expression that gives the number."""
    return f"('0190c5a0-{_KINDS[kind]:04x}-7000-8000-' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a run works on."""

    seed: int

    @property
    def name(self) -> str:
        """The template database: one per seed, schema and recipe."""
        recipe = json.dumps([head(), self.statements()])
        return f"frozen_{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"

    def _pick(self, number: str, below: int) -> str:
        """A number below `below` that the seed and `number` decide."""
        return f"(('x' || substr(md5('{self.seed}:' || ({number})), 1, 7))::bit(28)::int % {below})"

    def statements(self) -> list[str]:
        """Everything that fills an empty, migrated database."""
        return [*self._people(), *self._courses(), *self._cohorts()]

    def _people(self) -> list[str]:
        everybody = f"FROM generate_series(0, {ACCOUNTS - 1}) n"
        return [
            f"INSERT INTO core.accounts (id, email, name, email_verified_at, locale, timezone)"
            f" SELECT {_id('account', 'n')}, 'person' || n || '@example.com', 'Person ' || n,"
            f" '2026-05-01T08:00:00Z', 'en-GB', 'Europe/London' {everybody}",
            f"INSERT INTO core.auth_sessions (id, account_id, method, device, refresh_hash, expires_at)"
            f" SELECT {_id('login', 'n')}, {_id('account', 'n')}, 'magic_link', 'Firefox', sha256(n::text::bytea),"
            f" '2099-01-01T00:00:00Z' {everybody}",
            "INSERT INTO academy.users (id, email, token_identifier, name, timezone)"
            " SELECT id, email, id::text, name, timezone FROM core.accounts",
            f"INSERT INTO core.organizations (id, name, slug)"
            f" SELECT {_id('organization', 'n')}, 'Guild ' || n, 'guild-' || n FROM generate_series(0, 39) n",
            f"INSERT INTO core.organization_memberships (organization_id, account_id, role)"
            f" SELECT {_id('organization', self._pick('n', 40))}, {_id('account', 'n')}, 'member'"
            f" {everybody} WHERE n % 4 = 0",
        ]

    def _courses(self) -> list[str]:
        """Paid and free ones in one catalogue, each with an agenda of six; then drafts and archived ones."""
        published = PAID_COURSES + FREE_COURSES
        description = "repeat('Practice on your own cases, with people who do it for a living. ', 6)"
        level = self._pick("'level' || n", 3)
        return [
            f"INSERT INTO academy.courses (id, title, description, slug, session_type, price_b2c, price_b2b,"
            f" max_participants, impact_level, capability_level, status, created_at, updated_at)"
            f" SELECT {_id('course', 'n')}, 'Course ' || n, {description}, 'course-' || n, 'cohort',"
            f" CASE WHEN {_is_free('n')} THEN 0 ELSE 49900 END, 39900, 24, 'L' || 1 + {level},"
            f" (ARRAY['fundamentals', 'intermediate', 'advanced'])[1 + {level}],"
            f" CASE WHEN n < {published} THEN 'published' WHEN n % 2 = 0 THEN 'draft' ELSE 'archived' END,"
            f" timestamptz '2026-06-01T09:00:00Z' + n * interval '61 minutes 7.25 seconds',"
            f" timestamptz '2026-06-01T09:00:00Z' + n * interval '61 minutes 7.25 seconds'"
            f" FROM generate_series(0, {published + 11}) n",
            f"INSERT INTO academy.sessions (id, course_id, title, type, day_number, order_in_day, duration_minutes,"
            f" description, outcomes)"
            f" SELECT {_id('session', 'n * 6 + k')}, {_id('course', 'n')}, 'Part ' || k, 'W', 1 + k / 3, 1 + k % 3, 60,"
            f" 'What it is about', ARRAY['know', 'can'] FROM generate_series(0, {published + 11}) n,"
            f" generate_series(0, 5) k",
        ]

    def _cohorts(self) -> list[str]:
        start = f"timestamptz '2031-01-01T09:00:00Z' + {self._pick('n', 300)} * interval '1 day'"
        columns = "INSERT INTO academy.cohorts (id, course_id, name, start_date, end_date, max_capacity, status)"
        chance = self._pick("'status' || n", 5)
        status = f"CASE WHEN {chance} = 0 THEN 'scheduled' ELSE 'open' END"
        free = f"(ARRAY[{', '.join(map(str, free_courses()))}])"
        spread = f"{free}[1 + n % {FREE_COURSES - 1}]"
        return [
            f"{columns} SELECT {_id('paid', 'n')}, {_id('course', f'n % {PAID_COURSES + FREE_COURSES}')},"
            f" 'Paid ' || n, s, s + interval '2 days', 24, {status}"
            f" FROM generate_series(0, {8 * (PAID_COURSES + FREE_COURSES) - 1}) n, LATERAL (SELECT {start} s) t"
            f" WHERE NOT {_is_free(f'n % {PAID_COURSES + FREE_COURSES}')}",
            f"{columns} SELECT {_id('cohort', 'n')}, {_id('course', spread)}, 'Spread ' || n, s, s + interval '2 days',"
            f" 100000, 'open' FROM generate_series(0, {SPREAD_COHORTS - 1}) n, LATERAL (SELECT {start} s) t",
            f"{columns} SELECT {_id('hot', 'n')}, {_id('course', f'{free}[{FREE_COURSES}]')}, 'Hot ' || n, s,"
            f" s + interval '2 days', 1000000, 'open' FROM generate_series(0, {HOT_COHORTS - 1}) n,"
            f" LATERAL (SELECT {start} s) t",
        ]


def _is_free(number: str) -> str:
    listed = ", ".join(map(str, free_courses()))
    return f"({number}) IN ({listed})"


def free_courses() -> list[int]:
    """Which published courses cost nothing: strewn among the others, so that a page of the catalogue has both."""
    return [round((n + 0.5) * (PAID_COURSES + FREE_COURSES) / FREE_COURSES) - 1 for n in range(FREE_COURSES)]


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
