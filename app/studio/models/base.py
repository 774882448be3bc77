"""Declarative base of the tables of `studio`."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `studio`."""

    metadata = metadata
    __schema__ = "studio"
