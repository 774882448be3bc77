"""Declarative base of the webhooks' tables."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Declarative base of the webhooks' tables."""

    metadata = metadata
    __schema__ = "core"
