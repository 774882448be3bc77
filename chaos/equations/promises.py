"""The product's own invariants, asked of the stage's database and sorted under the seven equations.

`lyceum doctor --invariants` asks the same; here they are asked at the one moment when nothing is left to do.
"""

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

import app.worker  # noqa: F401  (fills the book of listeners, which some invariants read)
from app.core.database.engine import normalise
from app.core.invariants import Finding, inspect
from app.flows.invariants.rules import INVARIANTS

if TYPE_CHECKING:
    from chaos.stage import Stage

_DOUBLED = {"academy.one_place_each", "academy.one_checkout_at_a_time"}
_COUNTED = {
    "academy.capacity_kept",
    "academy.no_seat_after_the_end",
    "academy.nobody_overtaken",
    "academy.places_in_line_are_unique",
}
_MONEY = {
    "academy.money_has_a_seat_or_goes_back",
    "academy.paid_seats_have_their_money",
    "academy.nobody_pays_twice",
    "academy.paid_amounts_are_known",
    "academy.refunds_within_payments",
}


def equation_of(name: str) -> str:
    """Which equation an invariant belongs to; a new one counts as orphaned work until somebody sorts it."""
    if name in _DOUBLED:
        return "doubled"
    if name in _COUNTED or name.endswith("_counted"):
        return "counters"
    if name in _MONEY:
        return "money"
    if "certificate" in name:
        return "certificates"
    if name == "academy.accepted_offers_have_a_seat":
        return "lost"
    return "orphaned work"


async def broken_promises(stage: "Stage") -> dict[str, list[str]]:
    """Offences by equation. An invariant that could not be asked is an offence as well."""
    address, arguments = normalise(stage.owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    try:
        async with AsyncSession(engine) as session:
            findings = await inspect(session, INVARIANTS)
    finally:
        await engine.dispose()
    offences: dict[str, list[str]] = {}
    for finding in findings:
        offences.setdefault(equation_of(finding.invariant.name), []).extend(_told(finding))
    return offences


def _told(finding: Finding) -> list[str]:
    name = finding.invariant.name
    if finding.violations is None:
        return [f"{name} cannot be asked: {finding.error}"]
    shown = [f"{name}: {each.subject} {each.detail}" for each in finding.samples]
    unshown = finding.violations - len(shown)
    return shown + [f"{name}: one more"] * unshown
