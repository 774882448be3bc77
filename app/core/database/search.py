"""Full-text search: the column that a trigger fills with the words of a row (`core.watch_search` in its migration)."""

from typing import Any

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import MappedColumn, mapped_column


def searchable() -> MappedColumn[Any]:
    """The words, never written by hand and not loaded with the row. Put a GIN index on it."""
    return mapped_column(TSVECTOR, server_default=FetchedValue(), server_onupdate=FetchedValue(), deferred=True)
