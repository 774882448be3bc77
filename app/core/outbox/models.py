"""The three tables of the machinery: what happened, what must follow, and what is due by the clock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import Row, Table, metadata

JOB_STATES = ("queued", "running", "done", "dead", "cancelled")


class Base(Table, DeclarativeBase):
    """Declarative base of the machinery's tables."""

    metadata = metadata
    __schema__ = "core"


class OutboxRow(Base):
    """A domain event, written in the transaction of the change; also the log that others read (X-EVT-01).

    `account_id` is who caused it and `request_id` by which request: both null for what the house does by itself. No
    foreign key: the log outlives the account.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unrelayed", "number", postgresql_where=text("relayed_at IS NULL")),
        Index("ix_outbox_key", "key", "number"),
        Index("ix_outbox_created_at", "created_at"),
        UniqueConstraint("id", name="uq_outbox_id"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[UUID] = mapped_column(Uuid)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    relayed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


# A flush writes by the names of the classes. Events come last: by then the change holds the locks of its rows, and the
# numbers of one aggregate's events follow the order in which its changes are committed.
OutboxRow.__mapper__._sort_key = "~"  # noqa: SLF001  (SQLAlchemy has no public name for it; a test holds it to this)


class Job(Row, Base):
    """One listener's share of one domain event, or one due schedule: inbox, retry book and dead-letter box in one.

    `attempt` is the fence: a run may only finish the attempt that it claimed, so it only ever grows. Those that were
    no failures (the worker was stopped, somebody asked for another round) are `forgiven`: patience counts the rest.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("event_id", "name", name="uq_jobs_event_id_name"),
        CheckConstraint(f"state IN {JOB_STATES}", name="state"),
        Index("ix_jobs_due", "name", "run_at", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_lease", "lease_expires_at", postgresql_where=text("state = 'running'")),
        Index("ix_jobs_line", "name", "key", "number", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_jobs_state", "state", "name"),
    )

    name: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.outbox.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    key: Mapped[UUID | None] = mapped_column(Uuid)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    attempt: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    forgiven: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    run_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    pushed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lease_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)


class Schedule(Base):
    """The last slot of each `@every`, moved under its row lock: one run per slot across all workers (X-JOB-01)."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    last_slot: Mapped[datetime] = mapped_column(DateTime(timezone=True))
