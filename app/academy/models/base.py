"""Declarative base of the academy's tables."""

from collections.abc import Iterable

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `academy`."""

    metadata = metadata
    __schema__ = "academy"


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The database's own list of the values an enum column may have."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
