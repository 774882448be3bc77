"""What the worker does about progress in paths: follow completed courses and the passing of days."""

from datetime import timedelta
from uuid import UUID

from app.academy.path_progress import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import EnrollmentCompleted, PathStepsChanged

HOUSE = AcademyActor.system()


@on(EnrollmentCompleted)
async def complete_path_steps(session: AsyncSession, event: EnrollmentCompleted) -> None:
    """Complete the steps of a completed course, in every path that its learner is in (A-LPA-13)."""
    await service.follow_course(session, HOUSE, event.account_id, event.course_id)


@on(PathStepsChanged)
async def follow_path_steps(job: JobRun, event: PathStepsChanged) -> None:
    """Set the progress of those who go a path anew when it asks for something else."""
    last: UUID | None = None
    while True:
        async with job.transaction() as session:
            last = await service.follow_path(session, HOUSE, event.path_id, last)
        if last is None:
            return


@every(hours=1, at=timedelta(minutes=35))
async def advance_paths(job: JobRun) -> None:
    """Complete steps that only waited for days to pass."""
    while True:
        async with job.transaction() as session:
            moved = await service.advance_ripe(session, HOUSE)
        if moved < service.RIPE_AT_ONCE:
            return
