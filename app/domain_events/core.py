"""What happens to the house itself."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class InvariantBroken(DomainEvent):
    """A promise does not hold: somebody should look (rule 64). Told when it breaks, when it gets worse, and daily.

    `subjects` are the ids of a few rows that break it; `lyceum doctor --invariants` says more.
    """

    kind: ClassVar[str] = "core.invariant_broken"
    key_field: ClassVar[str] = "invariant_id"
    invariant_id: UUID
    name: str
    violations: int
    subjects: tuple[str, ...] = ()
