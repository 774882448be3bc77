"""Assessments as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.assessments.rules import AssessmentCheck
from app.academy.models import AssessmentType, CountedAttempt, ShowCorrectAnswers
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Percent, Prose, Title, View, absent

_COURSE = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22"
_SKILL = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61"
_FIELDS: JsonDict = {
    "title": "AI Fundamentals: what you know already",
    "description": "Twenty questions before the course begins.",
    "type": "pre_course",
    "course_id": _COURSE,
    "lesson_id": None,
    "skill_ids": [_SKILL],
    "time_limit": 30,
    "passing_score": 0,
    "allow_retake": False,
    "max_attempts": 1,
    "show_correct_answers": "never",
    "randomize_questions": True,
    "randomize_answers": True,
    "questions_per_attempt": 20,
    "partial_credit": False,
    "counted_attempt": "first",
    "is_required": False,
}


Minutes = Annotated[int, Field(strict=True, ge=1, le=10_080, description="Minutes; null for no limit")]
Attempts = Annotated[int, Field(strict=True, ge=1, le=1_000, description="Null for no limit")]
Draw = Annotated[int, Field(strict=True, ge=1, le=500, description="How many questions an attempt draws; null: all")]
SkillIds = Annotated[list[UUID], Field(max_length=50)]


class AcademyAssessment(Identified):
    """An assessment and its rules. `is_active`: it can be taken."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
                    "created_at": "2027-01-10T09:00:00Z",
                    "updated_at": "2027-01-10T09:00:00Z",
                    **_FIELDS,
                    "is_active": True,
                }
            ]
        }
    )

    title: str
    description: str | None
    type: AssessmentType
    course_id: UUID | None
    lesson_id: UUID | None
    skill_ids: list[UUID]
    time_limit: int | None
    passing_score: float
    allow_retake: bool
    max_attempts: int | None
    show_correct_answers: ShowCorrectAnswers
    randomize_questions: bool
    randomize_answers: bool
    questions_per_attempt: int | None
    partial_credit: bool
    counted_attempt: CountedAttempt
    is_required: bool
    is_active: bool


class AcademyAssessmentCreate(Body):
    """A new assessment, not yet to be taken. A knowledge check gets the course of its lesson."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {key: value for key, value in _FIELDS.items() if key not in {"lesson_id", "skill_ids", "course_id"}}
                | {"type": "self_assessment"}
            ]
        }
    )

    title: Title
    description: Prose | None = None
    type: AssessmentType
    course_id: UUID | None = None
    lesson_id: UUID | None = None
    skill_ids: SkillIds = Field(default_factory=list)
    time_limit: Minutes | None = None
    passing_score: Percent
    allow_retake: Flag = False
    max_attempts: Attempts | None = None
    show_correct_answers: ShowCorrectAnswers = ShowCorrectAnswers.never
    randomize_questions: Flag = False
    randomize_answers: Flag = False
    questions_per_attempt: Draw | None = None
    partial_credit: Flag = False
    counted_attempt: CountedAttempt = CountedAttempt.first
    is_required: Flag = False


class AcademyAssessmentUpdate(Body):
    """What may change; type and scope stay. Null lifts a limit or takes the description away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"time_limit": 45}]})

    title: Title = absent()
    description: Prose | None = None
    skill_ids: SkillIds = absent()
    time_limit: Minutes | None = None
    passing_score: Percent = absent()
    allow_retake: Flag = absent()
    max_attempts: Attempts | None = None
    show_correct_answers: ShowCorrectAnswers = absent()
    randomize_questions: Flag = absent()
    randomize_answers: Flag = absent()
    questions_per_attempt: Draw | None = None
    partial_credit: Flag = absent()
    counted_attempt: CountedAttempt = absent()
    is_required: Flag = absent()


class AcademyAssessmentSort(StrEnum):
    """What a list of assessments may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    TITLE = "title"
    TITLE_DESCENDING = "-title"


class AcademyAssessmentFilter(PageQuery):
    """Filters of a list of assessments; they narrow together."""

    course_id: Annotated[UUID | None, Field(description="Only of this course")] = None
    lesson_id: Annotated[UUID | None, Field(description="Only of this lesson")] = None
    type: Annotated[AssessmentType | None, Field(description="Only of this type")] = None
    is_active: Annotated[bool | None, Field(description="Only those that can, or cannot, be taken")] = None
    sort: AcademyAssessmentSort = AcademyAssessmentSort.CREATED_AT_DESCENDING


class AcademyAssessmentFinding(View):
    """One thing that a check found; `question_id` null: of the whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"check": "no_questions", "question_id": None, "message": "There is no active question"}]
        }
    )

    check: AssessmentCheck
    question_id: UUID | None
    message: str


class AcademyAssessmentReport(View):
    """Whether an assessment could be published. Errors stand in the way, warnings do not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "is_publishable": False,
                    "errors": [
                        {"check": "no_questions", "question_id": None, "message": "There is no active question"}
                    ],
                    "warnings": [],
                }
            ]
        }
    )

    is_publishable: bool
    errors: list[AcademyAssessmentFinding]
    warnings: list[AcademyAssessmentFinding]
