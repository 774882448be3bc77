"""The door to learning gain: one's own, one's learners', and having it measured again."""

from uuid import UUID

from app.academy.deps import CurrentAcademyActor
from app.academy.gain import service
from app.academy.gain.rules import LearnerGain
from app.academy.gain.schemas import AcademyGain, AcademyGainRecomputation, AcademyGainRecomputationCreate
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/enrollments/{enrollment_id}/gain", response_model=AcademyGain)
async def get_gain(enrollment_id: UUID, actor: CurrentAcademyActor, session: Session) -> LearnerGain:
    """Read what a learner gained in a course. The learner does, the cohort's instructor, and platform admins.

    It is measured anew whenever an attempt is graded or regraded.
    """
    return await service.read_gain(session, actor, enrollment_id)


@router.post(
    "/gain-recomputations",
    status_code=202,
    response_model=AcademyGainRecomputation,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_gain_recomputation(
    body: AcademyGainRecomputationCreate, actor: CurrentAcademyActor, key: Idempotent, session: Session
) -> AcademyGainRecomputation:
    """Have gains measured again in the background. Platform admins do; a second time changes nothing."""
    scope = body.scope
    recomputation_id = await service.request_recomputation(session, actor, scope)
    return AcademyGainRecomputation(id=recomputation_id, scope=scope.kind, scope_id=scope.id)
