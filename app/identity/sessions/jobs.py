"""What the worker does for logins: the broom."""

from datetime import timedelta

from app.core.database import AsyncSession
from app.core.outbox.listen import every
from app.identity.actor import Actor
from app.identity.sessions import service


@every(hours=24, at=timedelta(hours=3))
async def forget_old_logins(session: AsyncSession) -> None:
    """Sweep away logins that are long over."""
    await service.forget_logins(session, Actor.system())
