"""What a domain orders when somebody is to get a mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class MailOrder:
    """`data` is plain JSON and fills the template (`rules.TEMPLATES` says with what).

    `transactional` mail is owed and always goes. `optional` mail goes when `wanted`: the domain has asked its own
    settings; it may put `unsubscribe_url` into `data`. Unwanted mail is kept as `suppressed`.
    """

    template: str
    data: Mapping[str, Any]
    category: Literal["transactional", "optional"] = "transactional"
    wanted: bool = True

    @property
    def goes_out(self) -> bool:
        """Whether it is to be sent at all."""
        return self.wanted or self.category == "transactional"
