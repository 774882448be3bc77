"""Declarative base of the tables of `tracker`."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `tracker`."""

    metadata = metadata
    __schema__ = "tracker"
