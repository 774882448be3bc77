"""Declarative base of the academy's tables."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `academy`."""

    metadata = metadata
    __schema__ = "academy"
