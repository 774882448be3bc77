"""Reviews and grades as those who grade see them."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, PlainSerializer
from pydantic.config import JsonDict

from app.academy.models import AttemptStatus, Grader, QuestionType, ReviewState
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Instant, Prose, Text, View

_QUESTION: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c81",
    "version": 1,
    "question_type": "open_ended",
    "question_text": "Describe a process that could be automated.",
    "sample_answer": "Sorting tickets by topic …",
    "points": 15,
}
_REVIEW: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c91",
    "created_at": "2027-03-02T09:00:00Z",
    "attempt_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c92",
    "assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
    "review_state": "flagged",
    "question": _QUESTION,
    "selected_answer_ids": None,
    "text_response": "We sort invoices by hand …",
    "points_earned": 12,
    "is_correct": False,
    "feedback": "Names the process; the outcome stays vague.",
    "ai_score": 80,
    "ai_confidence": 0.82,
    "ai_explanation": "Two of three criteria are met.",
    "manual_override": None,
}
_GRADE: JsonDict = {
    "grader": "model",
    "created_at": "2027-03-02T09:01:00Z",
    "review_state": "flagged",
    "points": 12,
    "score": 80,
    "confidence": 0.82,
    "explanation": "Two of three criteria are met.",
    "feedback": "Names the process; the outcome stays vague.",
    "reason": None,
    "failure": None,
    "model": "gpt-4o-mini",
    "prompt_version": 1,
    "graded_by_id": None,
}


def _two_decimals(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


Points = Annotated[
    float, Field(strict=True, ge=0, le=1_000), PlainSerializer(_two_decimals, return_type=Decimal, when_used="always")
]


class AcademyReviewedQuestion(View):
    """The version of a question that the learner met."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUESTION]})

    id: UUID
    version: int
    question_type: QuestionType
    question_text: str
    sample_answer: str | None
    points: float


class AcademyReview(View):
    """A response and what is said of it so far. It names nobody: answers are graded, not people."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REVIEW]})

    id: UUID
    created_at: Instant
    attempt_id: UUID
    assessment_id: UUID
    review_state: ReviewState
    question: AcademyReviewedQuestion
    selected_answer_ids: list[str] | None
    text_response: str | None
    points_earned: float
    is_correct: bool | None
    feedback: str | None
    ai_score: float | None
    ai_confidence: float | None
    ai_explanation: str | None
    manual_override: bool | None


class AcademyResponseGrade(View):
    """One grading, by a model or a person. A model without a usable answer has a `failure` in place of points."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GRADE]})

    grader: Grader
    created_at: Instant
    review_state: ReviewState
    points: float | None
    score: float | None
    confidence: float | None
    explanation: str | None
    feedback: str | None
    reason: str | None
    failure: str | None
    model: str | None
    prompt_version: int | None
    graded_by_id: UUID | None


class AcademyReviewHistory(AcademyReview):
    """A response with all of its gradings, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REVIEW | {"grades": [_GRADE]}]})

    grades: list[AcademyResponseGrade]


class AcademyReviewSelection(StrEnum):
    """What of the review queue is wanted."""

    waiting = "waiting"
    flagged = "flagged"
    required = "required"


class AcademyReviewFilter(PageQuery):
    """Filters of the review queue."""

    state: Annotated[AcademyReviewSelection, Field(description="Provisional grades, missing ones, or both")] = (
        AcademyReviewSelection.waiting
    )
    assessment_id: Annotated[UUID | None, Field(description="Only of this assessment")] = None
    attempt_id: Annotated[UUID | None, Field(description="Only of this attempt")] = None


class AcademyGradePut(Body):
    """A person's grade. `reason` says why another one was overridden."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"points_earned": 12, "feedback": "Good", "reason": "The outcome is named"}]}
    )

    points_earned: Points
    feedback: Prose | None = None
    reason: Annotated[Text, Field(max_length=2_000)] | None = None


class AcademyConfirmation(Body):
    """That the provisional grades of an attempt stand. `overall_feedback` is shown to the learner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overall_feedback": "Well argued."}]})

    overall_feedback: Prose | None = None


class AcademyGradedAttempt(View):
    """Where an attempt stands after somebody graded. Without a score somebody still has to look."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c92",
                    "assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
                    "status": "graded",
                    "score": 82.5,
                    "points_earned": 16.5,
                    "points_possible": 20,
                    "passed": True,
                    "graded_at": "2027-03-02T10:00:00Z",
                    "overall_feedback": None,
                }
            ]
        }
    )

    id: UUID
    assessment_id: UUID
    status: AttemptStatus
    score: float | None
    points_earned: float | None
    points_possible: float | None
    passed: bool | None
    graded_at: Instant | None
    overall_feedback: str | None
