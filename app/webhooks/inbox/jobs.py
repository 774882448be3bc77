"""What the worker does for the inbox. Working on messages is the business of the domains that listen."""

from datetime import timedelta

from app.core.database import AsyncSession
from app.core.outbox.listen import Patience, every
from app.core.outbox.run import JobRun
from app.identity.actor import Actor
from app.webhooks.inbox import service


@every(minutes=10)
async def recover_lost_webhooks(session: AsyncSession) -> None:
    """Announce again what was received and is worked on by nobody."""
    await service.recover_lost(session, Actor.system())


@every(hours=24, at=timedelta(hours=4), patience=Patience(tries=3, time_limit=timedelta(minutes=10)))
async def forget_webhook_bodies(job: JobRun) -> None:
    """Give up what was parked for 90 days; empty the bodies of what was settled 30 days ago. In batches."""
    for chore in (service.give_up_parked, service.forget_bodies):
        done = service.BATCH
        while done == service.BATCH:
            async with job.transaction() as session:
                done = await chore(session, Actor.system())
