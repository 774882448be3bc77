"""Two domain events of the tests' own: one that happens, and one by which a handler leaves a trace."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class Happened(DomainEvent):
    """What the listeners of these tests hear."""

    kind: ClassVar[str] = "tests.happened"
    key_field: ClassVar[str] = "thing_id"
    thing_id: UUID
    number: int = 0


class Noted(DomainEvent):
    """An effect in the database: it is there exactly when the transaction that wrote it was committed."""

    kind: ClassVar[str] = "tests.noted"
    key_field: ClassVar[str] = "thing_id"
    thing_id: UUID
    number: int = 0
