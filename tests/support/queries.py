"""The query recorder: how many statements a request sent, so that a list of 20 costs what a list of one costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_recordings: list[list[str]] = []


def note_statement(statement: str) -> None:
    """A statement that went past SQLAlchemy: an express lane's."""
    for recording in _recordings:
        recording.append(statement)


@contextmanager
def recorded(engine: AsyncEngine) -> Iterator[list[str]]:
    """The SQL statements sent within the block, transaction control left out."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")):
            statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    _recordings.append(statements)
    try:
        yield statements
    finally:
        _recordings.remove(statements)
        event.remove(engine.sync_engine, "before_cursor_execute", note)
