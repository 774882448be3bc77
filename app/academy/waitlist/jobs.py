"""What the worker does about queues: end offers whose time is over, and see that no free seat is forgotten."""

from app.academy.cohorts import seats
from app.academy.permissions import AcademyActor
from app.academy.waitlist import queries, service
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import CohortCancelled

HOUSE = AcademyActor.system()


@every(seconds=30)
async def sweep_waitlist(job: JobRun) -> None:
    """Expire offers that were not answered in time and offer what is free, one cohort at a time (A-WTL-08)."""
    async with job.transaction() as session:
        over = await queries.list_over(session)
    for entry in over:
        async with job.transaction() as session:
            await service.expire(session, HOUSE, entry)
    async with job.transaction() as session:
        fillable = await queries.list_fillable(session)
    for cohort_id in fillable:
        async with job.transaction() as session:
            await service.process(session, HOUSE, cohort_id)


@on(CohortCancelled)
async def close_cancelled_queue(session: AsyncSession, event: CohortCancelled) -> None:
    """Nobody waits for a cohort that will not take place (A-COH-07)."""
    await seats.close_queue(session, await seats.lock_cohort(session, event.cohort_id))
