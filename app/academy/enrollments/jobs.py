"""What the worker does about enrollments: bulk seats, moved dates, cancelled cohorts."""

from contextlib import suppress
from datetime import timedelta

from app.academy.cohorts import seats
from app.academy.enrollments import queries, service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.errors import Conflict
from app.core.outbox.listen import Patience, every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import CohortCancelled, CohortDatesChanged, EnrollmentRequested
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused

# Money waits for this: it outlasts an outage of the provider, and a cohort of hundreds.
PERSISTENT = Patience(time_limit=timedelta(minutes=5), tries=20, longest_wait=timedelta(hours=1))


@on(EnrollmentRequested)
async def enroll_with_capacity_check(session: AsyncSession, event: EnrollmentRequested) -> None:
    """Enroll somebody through the same verb as the web door; a refusal is an answer too, not a failure (D-04)."""
    with suppress(Conflict):
        async with session.begin_nested():
            await service.enroll(session, AcademyActor.system(), event.cohort_id, event.account_id)


@on(CohortDatesChanged)
async def move_access_windows(session: AsyncSession, event: CohortDatesChanged) -> None:
    """Let the access windows follow the cohort's end (A-ENR-09)."""
    await service.move_windows(session, AcademyActor.system(), event.cohort_id, may_shorten=event.may_shorten)


@on(CohortCancelled, patience=PERSISTENT)
async def settle_cancelled_cohort(job: JobRun, event: CohortCancelled) -> None:
    """End every enrollment of a cohort that will not take place, closing open checkouts at Stripe first (A-COH-07).

    Those without an open checkout come first: they need not wait for a Stripe that is silent.
    """
    stripe = job.resource(Gateways).stripe
    async with job.transaction() as session:
        active = await queries.list_to_settle(session, event.cohort_id)
    for enrollment_id, page_id in sorted(active, key=lambda each: each[1] is not None):
        if page_id is not None:
            with suppress(GatewayRefused):  # Stripe does not know the page: nobody can pay on it
                await stripe.expire_checkout_session(page_id)
        async with job.transaction() as session:
            await service.end_for_cancelled_cohort(session, AcademyActor.system(), enrollment_id)


@every(hours=24, at=service.AT_NIGHT)
async def recount_seats(job: JobRun) -> None:
    """Hold the seat counters against their rows; a drift is repaired and announced, cohort by cohort (A-COH-04)."""
    async with job.transaction() as session:
        drifted = await seats.drifted_cohorts(session)
    for cohort_id in drifted:
        async with job.transaction() as session:
            await service.repair_counters(session, AcademyActor.system(), cohort_id)
