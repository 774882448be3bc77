"""The twin's moods, for tests of what happens when Stripe has a bad day. Set by `POST /stripe/_faults`.

Shares are probabilities from 0 to 1, drawn from a generator that `seed` makes repeatable.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from typing import Any

SHARES = ("duplicate", "lost_answer", "server_error", "rate_limited")


@dataclass(slots=True)
class Faults:
    """All off at first.

    `hold`: webhooks wait until they are taken by hand. `duplicate`: share of webhooks sent twice. `reorder_ms`: each
    webhook waits up to so long. `answer_delay_ms`: the API answers so late. `lost_answer`: the work is done, then the
    line is cut. `server_error`, `rate_limited`: answered 500 or 429 before any work.
    `shortest_session`: seconds a checkout session must live; 1800 as at Stripe, less for tests of expiry.
    """

    hold: bool = False
    duplicate: float = 0.0
    reorder_ms: int = 0
    answer_delay_ms: int = 0
    lost_answer: float = 0.0
    server_error: float = 0.0
    rate_limited: float = 0.0
    shortest_session: int = 1_800
    seed: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(0), repr=False)  # noqa: S311 - not secrecy

    def strikes(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def public(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _settable()}

    def update(self, wanted: dict[str, Any]) -> None:
        """Change some. Raises `ValueError` naming what is unknown or out of range; then nothing has changed."""
        known = _settable()
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"unknown fault {name}; there are {', '.join(known)}")
            kinds = (bool,) if name == "hold" else (int, float) if name in SHARES else (int,)
            if not isinstance(value, kinds) or (name != "hold" and isinstance(value, bool)) or value < 0:
                raise ValueError(f"{name} cannot be {value!r}")
            if name in SHARES and value > 1:
                raise ValueError(f"{name} is a share between 0 and 1")
        for name, value in wanted.items():
            setattr(self, name, value)
        if "seed" in wanted:
            self._random.seed(self.seed)


def _settable() -> list[str]:
    return [item.name for item in fields(Faults) if not item.name.startswith("_")]
