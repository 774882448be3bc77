"""What the worker does about progress: complete those for whom the last thing came true."""

from app.academy.permissions import AcademyActor
from app.academy.progress import service
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import AttemptGraded, AttemptSubmitted, CohortCompleted

HOUSE = AcademyActor.system()


@on(CohortCompleted)
async def complete_learners(session: AsyncSession, event: CohortCompleted) -> None:
    """Complete the course for everybody in a cohort that has ended and for whom nothing else is missing."""
    await service.refresh_cohort(session, HOUSE, event.cohort_id)


@on(AttemptGraded)
async def follow_grades(session: AsyncSession, event: AttemptGraded) -> None:
    """A required assessment may have been passed."""
    if event.enrollment_id is not None:
        await service.refresh(session, HOUSE, event.enrollment_id)


@on(AttemptSubmitted)
async def follow_submissions(session: AsyncSession, event: AttemptSubmitted) -> None:
    """Where there is nothing to pass, handing in is enough."""
    if event.enrollment_id is not None:
        await service.refresh(session, HOUSE, event.enrollment_id)
