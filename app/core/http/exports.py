"""Lists as files: CSV for spreadsheets, JSON Lines for programs. Read page by page, so that length costs no memory.

Each page is read in a short transaction of its own: nothing stays open while a slow client reads. What changes between
two pages may be in the file or not; nothing is in it twice, because pages follow the same keyset as the list.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.pages import Rows
from app.core.http.session import Transactions

# How a list is written.
ExportFormat = Literal["csv", "jsonl"]

MEDIA_TYPES: dict[ExportFormat, str] = {"csv": "text/csv", "jsonl": "application/jsonl"}

# For `responses={200: EXPORTED}`.
EXPORTED: dict[str, Any] = {
    "description": "The file, as an attachment.",
    "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
}

# What makes a spreadsheet take a text for a formula, full-width forms and control characters too (rule 60).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

ReadPage = Callable[[AsyncSession, str | None], Awaitable[Rows[Any]]]


def export(
    transactions: Transactions, read: ReadPage, shape: type[BaseModel], form: ExportFormat, name: str
) -> StreamingResponse:
    """The answer: every row that `read` gives, cursor by cursor, in the fields of `shape`."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "no-store",
    }
    lines = _lines(transactions, read, shape, form)
    return StreamingResponse(lines, headers=headers, media_type=MEDIA_TYPES[form])


async def _lines(
    transactions: Transactions, read: ReadPage, shape: type[BaseModel], form: ExportFormat
) -> AsyncIterator[str]:
    columns = list(shape.model_fields)
    if form == "csv":
        yield csv_lines([columns])
    cursor: str | None = None
    while True:
        async with transactions.begin() as session:
            page = await read(session, cursor)
            rows = [shape.model_validate(row).model_dump(mode="json") for row in page.items]
        if form == "csv":
            yield csv_lines([row[column] for column in columns] for row in rows)
        else:
            yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        cursor = page.next_cursor
        if cursor is None:
            return


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as RFC 4180 writes them; texts are made harmless, documents and lists are JSON."""
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def safe_cell(value: Any) -> Any:
    """A value for one cell: a text that a spreadsheet would calculate gets an apostrophe in front."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return f"'{value}"
    return value
