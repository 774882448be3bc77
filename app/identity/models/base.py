"""The declarative base of identity's tables."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of identity live in schema `core`, where every domain's foreign keys may reach them."""

    metadata = metadata
    __schema__ = "core"
