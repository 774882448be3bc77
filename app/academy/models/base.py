"""Declarative base of the academy's tables."""

from sqlalchemy.orm import DeclarativeBase

import app.media.models  # noqa: F401  (foreign keys lead to its table: whoever knows ours has to know it)
from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `academy`."""

    metadata = metadata
    __schema__ = "academy"
