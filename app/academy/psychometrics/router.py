"""The door to assessments' statistics."""

from uuid import UUID

from app.academy.deps import CurrentAcademyActor
from app.academy.psychometrics import service
from app.academy.psychometrics.rules import Statistics
from app.academy.psychometrics.schemas import AcademyAssessmentStatistics
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/assessments/{assessment_id}/statistics", response_model=AcademyAssessmentStatistics)
async def get_assessment_statistics(assessment_id: UUID, actor: CurrentAcademyActor, session: Session) -> Statistics:
    """Read how an assessment measures: difficulty, discrimination, reliability, and its equivalence with its pair.

    Those who teach its course do, and platform admins.
    """
    return await service.assess(session, actor, assessment_id)
