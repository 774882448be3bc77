"""Declarative base of the tables of `community`."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `community`."""

    metadata = metadata
    __schema__ = "community"
