"""What an attempt shows, and to whom: the one place that decides whether anybody sees what was right (A-ASM-06)."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessments.rules import most_attempts
from app.academy.attempts import queries, rules
from app.academy.attempts.schemas import (
    AcademyAttempt,
    AcademyAttemptQuestion,
    AcademyAttemptResponse,
    AcademyAttemptSummary,
    AcademyQuestionSolution,
)
from app.academy.grading import queries as grading_read
from app.academy.grading.queries import Drawn
from app.academy.grading.rules import waits_for_person
from app.academy.models import AssessmentAttempt, AttemptStatus, QuestionResponse, QuestionVersion
from app.academy.permissions import AcademyActor


async def read_attempt(session: AsyncSession, actor: AcademyActor, attempt_id: UUID) -> AcademyAttempt:
    """An attempt with its questions; what was right only where it may be seen (A-ASM-06). Raises `NotFound`."""
    await session.flush()  # what was just written is shown
    attempt, assessment, is_teacher = await queries.get_attempt(session, actor, attempt_id)
    most = most_attempts(allow_retake=assessment.allow_retake, max_attempts=assessment.max_attempts)
    tries = await queries.get_tries(session, attempt.user_id, assessment.id, most)
    is_over = attempt.status != AttemptStatus.in_progress
    if attempt.user_id == actor.account_id:
        is_open = rules.opens_answers(assessment.show_correct_answers, is_over=is_over, tries=tries)
    else:
        is_open = is_over and (is_teacher or actor.sees_everything)
    drawn = await grading_read.list_drawn(session, attempt_id)
    left = None
    if attempt.expires_at is not None and not is_over:
        now = await queries.database_now(session)
        left = max(0, int((attempt.expires_at - now).total_seconds()))
    return AcademyAttempt(
        **summary(attempt).model_dump(),
        seconds_left=left,
        overall_feedback=attempt.overall_feedback if is_over else None,
        questions=[_question(each, is_open=is_open) for each in drawn],
    )


def summary(attempt: AssessmentAttempt) -> AcademyAttemptSummary:
    """An attempt without its questions."""
    values = {
        name: getattr(attempt, "user_id" if name == "account_id" else name)
        for name in AcademyAttemptSummary.model_fields
    }
    return AcademyAttemptSummary.model_validate(values)


def _question(drawn: Drawn, *, is_open: bool) -> AcademyAttemptQuestion:
    place, version, response = drawn.place, drawn.version, drawn.response
    texts = {each.id: each.text for each in version.answers or ()}
    answers = [{"id": each, "text": texts[each]} for each in place.answer_order if each in texts]
    return AcademyAttemptQuestion.model_validate(
        {
            "question_id": place.question_id,
            "position": place.position,
            "question_type": version.question_type,
            "question_text": version.question_text,
            "question_image_id": version.question_image_id,
            "answers": answers if version.answers is not None else None,
            "scale_min": version.scale_min,
            "scale_max": version.scale_max,
            "scale_labels": version.scale_labels,
            "points": version.points,
            "response": None if response is None else response_of(response),
            "solution": _solution(version, response) if is_open else None,
        }
    )


def response_of(response: QuestionResponse) -> AcademyAttemptResponse:
    return AcademyAttemptResponse(
        question_id=response.question_id,
        selected_answer_ids=response.selected_answer_ids,
        text_response=response.text_response,
        rating_value=response.rating_value,
        revision=response.revision,
        saved_at=response.updated_at,
    )


def _solution(version: QuestionVersion, response: QuestionResponse | None) -> AcademyQuestionSolution:
    """What was right. A grade that a person has yet to look at is none (Z-103)."""
    graded = None if response is None or waits_for_person((response.review_state,)) else response
    return AcademyQuestionSolution.model_validate(
        {
            "is_correct": graded.is_correct if graded else None,
            "points_earned": graded.points_earned if graded else None,
            "feedback": graded.feedback if graded else None,
            "explanation": version.explanation,
            "sample_answer": version.sample_answer,
            "answers": version.answers,
        }
    )
