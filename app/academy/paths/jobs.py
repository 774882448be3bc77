"""What the worker does about paths: their sums follow the courses they are made of."""

from app.academy.paths import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import AgendaChanged, CourseChanged


@on(AgendaChanged)
async def recount_path_hours(session: AsyncSession, event: AgendaChanged) -> None:
    """A course has become longer or shorter, and so have the paths through it."""
    await service.recount_paths_with(session, AcademyActor.system(), event.course_id)


@on(CourseChanged)
async def recount_path_prices(session: AsyncSession, event: CourseChanged) -> None:
    """A course costs something else, and so do its paths when their courses are bought one by one."""
    if {"price_b2c", "currency"}.intersection(event.fields):
        await service.recount_paths_with(session, AcademyActor.system(), event.course_id)
