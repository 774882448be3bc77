"""What of a skill may not be as it is wanted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import FieldError


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a skill as they are wanted."""

    parent_id: UUID | None
    prerequisite_ids: Sequence[UUID]

    def pointers(self) -> Iterator[tuple[str, UUID]]:
        """Each link with the field that names it."""
        if self.parent_id is not None:
            yield "/parent_skill_id", self.parent_id
        yield from self.pointers_of_prerequisites()

    def pointers_of_prerequisites(self) -> Iterator[tuple[str, UUID]]:
        """Each prerequisite with the field that names it."""
        for index, skill_id in enumerate(self.prerequisite_ids):
            yield f"/prerequisite_ids/{index}", skill_id


def unknown(links: Links, known: Mapping[UUID, bool]) -> tuple[FieldError, ...]:
    """The links to what is no skill."""
    return tuple(
        FieldError(pointer, "unknown", "There is no such skill")
        for pointer, skill_id in links.pointers()
        if skill_id not in known
    )


def archived(links: Links, known: Mapping[UUID, bool]) -> tuple[FieldError, ...]:
    """The prerequisites that nobody can begin any more. `known` says of each skill whether it is active."""
    return tuple(
        FieldError(pointer, "archived", "This skill is archived")
        for pointer, skill_id in links.pointers_of_prerequisites()
        if not known[skill_id]
    )


def cycles(links: Links, *, leads_back: Mapping[str, frozenset[UUID]]) -> tuple[FieldError, ...]:
    """The links from which the same kind of link leads back to the skill: `parent`, `prerequisite`."""
    message = "This skill leads back to the one that is edited"
    found = []
    if links.parent_id in leads_back["parent"]:
        found.append(FieldError("/parent_skill_id", "cycle", message))
    for pointer, skill_id in links.pointers_of_prerequisites():
        if skill_id in leads_back["prerequisite"]:
            found.append(FieldError(pointer, "cycle", message))
    return tuple(found)
