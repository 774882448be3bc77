"""Reads: the promises themselves, and what was seen of them before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.invariants import Finding, InvariantCheck, inspect
from app.flows.invariants.rules import INVARIANTS


@dataclass(frozen=True, slots=True)
class LastLook:
    """What the last look left. `is_old`: it was announced so long ago that it is worth another word."""

    check: InvariantCheck
    is_old: bool


async def look(session: AsyncSession) -> list[Finding]:
    """All promises in one snapshot. `session` must not have been used yet.

    Who does what is read from the book of listeners, which `app.worker` fills.
    """
    return await inspect(session, INVARIANTS)


async def list_last(session: AsyncSession, reminded: timedelta) -> Sequence[LastLook]:
    """The last look at each, locked against another that ends now."""
    is_old = InvariantCheck.announced_at < func.now() - reminded
    rows = await session.execute(select(InvariantCheck, is_old).with_for_update(of=InvariantCheck))
    return [LastLook(check, bool(old)) for check, old in rows]
