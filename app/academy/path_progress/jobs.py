"""What the worker does about progress in paths: follow completed courses and the passing of days."""

from datetime import timedelta

from app.academy.path_progress import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import EnrollmentCompleted

HOUSE = AcademyActor.system()


@on(EnrollmentCompleted)
async def complete_path_steps(session: AsyncSession, event: EnrollmentCompleted) -> None:
    """Complete the steps of a completed course, in every path that its learner is in (A-LPA-13)."""
    await service.follow_course(session, HOUSE, event.account_id, event.course_id)


@every(hours=1, at=timedelta(minutes=35))
async def advance_paths(job: JobRun) -> None:
    """Complete steps that only waited for days to pass."""
    while True:
        async with job.transaction() as session:
            moved = await service.advance_ripe(session, HOUSE)
        if moved < service.RIPE_AT_ONCE:
            return
