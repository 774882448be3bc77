"""What the worker does about cohorts: the clock moves them along (A-COH-02)."""

from app.academy.cohorts import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every


@every(seconds=30)
async def move_cohorts_along(session: AsyncSession) -> None:
    """Start what is due to start, complete what is due to end."""
    await service.move_cohorts_along(session, AcademyActor.system())
