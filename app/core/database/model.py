"""What every table has: the shared MetaData with its naming convention, an id, and the two times.

Each domain derives its own `Base` from `Table` and `DeclarativeBase` on this one MetaData (see
`app/academy/models/base.py`), so `relationship("Course")` resolves at home while string foreign keys reach `core`.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, FetchedValue, MetaData, Uuid, func, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core.ids import new_id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Table:
    """Puts each table of a domain into the domain's PostgreSQL schema, named once on the domain's base."""

    __schema__: ClassVar[str]

    def __init_subclass__(cls, **more: Any) -> None:
        if "__tablename__" in cls.__dict__:
            rules = list(cls.__dict__.get("__table_args__", ()))
            options = rules.pop() if rules and isinstance(rules[-1], dict) else {}
            cls.__table_args__ = (*rules, {"schema": cls.__schema__, **options})  # type: ignore[attr-defined]  # not yet declarative
        super().__init_subclass__(**more)


class KeptByMonths:
    """PostgreSQL wants the time in the key of a table that is kept by months; the id alone names a row all the same."""

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """What the session knows a row by."""
        return {"primary_key": ["id"]}


class Created:
    """When a row was made, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), sort_order=1000)


class Timestamps(Created):
    """When a row was made and last changed. A trigger writes `updated_at`, whoever changes the row (`core.touch`)."""

    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), server_onupdate=FetchedValue(), sort_order=1001
    )


class Identified:
    """A uuid7 made by the application, so that it is known before the insert."""

    id: Mapped[UUID] = mapped_column(
        Uuid, primary_key=True, default=new_id, server_default=text("gen_random_uuid()"), sort_order=-1000
    )


class Entry(Identified, Created):
    """A row that is written once and not edited."""


class Row(Identified, Timestamps):
    """An ordinary row."""


class Versioned:
    """A row that people edit: `version` grows by one with every edit and is the resource's ETag (X-API-04).

    Counters that move without an edit (seats) leave it alone, so that a sale does not spoil an editor's form.
    """

    version: Mapped[int] = mapped_column(server_default=text("1"), default=1, sort_order=1002)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """An edit writes `WHERE version = <the one it read>`; the next number comes from `patch`, not the mapper."""
        return {"version_id_col": cls.version, "version_id_generator": False}
