"""What the worker does for the inbox. Working on messages is the business of the domains that listen."""

from app.core.database import AsyncSession
from app.core.outbox.listen import every
from app.identity.actor import Actor
from app.webhooks.inbox import service


@every(minutes=10)
async def recover_lost_webhooks(session: AsyncSession) -> None:
    """Announce again what was received and is worked on by nobody."""
    await service.recover_lost(session, Actor.system())
