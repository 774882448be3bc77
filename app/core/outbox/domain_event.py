"""Domain events: something that has happened (or is wished for), named in the past tense, frozen and small.

They carry ids and the few values a listener needs, never a row. A new field gets a default, because older rows may
still be on their way. `kind` is the name on the wire and in the database; renaming the class does not change it.
"""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

_kinds: dict[str, type["DomainEvent"]] = {}


class DomainEvent(BaseModel):
    """Base of all domain events. `key` is the aggregate within which order is kept (X-EVT-01)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ClassVar[str]
    key_field: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **_more: Any) -> None:
        if not hasattr(cls, "kind"):
            return
        if cls.kind in _kinds:
            raise TypeError(f"two domain events are called {cls.kind}")
        if cls.key_field not in cls.model_fields:
            raise TypeError(f"{cls.__name__}.key_field names no field: {cls.key_field}")
        _kinds[cls.kind] = cls

    @property
    def key(self) -> UUID:
        """The aggregate: events of one key reach each listener in the order they were written."""
        return getattr(self, self.key_field)  # type: ignore[no-any-return]  # key_field names a UUID field


def known_events() -> dict[str, type[DomainEvent]]:
    """Every domain event of this process by its kind."""
    return dict(_kinds)
