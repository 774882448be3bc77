"""Which promises there are, and when a broken one is news."""

from uuid import NAMESPACE_URL, UUID, uuid5

import app.academy.invariants
import app.core.outbox.invariants
import app.crm.invariants
import app.identity.invariants
import app.notifications.invariants
import app.webhooks.invariants
from app.core.invariants import Invariant

INVARIANTS: tuple[Invariant, ...] = (
    *app.academy.invariants.INVARIANTS,
    *app.core.outbox.invariants.INVARIANTS,
    *app.crm.invariants.INVARIANTS,
    *app.identity.invariants.INVARIANTS,
    *app.notifications.invariants.INVARIANTS,
    *app.webhooks.invariants.INVARIANTS,
)


def is_news(violations: int, announced: int | None, *, is_old: bool) -> bool:
    """Whether to tell of this many: nobody was told yet, it was told of fewer, or it was told long ago."""
    return violations > 0 and (announced is None or violations > announced or is_old)


def id_of(invariant: Invariant) -> UUID:
    """The same for one name everywhere: what is told of one promise is told in order."""
    return uuid5(NAMESPACE_URL, f"lyceum:invariant:{invariant.name}")
