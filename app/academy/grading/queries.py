"""Reads for grading: the draw with its answers, the review queue, and every grade that was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments.queries import is_taught_by
from app.academy.grading.schemas import (
    AcademyResponseGrade,
    AcademyReview,
    AcademyReviewedQuestion,
    AcademyReviewFilter,
    AcademyReviewSelection,
)
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AttemptQuestion,
    AttemptStatus,
    CourseInstructor,
    Enrollment,
    QuestionResponse,
    QuestionVersion,
    ResponseGrade,
    ReviewState,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate

WAITING = (ReviewState.flagged, ReviewState.required)
_STATES = {
    AcademyReviewSelection.waiting: WAITING,
    AcademyReviewSelection.flagged: (ReviewState.flagged,),
    AcademyReviewSelection.required: (ReviewState.required,),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of a draw in the version of the draw, and what was answered."""

    place: AttemptQuestion
    version: QuestionVersion
    response: QuestionResponse | None


@dataclass(frozen=True, slots=True)
class Case:
    """A response with everything that grading it takes."""

    response: QuestionResponse
    attempt: AssessmentAttempt
    assessment: Assessment
    version: QuestionVersion
    is_teacher: bool

    @property
    def account_id(self) -> UUID:
        """Whose answer it is."""
        return self.attempt.user_id


