"""What the worker does about queues: end offers whose time is over, and see that no free seat is forgotten."""

from collections.abc import Awaitable, Callable
from functools import partial

from app.academy.cohorts import counters, queue
from app.academy.models import CohortStatus
from app.academy.permissions import AcademyActor
from app.academy.waitlist import queries, service
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import Fenced, JobRun
from app.domain_events.academy import CohortCancelled, CohortChanged, CohortStatusChanged

HOUSE = AcademyActor.system()


@every(seconds=30)
async def sweep_waitlist(job: JobRun) -> None:
    """Expire offers that were not answered in time and offer what is free, one cohort at a time (A-WTL-08)."""
    async with job.transaction() as session:
        over = await queries.list_over(session)
        fillable = await queries.list_fillable(session)
    steps: list[Callable[[AsyncSession], Awaitable[object]]]
    steps = [partial(service.expire, actor=HOUSE, entry_id=entry_id) for entry_id in over]
    steps += [partial(service.process, actor=HOUSE, cohort_id=cohort_id) for cohort_id in fillable]
    failed = []
    for step in steps:
        try:
            async with job.transaction() as session:
                await step(session)
        except Fenced:
            raise
        except Exception as error:  # noqa: BLE001  (one queue in trouble must not stop the others; it is told of below)
            failed.append(error)
    if failed:
        raise failed[0]


@on(CohortStatusChanged)
async def close_begun_queue(session: AsyncSession, event: CohortStatusChanged) -> None:
    """Nobody waits for a cohort that has begun (Z-75)."""
    if event.after == CohortStatus.in_progress:
        await queue.close_queue(
            session, await counters.lock_cohort(session, event.cohort_id), is_cohort_cancelled=False
        )


@on(CohortCancelled)
async def close_cancelled_queue(session: AsyncSession, event: CohortCancelled) -> None:
    """Nobody waits for a cohort that will not take place (A-COH-07)."""
    await queue.close_queue(session, await counters.lock_cohort(session, event.cohort_id), is_cohort_cancelled=True)


@on(CohortChanged)
async def shorten_offers(session: AsyncSession, event: CohortChanged) -> None:
    """An offer never outlives the start of its cohort, also when that is moved (Z-75)."""
    if "start_date" in event.fields:
        await queue.shorten_offers(session, event.cohort_id)
