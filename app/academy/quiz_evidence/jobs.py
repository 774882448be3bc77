"""What the worker does about quiz evidence."""

from app.academy.permissions import AcademyActor
from app.academy.quiz_evidence import service
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.academy import AttemptGraded


@on(AttemptGraded)
async def record_quiz_evidence(session: AsyncSession, event: AttemptGraded) -> None:
    """Record what a graded attempt showed of the skills that it asks for; correct it when it was graded anew."""
    await service.record_attempt(session, AcademyActor.system(), event.attempt_id)
