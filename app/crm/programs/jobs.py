"""What the worker does about programs: slugs after an import, and after many were renamed (D-04, Z-21)."""

from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.crm.permissions import CrmActor
from app.crm.programs import service
from app.domain_events.crm import ProgramSlugRequested


@on(ProgramSlugRequested)
async def settle_program_slug(session: AsyncSession, event: ProgramSlugRequested) -> None:
    """Give a program the slug of the name that it has now, whoever else wants the same one."""
    await service.renew_slug(session, CrmActor.system(), event.program_id)
