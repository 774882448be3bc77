"""The door to calibration, for those who write and teach."""

from app.academy.assessments.deps import AssessmentPath
from app.academy.calibration import service
from app.academy.calibration.schemas import AcademyCalibration
from app.academy.deps import CurrentAcademyActor
from app.academy.questions.deps import QuestionPath
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/questions/{question_id}/calibration", response_model=AcademyCalibration)
async def get_question_calibration(
    actor: CurrentAcademyActor, question: QuestionPath, session: Session
) -> AcademyCalibration:
    """Compare a model's confidence in its grades of a question with what people then said."""
    return await service.calibrate_question(session, actor, question)


@router.get("/assessments/{assessment_id}/calibration", response_model=AcademyCalibration)
async def get_assessment_calibration(
    actor: CurrentAcademyActor, assessment: AssessmentPath, session: Session
) -> AcademyCalibration:
    """Compare a model's confidence in its grades of an assessment with what people then said."""
    return await service.calibrate_assessment(session, actor, assessment)
