"""No history of buying, paying, cancelling, moving, waiting and answering breaks a promise: no false alarm."""

import random
from collections import Counter

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.invariants import INVARIANTS
from app.core.invariants import Kind, _ask
from tests.academy.waitlist import world
from tests.academy.waitlist.conftest import chance  # noqa: F401  (the seed of this test)

BROKEN = [invariant for invariant in INVARIANTS if invariant.kind is Kind.broken]


@pytest.mark.slow
@pytest.mark.req("A-COH-04")
async def test_a_random_history_breaks_no_promise(session: AsyncSession, chance: random.Random) -> None:  # noqa: F811  (the fixture)
    place = await world.create(session)
    seen: Counter[str] = Counter()
    for number in range(400):
        await world.happens(world.any_act(chance), session, place, chance, seen)
        session.expire_all()
        if number % 20 == 19:
            found = {each.name: await _ask(session, each, 3) for each in BROKEN}
            assert {name: finding.samples for name, finding in found.items() if finding.violations} == {}
