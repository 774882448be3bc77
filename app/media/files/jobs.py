"""What the worker does about files."""

from datetime import timedelta

from app.core.database import AsyncSession
from app.core.outbox.listen import every
from app.identity.actor import Actor
from app.media.files import service


@every(hours=24, at=timedelta(hours=5))
async def sweep_abandoned_files(session: AsyncSession) -> None:
    """Remove what was announced and never came."""
    await service.sweep_abandoned(session, Actor.system())
