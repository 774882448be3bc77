"""Orders: which ids follow each other, how an order is versioned, and what is wrong with a new one."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Order:
    """Ids in their order. It is edited by itself: renaming a chapter does not spoil somebody else's drag and drop."""

    ids: tuple[UUID, ...]

    @property
    def version(self) -> str:
        """The same for the same ids in the same order, so that any change of either is noticed."""
        return hashlib.sha256(b"".join(each.bytes for each in self.ids)).hexdigest()[:32]


def require_permutation(
    wanted: Sequence[UUID], *, needed: Collection[UUID], allowed: Collection[UUID], field: str
) -> None:
    """Raise `Invalid` unless `wanted` names everything that is needed, nothing that is not allowed, nothing twice."""
    wrong = []
    seen: set[UUID] = set()
    for index, each in enumerate(wanted):
        if each not in allowed:
            wrong.append(FieldError(f"/{field}/{index}", "unknown", "There is no such id in this program"))
        elif each in seen:
            wrong.append(FieldError(f"/{field}/{index}", "repeated", "This id stands above already"))
        seen.add(each)
    if missing := len(set(needed) - seen):
        wrong.append(FieldError(f"/{field}", "missing", f"All have to be named; {missing} of them are not"))
    if wrong:
        raise Invalid(errors=tuple(wrong))
