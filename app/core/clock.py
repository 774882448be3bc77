"""Time. The database's `now()` decides (expiry, order); this clock only labels what never reaches a decision.

`time_format` carries the `Time-Format` header of the current request to the serialiser of instants (Z-06).
"""

from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum


class TimeFormat(StrEnum):
    """How instants are written in JSON answers."""

    rfc3339 = "rfc3339"
    unix_ms = "unix-ms"


time_format: ContextVar[TimeFormat] = ContextVar("time_format", default=TimeFormat.rfc3339)


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
