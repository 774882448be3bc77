"""Invariants: what has to be true of the rows at every moment, each said as one statement that finds the exceptions.

A room lists its own in an `invariants.py`; `app/flows/invariants` gathers them. All of them are asked in one snapshot
that changes nothing and locks nothing, so a counter and the rows that it counts are seen together (reliability rule
64). A statement that cannot be answered in time is reported as unknown and never as kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Text, func, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import Table, metadata

SAMPLES = 5
"""How many offenders are named. All of them are counted."""

_ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Longer than a request may take, shorter than a lease: it reads whole tables, and nobody waits for it.
_PATIENCE = text("SET LOCAL statement_timeout = '20s'")
# Each statement is bounded; all of them together may take longer than a request. Unknown before PostgreSQL 17.
_AS_LONG_AS_IT_TAKES = text("SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'")


class Kind(StrEnum):
    """`broken`: false at any moment is a bug or a meddler. `late`: true now and then, but not for this long."""

    broken = "broken"
    late = "late"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise. `offenders` selects `subject` (an id) and `detail` (numbers and states) of each row that breaks it.

    `source` is the requirement or rule that it comes from; neither column may hold anybody's data (rule 65).
    `values` are the statement's parameters, asked for when it is run.
    """

    name: str
    says: str
    source: str
    offenders: str
    kind: Kind = Kind.broken
    values: Callable[[], Mapping[str, Any]] = field(default=dict)


@dataclass(frozen=True, slots=True)
class Offender:
    """A row that breaks a promise."""

    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found. `violations` is None when the statement could not be answered; `error` says why."""

    invariant: Invariant
    violations: int | None
    samples: tuple[Offender, ...] = ()
    error: str | None = None

    @property
    def is_kept(self) -> bool:
        """Known to hold."""
        return self.violations == 0


class Base(Table, DeclarativeBase):
    """Declarative base of the one table here."""

    metadata = metadata
    __schema__ = "core"


class InvariantCheck(Base):
    """The last look at each invariant, written by the worker and shown by the API's metrics.

    `announced_violations` is the number that was told of last, and `announced_at` when; null while it is kept.
    """

    __tablename__ = "invariant_checks"
    __table_args__ = (CheckConstraint("kind IN ('broken', 'late')", name="kind"),)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    violations: Mapped[int | None] = mapped_column(BigInteger)
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    announced_violations: Mapped[int | None] = mapped_column(BigInteger)
    announced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


async def inspect(session: AsyncSession, invariants: Iterable[Invariant], samples: int = SAMPLES) -> list[Finding]:
    """Ask all of them in one snapshot. `session` must not have been used yet; end its transaction afterwards."""
    await session.execute(_ONE_SNAPSHOT)
    await session.execute(_PATIENCE)
    await session.execute(_AS_LONG_AS_IT_TAKES)
    return [await _ask(session, each, samples) for each in invariants]


async def _ask(session: AsyncSession, invariant: Invariant, samples: int) -> Finding:
    counted = text(f"""
        WITH offender AS ({invariant.offenders})
        SELECT subject::text, detail, count(*) OVER () AS violations FROM offender ORDER BY 1, 2 LIMIT :samples
    """)  # noqa: S608  (our own constants)
    try:
        async with session.begin_nested():
            rows = (await session.execute(counted, {"samples": samples, **invariant.values()})).all()
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if error.connection_invalidated or state is None:
            raise
        return Finding(invariant, None, error=f"SQLSTATE {state}")
    violations = rows[0].violations if rows else 0
    return Finding(invariant, violations, tuple(Offender(row.subject, row.detail) for row in rows))
