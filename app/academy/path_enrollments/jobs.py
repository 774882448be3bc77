"""What the worker does about people in paths: follow purchases, and end what the clock has ended."""

from app.academy.path_enrollments import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import JobRun
from app.domain_events.academy import PathPurchaseChanged

HOUSE = AcademyActor.system()


@on(PathPurchaseChanged)
async def follow_path_purchase(session: AsyncSession, event: PathPurchaseChanged) -> None:
    """Let the buyer in, move the end of their access, or end it: by the purchase as it stands now."""
    await service.follow_purchase(session, HOUSE, event.purchase_id)


@every(minutes=5)
async def expire_path_enrollments(job: JobRun) -> None:
    """End the enrollments whose time is over (A-LPA-10)."""
    while True:
        async with job.transaction() as session:
            ended = await service.expire(session, HOUSE)
        if ended < service.EXPIRED_AT_ONCE:
            return
