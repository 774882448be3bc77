"""JSON documents written by the database, the way our schemas write them: for hot paths that answer with them as is."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func


def instant(moment: Any) -> ColumnElement[str]:
    """An instant as RFC 3339 in UTC: as `core.http.schema.Instant` writes it, microseconds only where there are any."""
    whole = func.date_trunc("second", moment) == moment
    form = case((whole, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), else_='YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return func.to_char(func.timezone("UTC", moment), form, type_=Text())


def document(**fields: Any) -> ColumnElement[Any]:
    """One JSON object with these fields in this order."""
    return func.json_build_object(*[part for name, value in fields.items() for part in (name, value)])


def as_text(found: ColumnElement[Any]) -> ColumnElement[str]:
    """The document as the text that goes out."""
    return cast(found, Text)
