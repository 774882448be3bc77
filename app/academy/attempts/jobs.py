"""What the worker does about attempts: end those whose time is over."""

from app.academy.attempts import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every


@every(seconds=15)
async def close_overdue_attempts(session: AsyncSession) -> None:
    """Close attempts past their limit and its grace, and grade what was saved in them."""
    await service.close_overdue(session, AcademyActor.system())
