"""Attempts as their learner sees them. What was right lies in `solution` alone, which is null until it may be seen."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import AttemptStatus, QuestionType
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Instant, Prose, View

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c92"
_QUESTION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c81"
_SUMMARY: JsonDict = {
    "id": _ID,
    "assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
    "account_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15",
    "enrollment_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12",
    "attempt_number": 1,
    "status": "in_progress",
    "started_at": "2027-02-27T09:00:00Z",
    "expires_at": "2027-02-27T09:30:00Z",
    "submitted_at": None,
    "graded_at": None,
    "time_spent": None,
    "score": None,
    "points_earned": None,
    "points_possible": None,
    "passed": None,
    "is_final": False,
}
_RESPONSE: JsonDict = {
    "question_id": _QUESTION,
    "selected_answer_ids": ["mc1-b"],
    "text_response": None,
    "rating_value": None,
    "revision": 3,
    "saved_at": "2027-02-27T09:04:00Z",
}
_ASKED: JsonDict = {
    "question_id": _QUESTION,
    "position": 1,
    "question_type": "multiple_choice",
    "question_text": "How does machine learning differ from traditional programming?",
    "question_image_id": None,
    "answers": [{"id": "mc1-b", "text": "It is faster"}, {"id": "mc1-a", "text": "It learns patterns from data"}],
    "scale_min": None,
    "scale_max": None,
    "scale_labels": None,
    "points": 5,
    "response": _RESPONSE,
    "solution": None,
}


class AcademyAttemptSummary(View):
    """An attempt. Score and `passed` are null while it runs, while somebody still has to look, and where there is
    nothing to earn or to pass. `time_spent` is in seconds.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

    id: UUID
    assessment_id: UUID
    account_id: UUID
    enrollment_id: UUID | None
    attempt_number: int
    status: AttemptStatus
    started_at: Instant
    expires_at: Instant | None
    submitted_at: Instant | None
    graded_at: Instant | None
    time_spent: int | None
    score: float | None
    points_earned: float | None
    points_possible: float | None
    passed: bool | None
    is_final: bool


class AcademyAttemptAnswer(View):
    """One answer to choose from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "mc1-b", "text": "It is faster"}]})

    id: str
    text: str


class AcademyAttemptScale(View):
    """What the ends of a rating scale mean."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"min": "Not at all", "max": "Very"}]})

    min: str
    max: str


class AcademyAttemptResponse(View):
    """What was answered so far."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RESPONSE]})

    question_id: UUID
    selected_answer_ids: list[str] | None
    text_response: str | None
    rating_value: int | None
    revision: int
    saved_at: Instant


class AcademySolutionAnswer(View):
    """One answer with what is right."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "mc1-a", "is_correct": True, "feedback": "Patterns from data."}]}
    )

    id: str
    is_correct: bool
    feedback: str | None


class AcademyQuestionSolution(View):
    """What was right, and what the response earned. Not yet graded, or waiting for a person: null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "is_correct": False,
                    "points_earned": 0,
                    "feedback": None,
                    "explanation": "Rules are found, not written.",
                    "sample_answer": None,
                    "answers": [{"id": "mc1-a", "is_correct": True, "feedback": "Patterns from data."}],
                }
            ]
        }
    )

    is_correct: bool | None
    points_earned: float | None
    feedback: str | None
    explanation: str | None
    sample_answer: str | None
    answers: list[AcademySolutionAnswer] | None


class AcademyAttemptQuestion(View):
    """A question of the draw, in the order and the version of this attempt."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED]})

    question_id: UUID
    position: int
    question_type: QuestionType
    question_text: str
    question_image_id: UUID | None
    answers: list[AcademyAttemptAnswer] | None
    scale_min: int | None
    scale_max: int | None
    scale_labels: AcademyAttemptScale | None
    points: float
    response: AcademyAttemptResponse | None
    solution: AcademyQuestionSolution | None


class AcademyAttempt(AcademyAttemptSummary):
    """An attempt with its questions. `seconds_left` counts by the server's clock; null without a limit or after it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_SUMMARY | {"seconds_left": 1_560, "overall_feedback": None, "questions": [_ASKED]}]
        }
    )

    seconds_left: int | None
    overall_feedback: str | None
    questions: list[AcademyAttemptQuestion]


AnswerId = Annotated[str, Field(min_length=1, max_length=64)]


class AcademyResponsePut(Body):
    """An answer, in the one field that fits the question; all null takes it back.

    `revision` is the client's own count: of two savings, the one with the higher number stays, whichever comes later.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"selected_answer_ids": ["mc1-b"], "revision": 3}]})

    selected_answer_ids: Annotated[list[AnswerId], Field(max_length=20)] | None = None
    text_response: Prose | None = None
    rating_value: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    revision: Annotated[int, Field(strict=True, ge=0, le=2_000_000_000)] | None = None


class AcademyAttemptFilter(PageQuery):
    """Filters of a list of attempts."""

    assessment_id: Annotated[UUID | None, Field(description="Only at this assessment")] = None
    enrollment_id: Annotated[UUID | None, Field(description="Only of this enrollment")] = None
    status: Annotated[AttemptStatus | None, Field(description="Only in this state")] = None


class AcademyAssessmentAttemptFilter(PageQuery):
    """Filters of the attempts at one assessment."""

    status: Annotated[AttemptStatus | None, Field(description="Only in this state")] = None
