"""Declarative base of the academy's tables."""

from typing import Any

from sqlalchemy.orm import DeclarativeBase, declared_attr

import app.media.models  # noqa: F401  (foreign keys lead to its tables: whoever knows ours has to know them)
from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `academy`."""

    metadata = metadata
    __schema__ = "academy"


class KeptByMonths:
    """PostgreSQL wants the time in the key of a table that is kept by months; the id alone names a row all the same."""

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """What the session knows a row by."""
        return {"primary_key": ["id"]}
