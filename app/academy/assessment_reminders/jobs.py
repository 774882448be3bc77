"""What the worker does about assessments that learners may forget."""

from app.academy.assessment_reminders import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every


@every(minutes=10)
async def remind_of_assessments(session: AsyncSession) -> None:
    """Remind learners of the assessments whose time it is."""
    await service.remind(session, AcademyActor.system())
