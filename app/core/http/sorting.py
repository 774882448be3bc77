"""Sort keys: an enum per list, with a minus for descending, so that the OpenAPI document lists them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from app.core.http.pages import SortBy


def sort_by(key: StrEnum, columns: Mapping[str, InstrumentedAttribute[Any]]) -> SortBy:
    """The column for a sort key: `-start_date` is `columns["start_date"]`, descending."""
    name = key.value.removeprefix("-")
    return SortBy(name, columns[name], descending=key.value.startswith("-"))
