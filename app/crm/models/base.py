"""Declarative base of the tables of `crm`."""

from sqlalchemy.orm import DeclarativeBase

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `crm`."""

    metadata = metadata
    __schema__ = "crm"
