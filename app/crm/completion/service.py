"""Completing whom the numbers complete."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.audit.service import announce
from app.crm.completion import queries
from app.crm.models import ParticipationStatus, Program, ProgramParticipation
from app.crm.permissions import CrmActor
from app.domain_events.crm import ParticipationCompleted

LOOKED_BACK = timedelta(days=7)


async def complete_who_met(
    session: AsyncSession,
    actor: CrmActor,
    program_ids: Sequence[UUID],
    account_ids: Collection[UUID] | None = None,
    *,
    only_active: bool = True,
    only_with_news: bool = False,
) -> int:
    """Complete those enrolled in these programs (of them, the accounts named) who have met the criteria.

    Asks for no right: whoever changed the attendance has shown theirs. Safe to run twice, and at once from anywhere:
    who is completed is not enrolled any more. Returns how many were completed.
    """
    locked = await queries.lock_programs(session, program_ids, only_active=only_active)
    if not locked:
        return 0
    met = [
        ProgramParticipation.program_id.in_(locked),
        ProgramParticipation.status == ParticipationStatus.enrolled,
        Program.id == ProgramParticipation.program_id,
        queries.has_met_criteria(),
    ]
    if account_ids is not None:
        met.append(ProgramParticipation.user_id.in_(account_ids))
    if only_with_news:
        met.append(queries.has_news_since_reopening())
    completed = await session.execute(
        update(ProgramParticipation)
        .where(*met)
        .values(
            status=ParticipationStatus.completed,
            completed_at=func.clock_timestamp(),
            version=ProgramParticipation.version + 1,
        )
        .returning(
            ProgramParticipation.id,
            ProgramParticipation.program_id,
            ProgramParticipation.user_id,
            ProgramParticipation.organization_id,
            Program.completion_criteria_type,
        )
        .execution_options(synchronize_session=False)
    )
    rows = completed.all()
    for participation_id, program_id, account_id, organization_id, by in rows:
        told = ParticipationCompleted(
            participation_id=participation_id, program_id=program_id, account_id=account_id, by=by
        )
        announce(session, actor, told, organization_id, {"by": by})
    return len(rows)


async def complete_for_event(
    session: AsyncSession, actor: CrmActor, event_id: UUID, account_ids: Collection[UUID] | None = None
) -> int:
    """Look again at every active program for which an event counts (P-CMP-05)."""
    program_ids = await queries.list_programs_of_event(session, event_id)
    return await complete_who_met(session, actor, program_ids, account_ids)


async def complete_after_events(session: AsyncSession, actor: CrmActor) -> int:
    """Look again at programs of which an event has just ended: until then it did not count."""
    program_ids = await queries.list_programs_with_events_just_held(session, LOOKED_BACK)
    return await complete_who_met(session, actor, program_ids, only_with_news=True)
