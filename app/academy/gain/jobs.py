"""What the worker does about learning gain: measures it when an attempt is graded, and again when asked."""

from datetime import timedelta

from app.academy.gain import service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import Patience, on
from app.domain_events.academy import AttemptGraded, GainRecomputationRequested


@on(AttemptGraded)
async def measure_gain(session: AsyncSession, event: AttemptGraded) -> None:
    """Measure the learning gain (Hake) of the enrollment whose attempt was graded or regraded (A-GAN-07)."""
    if event.enrollment_id is not None:
        await service.measure(session, AcademyActor.system(), event.enrollment_id)


@on(GainRecomputationRequested, patience=Patience(time_limit=timedelta(seconds=service.LONGEST), tries=5))
async def recompute_gains(session: AsyncSession, event: GainRecomputationRequested) -> None:
    """Measure a whole scope in one statement."""
    scope = Scope(ScopeKind(event.scope), event.scope_id)
    await service.recompute(session, AcademyActor.system(), event.recomputation_id, scope)
