"""Reads of results: sums over people, never a person."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Assessment, AssessmentAttempt, AssessmentType, Enrollment
from app.academy.results.rules import may_be_told
from app.academy.results.schemas import AcademyAssessmentResult, AcademyAssessmentResultFilter
from app.core.http.pages import Rows, SortBy, paginate


async def list_results(
    session: AsyncSession, organization_id: UUID, wanted: AcademyAssessmentResultFilter
) -> Rows[AcademyAssessmentResult]:
    """Assessments that an organization's people took with its seats, by title: two statements, however many."""
    best = (
        select(
            AssessmentAttempt.assessment_id,
            func.max(AssessmentAttempt.score).label("score"),
            func.bool_or(AssessmentAttempt.passed).label("passed"),
        )
        .join(Enrollment, Enrollment.id == AssessmentAttempt.enrollment_id)
        .where(Enrollment.organization_id == organization_id, AssessmentAttempt.score.is_not(None))
        .group_by(AssessmentAttempt.assessment_id, AssessmentAttempt.user_id)
        .subquery()
    )
    taken = select(Assessment).where(Assessment.id.in_(select(best.c.assessment_id)))
    if wanted.course_id is not None:
        taken = taken.where(Assessment.course_id == wanted.course_id)
    page = await paginate(session, taken, wanted, SortBy("title", Assessment.title))
    figures = (
        select(
            best.c.assessment_id,
            func.count(),
            func.avg(best.c.score),
            func.count().filter(best.c.passed),
            func.count(best.c.passed),
        )
        .where(best.c.assessment_id.in_([each.id for each in page.items]))
        .group_by(best.c.assessment_id)
    )
    told = {row[0]: tuple(row[1:]) for row in await session.execute(figures)}
    return Rows([_result(each, *told[each.id]) for each in page.items], page.next_cursor)


def _result(assessment: Assessment, learners: int, average: float, passed: int, judged: int) -> AcademyAssessmentResult:
    is_told = may_be_told(learners)
    return AcademyAssessmentResult(
        assessment_id=assessment.id,
        title=assessment.title,
        type=AssessmentType(assessment.type),
        course_id=assessment.course_id,
        is_suppressed=not is_told,
        learners=learners if is_told else None,
        average_score=round(float(average), 2) if is_told else None,
        pass_rate=round(passed * 100 / judged, 2) if is_told and judged else None,
    )
