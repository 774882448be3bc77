"""What the worker does about badges: reminders before they end."""

from datetime import timedelta

from app.academy.badges import service
from app.academy.permissions import AcademyActor
from app.core.outbox.listen import every
from app.core.outbox.run import JobRun


@every(hours=24, at=timedelta(hours=7))
async def remind_of_badges(job: JobRun) -> None:
    """Tell holders of badges that end in thirty days, in seven, or have ended."""
    while True:
        async with job.transaction() as session:
            told = await service.remind(session, AcademyActor.system())
        if told < service.REMINDED_AT_ONCE:
            return
