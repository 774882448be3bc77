"""Verbs of grading: by rules when an attempt is over, by a person, and what both make of the attempt."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.grading import queries, rules
from app.academy.grading.errors import AttemptStillOpen, NotGradable, TooManyPoints
from app.academy.grading.schemas import AcademyConfirmation, AcademyGradePut, AcademyReviewHistory
from app.academy.models import (
    AssessmentAttempt,
    AttemptStatus,
    Grader,
    QuestionResponse,
    QuestionType,
    ResponseGrade,
    ReviewState,
)
from app.academy.people.service import ensure_learner
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.clock import utc_now
from app.core.errors import FieldError
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import AttemptGraded, GradingRequested, ResponseGraded


async def grade_by_rules(session: AsyncSession, actor: AcademyActor, attempt: AssessmentAttempt) -> None:
    """Grade an attempt that is over as far as rules can, ask a model for the rest, and settle it.

    The attempt is locked by the caller, whose business it was to end it.
    """
    assessment = await queries.get_assessment(session, attempt.assessment_id)
    for drawn in await queries.list_drawn(session, attempt.id):
        response = drawn.response
        if response is None:
            response = QuestionResponse(id=new_id(), attempt_id=attempt.id, question_id=drawn.place.question_id)
            session.add(response)
        graded = rules.grade(drawn.version, response, partial_credit=assessment.partial_credit)
        response.points_earned = graded.points
        response.is_correct = graded.is_correct
        response.review_state = rules.state_after_rules(graded, assessment.type)
        if graded.review_state is ReviewState.none:
            response.graded_at = utc_now()
        if graded.asks_model:
            emit(session, GradingRequested(response_id=response.id, attempt_id=attempt.id))
    await session.flush()  # settling reads what was graded
    await settle(session, actor, attempt)


async def settle(
    session: AsyncSession, actor: AcademyActor, attempt: AssessmentAttempt, *, is_regrade: bool = False
) -> None:
    """Give a locked attempt its outcome when nothing of it waits for a person, and announce it (A-ASM-08, A-ASM-11).

    Asks for no right: whoever graded had it.
    """
    assessment = await queries.get_assessment(session, attempt.assessment_id)
    drawn = await queries.list_drawn(session, attempt.id)
    responses = [each.response for each in drawn if each.response is not None]
    if rules.waits_for_person(each.review_state for each in responses):
        return
    worths = (
        rules.Worth(
            each.version.question_type,
            each.version.points,
            Decimal(0) if each.response is None else each.response.points_earned,
        )
        for each in drawn
    )
    outcome = rules.result(worths, assessment.type, assessment.passing_score)
    was_graded = attempt.graded_at is not None
    attempt.points_earned = outcome.points_earned
    attempt.points_possible = outcome.points_possible
    attempt.score = outcome.score
    if attempt.status == AttemptStatus.submitted:
        attempt.status = AttemptStatus.graded
    attempt.passed = outcome.passed
    attempt.graded_at = attempt.graded_at or utc_now()
    emit(
        session,
        AttemptGraded(
            attempt_id=attempt.id,
            assessment_id=attempt.assessment_id,
            account_id=attempt.user_id,
            enrollment_id=attempt.enrollment_id,
            is_regrade=was_graded or is_regrade,
        ),
    )


async def read_response(session: AsyncSession, actor: AcademyActor, response_id: UUID) -> AcademyReviewHistory:
    """A response with everything that was said of it. Raises `NotFound`."""
    case = await queries.get_case(session, actor, response_id)
    if case.attempt.status == AttemptStatus.in_progress:
        raise AttemptStillOpen
    shown = queries.review(case.response, case.assessment.id, case.version)
    return AcademyReviewHistory(**shown.model_dump(), grades=await queries.list_grades(session, response_id))


async def grade_response(
    session: AsyncSession, actor: AcademyActor, response_id: UUID, data: AcademyGradePut
) -> AcademyReviewHistory:
    """Grade a response by a person's word, or override the grade that it has; the attempt is computed anew.

    Raises `NotFound`, `Forbidden` (also for one's own), `AttemptStillOpen`, `NotGradable`, `TooManyPoints`.
    """
    case = await queries.get_case(session, actor, response_id)
    allow(actor, Permission.RESPONSE_GRADE, case)
    attempt = await queries.lock_attempt(session, case.attempt.id)
    case = await queries.get_case(session, actor, response_id)
    if attempt.status == AttemptStatus.in_progress:
        raise AttemptStillOpen
    if case.version.question_type == QuestionType.rating_scale:
        raise NotGradable
    points = Decimal(str(data.points_earned)).quantize(rules.CENT)
    if points > case.version.points:
        told = FieldError("/points_earned", "too_many_points", f"The question is worth {case.version.points} points")
        raise TooManyPoints(errors=(told,))
    await ensure_learner(session, actor)
    response = case.response
    # A grade that somebody or something gave before is overridden; a first one is not.
    is_override = response.manual_override is not None or response.review_state != ReviewState.required
    response.points_earned = points
    response.is_correct = points == case.version.points
    response.manual_override = is_override
    if "feedback" in data.model_fields_set:
        response.feedback = data.feedback
    _sign(session, actor, response, data.reason)
    await _finish(session, actor, attempt, response, is_override=is_override)
    return await read_response(session, actor, response_id)


def _sign(session: AsyncSession, actor: AcademyActor, response: QuestionResponse, reason: str | None) -> None:
    """Who said it, on the response and for ever in the history."""
    response.review_state = ReviewState.done
    response.graded_by = actor.account_id
    response.graded_at = utc_now()
    session.add(
        ResponseGrade(
            id=new_id(),
            response_id=response.id,
            grader=Grader.person,
            review_state=ReviewState.done,
            points=response.points_earned,
            feedback=response.feedback,
            reason=reason,
            graded_by=actor.account_id,
            created_at=func.clock_timestamp(),
        )
    )


async def _finish(
    session: AsyncSession,
    actor: AcademyActor,
    attempt: AssessmentAttempt,
    response: QuestionResponse,
    *,
    is_override: bool,
) -> None:
    emit(
        session,
        ResponseGraded(
            response_id=response.id, attempt_id=attempt.id, graded_by_id=actor.account_id, is_override=is_override
        ),
    )
    await session.flush()  # settling reads what was graded
    await settle(session, actor, attempt)


async def confirm_attempt(
    session: AsyncSession, actor: AcademyActor, attempt_id: UUID, data: AcademyConfirmation
) -> AssessmentAttempt:
    """Let the provisional grades of an attempt stand. What still needs a grade of its own goes on waiting.

    A second time changes nothing. Raises `NotFound`, `Forbidden` (also for one's own), `AttemptStillOpen`.
    """
    attempt, is_teacher = await queries.get_taught_attempt(session, actor, attempt_id)
    allow(actor, Permission.RESPONSE_GRADE, _Taught(attempt.user_id, is_teacher))
    attempt = await queries.lock_attempt(session, attempt_id)
    if attempt.status == AttemptStatus.in_progress:
        raise AttemptStillOpen
    if "overall_feedback" in data.model_fields_set:
        attempt.overall_feedback = data.overall_feedback
    await ensure_learner(session, actor)
    confirmed = 0
    for drawn in await queries.list_drawn(session, attempt_id):
        response = drawn.response
        if response is None or response.review_state != ReviewState.flagged:
            continue
        confirmed += 1
        response.manual_override = False
        _sign(session, actor, response, None)
        emit(
            session,
            ResponseGraded(
                response_id=response.id, attempt_id=attempt.id, graded_by_id=actor.account_id, is_override=False
            ),
        )
    await session.flush()  # settling reads what was confirmed
    if confirmed:
        await settle(session, actor, attempt)
    return attempt


class _Taught:
    """An attempt as the table of rights looks at it."""

    def __init__(self, account_id: UUID, is_teacher: bool) -> None:
        self.account_id = account_id
        self.is_teacher = is_teacher
