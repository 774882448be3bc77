"""The cast: people with tokens, courses and cohorts, put in by the thousand with a few statements.

What is seeded here is what the product's own verbs would have written; what the product does with it is not.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from app.core.ids import new_id
from app.identity import tokens

if TYPE_CHECKING:
    from chaos.stage import Stage

_TOKEN_LIFE = 6 * 3600

_ACCOUNTS = """
INSERT INTO core.accounts (id, email, name)
SELECT id, 'p' || id || '@example.com', 'Person ' || id FROM unnest($1::uuid[]) AS given(id)
"""
_LEARNERS = """
INSERT INTO academy.users (id, email, token_identifier, name, role)
SELECT id, 'p' || id || '@example.com', 'chaos|' || id, 'Person ' || id, $2 FROM unnest($1::uuid[]) AS given(id)
"""
_LOGINS = """
INSERT INTO core.auth_sessions (id, account_id, method, refresh_hash, expires_at)
SELECT login, account, 'command_line', sha256(login::text::bytea), now() + interval '1 day'
FROM unnest($1::uuid[], $2::uuid[]) AS given(login, account)
"""
_COURSE = """
INSERT INTO academy.courses (id, title, description, slug, session_type, price_b2c, price_b2b, currency,
                             max_participants, impact_level, capability_level, status)
SELECT id, 'Course ' || id, 'A course of the chaos harness.', 'chaos-' || id, 'cohort', $2, $2, 'usd', 1000, 'L1',
       'fundamentals', 'published' FROM (VALUES ($1::uuid)) AS given(id)
"""
_COHORTS = """
INSERT INTO academy.cohorts (id, course_id, name, start_date, end_date, max_capacity, status)
SELECT id, $2, 'Cohort ' || id, now() + $4::interval, now() + $4::interval + interval '2 days', $3, 'open'
FROM unnest($1::uuid[]) AS given(id)
"""


@dataclass(frozen=True)
class Person:
    """Somebody with an account, an academy profile and a login. The token is signed when it is first used."""

    id: UUID
    login: UUID

    @property
    def email(self) -> str:
        """Their address."""
        return f"p{self.id}@example.com"

    @cached_property
    def token(self) -> str:
        """An access token that lives longer than any run."""
        return tokens.issue(self.id, self.login, lifetime=_TOKEN_LIFE)


@dataclass(frozen=True, slots=True)
class Seats:
    """A cohort to fight over. `price` in cents, 0: free."""

    id: UUID
    course_id: UUID
    seats: int
    price: int


async def make_people(stage: "Stage", count: int, role: str = "individual") -> list[Person]:
    """That many people. `role`: `individual` or `platform_admin`."""
    people = [Person(new_id(), new_id()) for _ in range(count)]
    ids = [person.id for person in people]
    async with stage.database.acquire() as connection, connection.transaction():
        await connection.execute(_ACCOUNTS, ids)
        await connection.execute(_LEARNERS, ids, role)
        await connection.execute(_LOGINS, [person.login for person in people], ids)
    return people


async def make_admin(stage: "Stage") -> Person:
    """A platform admin."""
    return (await make_people(stage, 1, "platform_admin"))[0]


async def make_cohort(stage: "Stage", seats: int = 30, price: int = 0) -> Seats:
    """An open cohort of a course of its own."""
    return (await make_cohorts(stage, 1, seats, price))[0]


async def make_cohorts(
    stage: "Stage", count: int, seats: int = 30, price: int = 0, starts_in: timedelta = timedelta(days=30)
) -> list[Seats]:
    """That many open cohorts of one new course."""
    course_id = new_id()
    ids = [new_id() for _ in range(count)]
    async with stage.database.acquire() as connection, connection.transaction():
        await connection.execute(_COURSE, course_id, price)
        await connection.execute(_COHORTS, ids, course_id, seats, starts_in)
    return [Seats(each, course_id, seats, price) for each in ids]