def teaches_attempt(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor teaches where an attempt was made: the cohort of its enrollment, or the assessment's course.

    For statements that have `AssessmentAttempt` and `Assessment`.
    """
    of_enrollment = select(Enrollment.id).where(Enrollment.id == AssessmentAttempt.enrollment_id, is_taught_by(actor))
    of_course = select(CourseInstructor.user_id).where(
        CourseInstructor.course_id == Assessment.course_id, CourseInstructor.user_id == actor.account_id
    )
    return or_(
        of_enrollment.correlate(AssessmentAttempt).exists(),
        of_course.correlate(Assessment).exists(),
    )


def _graded_by(actor: AcademyActor, rows: Select[QuestionResponse]) -> Select[QuestionResponse]:
    """Only responses of attempts that are over, and that the actor may grade."""
    rows = (
        rows.join(AssessmentAttempt, AssessmentAttempt.id == QuestionResponse.attempt_id)
        .join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
        .where(AssessmentAttempt.status != AttemptStatus.in_progress)
    )
    return rows if actor.sees_everything else rows.where(teaches_attempt(actor))


async def lock_attempt(session: AsyncSession, attempt_id: UUID) -> AssessmentAttempt:
    """An attempt that nobody else answers, hands in or grades until the end of the transaction."""
    rows = select(AssessmentAttempt).where(AssessmentAttempt.id == attempt_id).with_for_update()
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def get_assessment(session: AsyncSession, assessment_id: UUID) -> Assessment:
    """The assessment of an attempt."""
    return (await session.scalars(select(Assessment).where(Assessment.id == assessment_id))).one()


async def list_drawn(session: AsyncSession, attempt_id: UUID) -> list[Drawn]:
    """The questions of an attempt, in its order."""
    rows = (
        select(AttemptQuestion, QuestionVersion, QuestionResponse)
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .outerjoin(
            QuestionResponse,
            and_(
                QuestionResponse.attempt_id == AttemptQuestion.attempt_id,
                QuestionResponse.question_id == AttemptQuestion.question_id,
            ),
        )
        .where(AttemptQuestion.attempt_id == attempt_id)
        .order_by(AttemptQuestion.position)
        .execution_options(populate_existing=True)
    )
    return [Drawn(*row) for row in await session.execute(rows)]


async def get_case(session: AsyncSession, actor: AcademyActor, response_id: UUID) -> Case:
    """A response that the actor may grade, or could if it were not their own. Raises `NotFound`."""
    rows = (
        select(QuestionResponse, AssessmentAttempt, Assessment, QuestionVersion, teaches_attempt(actor))
        .join(AssessmentAttempt, AssessmentAttempt.id == QuestionResponse.attempt_id)
        .join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
        .join(
            AttemptQuestion,
            and_(
                AttemptQuestion.attempt_id == QuestionResponse.attempt_id,
                AttemptQuestion.question_id == QuestionResponse.question_id,
            ),
        )
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .where(QuestionResponse.id == response_id)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(rows)).one_or_none()
    if found is None or not (actor.sees_everything or found[4]):
        raise NotFound
    return Case(*found)


async def get_taught_attempt(
    session: AsyncSession, actor: AcademyActor, attempt_id: UUID
) -> tuple[AssessmentAttempt, bool]:
    """An attempt that the actor may grade, and whether they teach it. Raises `NotFound`."""
    rows = (
        select(AssessmentAttempt, teaches_attempt(actor))
        .join(Assessment, Assessment.id == AssessmentAttempt.assessment_id)
        .where(AssessmentAttempt.id == attempt_id)
    )
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    if found is None or not (actor.sees_everything or found[1]):
        raise NotFound
    return found[0], bool(found[1])


async def list_reviews(session: AsyncSession, actor: AcademyActor, wanted: AcademyReviewFilter) -> Rows[AcademyReview]:
    """What waits for a person, longest first: two statements, however many there are."""
    rows = _graded_by(actor, select(QuestionResponse)).where(QuestionResponse.review_state.in_(_STATES[wanted.state]))
    if wanted.assessment_id is not None:
        rows = rows.where(AssessmentAttempt.assessment_id == wanted.assessment_id)
    if wanted.attempt_id is not None:
        rows = rows.where(QuestionResponse.attempt_id == wanted.attempt_id)
    page = await paginate(session, rows, wanted, SortBy("created_at", QuestionResponse.created_at))
    return Rows(await _shown(session, page.items), page.next_cursor)


async def _shown(session: AsyncSession, responses: Sequence[QuestionResponse]) -> list[AcademyReview]:
    asked = (
        select(QuestionResponse.id, AssessmentAttempt.assessment_id, QuestionVersion)
        .join(AssessmentAttempt, AssessmentAttempt.id == QuestionResponse.attempt_id)
        .join(
            AttemptQuestion,
            and_(
                AttemptQuestion.attempt_id == QuestionResponse.attempt_id,
                AttemptQuestion.question_id == QuestionResponse.question_id,
            ),
        )
        .join(
            QuestionVersion,
            and_(
                QuestionVersion.question_id == AttemptQuestion.question_id,
                QuestionVersion.version == AttemptQuestion.question_version,
            ),
        )
        .where(QuestionResponse.id.in_([each.id for each in responses]))
    )
    known = {row[0]: (row[1], row[2]) for row in await session.execute(asked)}
    return [review(each, *known[each.id]) for each in responses]


def review(response: QuestionResponse, assessment_id: UUID, version: QuestionVersion) -> AcademyReview:
    """A response as those who grade see it."""
    return AcademyReview(
        id=response.id,
        created_at=response.created_at,
        attempt_id=response.attempt_id,
        assessment_id=assessment_id,
        review_state=ReviewState(response.review_state),
        question=AcademyReviewedQuestion.model_validate(
            {
                "id": version.question_id,
                "version": version.version,
                "question_type": version.question_type,
                "question_text": version.question_text,
                "sample_answer": version.sample_answer,
                "points": version.points,
            }
        ),
        selected_answer_ids=response.selected_answer_ids,
        text_response=response.text_response,
        points_earned=float(response.points_earned),
        is_correct=response.is_correct,
        feedback=response.feedback,
        ai_score=None if response.ai_score is None else float(response.ai_score),
        ai_confidence=response.ai_confidence,
        ai_explanation=response.ai_explanation,
        manual_override=response.manual_override,
    )


async def list_grades(session: AsyncSession, response_id: UUID) -> list[AcademyResponseGrade]:
    """Every grade of a response, oldest first."""
    rows = select(ResponseGrade).where(ResponseGrade.response_id == response_id)
    found = await session.scalars(rows.order_by(ResponseGrade.created_at, ResponseGrade.id))
    return [
        AcademyResponseGrade.model_validate(
            {
                name: getattr(each, "graded_by" if name == "graded_by_id" else name)
                for name in AcademyResponseGrade.model_fields
            }
        )
        for each in found
    ]
