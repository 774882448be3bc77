"""The seven equations, each in a file of its own: a function that lists the offences against one promise."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from chaos.equations.certificates import certificates
from chaos.equations.counters import counters
from chaos.equations.doubled import doubled
from chaos.equations.lost import lost
from chaos.equations.money import money
from chaos.equations.orphans import orphans
from chaos.equations.outside import outside

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

Examine = Callable[["Stage", "Ledger"], Awaitable[list[str]]]

EQUATIONS: tuple[tuple[str, str, Examine], ...] = (
    ("lost", "what a caller was told is done, and is not there", lost),
    ("doubled", "what happened twice and had to happen once", doubled),
    ("orphaned work", "work that nobody will finish", orphans),
    ("outside effects", "objects at the twins without their row here, and the other way round", outside),
    ("counters", "counters that differ from their rows, seats beyond capacity", counters),
    ("money", "cents here that differ from Stripe's, payments without seat or refund", money),
    ("certificates", "second certificates, those without a right or their papers, proofs that fail", certificates),
)
