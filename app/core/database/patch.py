"""Partial updates: only the named fields change; absent and null are two different things."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel


def patch(row: Any, data: BaseModel, *, leave: Collection[str] = ()) -> dict[str, Any]:
    """Put the fields that the caller sent onto `row`; a `Versioned` row that changed gets its next version.

    `leave` names fields that another verb deals with. Returns what really changed, `{field: new value}`: empty when
    the caller sent what was there already.
    """
    sent = data.model_dump(exclude_unset=True, exclude=set(leave))
    changed = {name: value for name, value in sent.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed and hasattr(row, "version"):
        row.version += 1
    return changed
