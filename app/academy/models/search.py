"""Full-text search: a column that PostgreSQL keeps in step with the text it is made of."""

from typing import Any

from sqlalchemy import Computed
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import MappedColumn, mapped_column

# What PostgreSQL can index of one text is bounded, and nobody looks for the last words of a book.
LONGEST = 100_000


def searchable(*columns: str) -> MappedColumn[Any]:
    """The words of these columns, those of an earlier column weighing more: the first A, the second B, and so on.

    Words are taken as they are written (`simple`), in whatever language. Written as PostgreSQL repeats it, because
    that is what the migrations are compared with.
    """
    words = "to_tsvector('simple'::regconfig, \"left\"(COALESCE({column}, ''::text), {longest}))"
    parts = [
        f"setweight({words.format(column=column, longest=LONGEST)}, '{weight}'::\"char\")"
        for column, weight in zip(columns, "ABCD", strict=False)
    ]
    return mapped_column(TSVECTOR, Computed(" || ".join(parts), persisted=True), deferred=True)
