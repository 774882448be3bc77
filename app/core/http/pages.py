"""Lists: one shape, keyset cursors, no totals (X-API-02).

A cursor is opaque to clients: the sort it belongs to and the last row's sort values, signed, so that it cannot be
forged into reading around a filter. Pages stay right while rows come and go, because they continue after a row and
not after a count.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.errors import FieldError, Invalid
from app.core.secrets import derive_key
from app.settings import settings

Item = TypeVar("Item")
Entity = TypeVar("Entity")

LONGEST_CURSOR = 1_000


class InvalidCursor(Invalid):
    """The cursor was not made by this list with this sort."""

    code = "core.invalid_cursor"
    title = "This cursor does not belong to this list"


class PageQuery(BaseModel):
    """Base of every list's filter model: `limit` and `cursor`."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200, description="Most items to return")] = 50
    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before")] = (
        None
    )


class Page(BaseModel, Generic[Item]):
    """One page. `next_cursor` is null on the last one."""

    model_config = ConfigDict(from_attributes=True)

    items: list[Item]
    next_cursor: str | None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`AcademyCoursePage`, not a name with brackets."""
        return f"{params[0].__name__}Page"


@dataclass(frozen=True, slots=True)
class Rows(Generic[Entity]):
    """A page of rows, as the query layer returns it; the router's response model turns it into a `Page`."""

    items: Sequence[Entity]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class SortBy:
    """What a list is sorted by; `name` ties a cursor to its sort. Columns must not be nullable."""

    name: str
    column: InstrumentedAttribute[Any]
    descending: bool = False


def _key() -> bytes:
    return derive_key(settings().server.secret.get_secret_value() or "development", "cursor")


def _signature(payload: bytes) -> bytes:
    return hmac.digest(_key(), payload, hashlib.sha256)[:12]


def write_cursor(sort: SortBy, value: object, row_id: UUID) -> str:
    """The cursor that continues after the row with this sort value and id."""
    payload = to_json([sort.name, sort.descending, value, row_id])
    return base64.urlsafe_b64encode(_signature(payload) + payload).rstrip(b"=").decode()


def read_cursor(sort: SortBy, cursor: str) -> tuple[Any, UUID]:
    """The sort value and id in a cursor. Raises `InvalidCursor` when it is forged, cut or of another sort."""
    refused = InvalidCursor(errors=(FieldError("/query/cursor", "invalid_cursor", "Take it from next_cursor"),))
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        if not hmac.compare_digest(raw[:12], _signature(raw[12:])):
            raise refused
        name, descending, value, row_id = from_json(raw[12:])
        if (name, descending) != (sort.name, sort.descending):
            raise refused
        if sort.column.type.python_type is datetime:
            value = datetime.fromisoformat(value)
        return value, UUID(row_id)
    except (ValueError, TypeError):
        raise refused from None


def _after(sort: SortBy, row_id: InstrumentedAttribute[UUID], value: object, last: UUID) -> ColumnElement[bool]:
    column = sort.column
    beyond = column < value if sort.descending else column > value
    return or_(beyond, and_(column == value, row_id < last if sort.descending else row_id > last))


async def paginate(session: AsyncSession, rows: Select[Entity], query: PageQuery, sort: SortBy) -> Rows[Entity]:
    """The page of `rows` that `query` asks for, sorted by `sort` and then by id.

    One row more than asked for is read, to know whether there is a next page without counting.
    """
    owner = sort.column.class_
    row_id = cast("InstrumentedAttribute[UUID]", owner.id)
    if query.cursor:
        rows = rows.where(_after(sort, row_id, *read_cursor(sort, query.cursor)))
    order = (sort.column.desc(), row_id.desc()) if sort.descending else (sort.column.asc(), row_id.asc())
    found = (await session.scalars(rows.order_by(*order).limit(query.limit + 1))).all()
    items = found[: query.limit]
    if len(found) <= query.limit:
        return Rows(items, None)
    last: Any = items[-1]
    return Rows(items, write_cursor(sort, getattr(last, sort.column.key), last.id))
