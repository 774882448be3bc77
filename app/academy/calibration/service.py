"""Reports on how far a model can be believed, for those who may see questions."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.calibration import queries, rules
from app.academy.calibration.queries import Graded
from app.academy.calibration.schemas import AcademyCalibration, AcademyCalibrationBin
from app.academy.models import Assessment, AssessmentQuestion
from app.academy.permissions import AcademyActor
from app.academy.questions.service import read_question, require_reader


async def calibrate_question(
    session: AsyncSession, actor: AcademyActor, question: AssessmentQuestion
) -> AcademyCalibration:
    """How a model's confidence held for one question. Raises `Forbidden`."""
    await read_question(session, actor, question)
    return _report(await queries.of_question(session, question.id))


async def calibrate_assessment(
    session: AsyncSession, actor: AcademyActor, assessment: Assessment
) -> AcademyCalibration:
    """How a model's confidence held for all questions of an assessment. Raises `Forbidden`."""
    await require_reader(session, actor, assessment)
    return _report(await queries.of_assessment(session, assessment.id))


def _report(graded: Graded) -> AcademyCalibration:
    found = rules.calibrate(graded.verdicts)
    return AcademyCalibration(
        count=found.count,
        unreviewed=graded.unreviewed,
        failed=graded.failed,
        bins=[AcademyCalibrationBin.model_validate(each) for each in found.bins],
        brier_score=found.brier_score,
        expected_error=found.expected_error,
        suggested_threshold=found.suggested_threshold,
    )
