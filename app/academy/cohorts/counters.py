"""The cohort's row: its lock, its clock, its three counters.

`current_enrollment`, `held` and `waiting` are written by `seats.py` and `queue.py` alone, under this lock or in one
conditional statement, always in the transaction of the row that they count.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.academy.models import Cohort
from app.core.errors import NotFound


async def lock_cohort(session: AsyncSession, cohort_id: UUID) -> Cohort:
    """The cohort with its course, locked until the end of the transaction. Raises NotFound."""
    cohort = await session.scalar(
        select(Cohort)
        .options(joinedload(Cohort.course))
        .where(Cohort.id == cohort_id)
        .with_for_update(of=Cohort, key_share=True)
        .execution_options(populate_existing=True)
    )
    if cohort is None:
        raise NotFound
    return cohort


async def has_started(session: AsyncSession, cohort_id: UUID) -> bool:
    """Whether the cohort's start lies in the past, by the database's clock."""
    return bool(await session.scalar(select(Cohort.start_date <= func.now()).where(Cohort.id == cohort_id)))


async def change(session: AsyncSession, cohort_id: UUID, **counters: Any) -> None:
    """Set counters of a locked cohort, by expressions on their own columns: `held=Cohort.held - 1`."""
    await session.execute(
        update(Cohort).where(Cohort.id == cohort_id).values(**counters).execution_options(synchronize_session=False)
    )
