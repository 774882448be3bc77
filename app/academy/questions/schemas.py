"""Questions as those who write and grade them see them."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, PlainSerializer
from pydantic.config import JsonDict

from app.academy.models import Difficulty, QuestionType
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Prose, Title, View, absent
from app.core.ids import new_id

_ANSWERS: list[JsonDict] = [
    {"id": "mc1-a", "text": "It learns patterns from data", "is_correct": True, "feedback": "Yes."},
    {"id": "mc1-b", "text": "It is faster", "is_correct": False, "feedback": None},
]
_NEW: JsonDict = {
    "question_type": "multiple_choice",
    "question_text": "How does machine learning differ from traditional programming?",
    "explanation": "Rules are found, not written.",
    "answers": list(_ANSWERS),
    "points": 5,
    "difficulty": "medium",
    "skill_ids": [],
    "tags": ["basics"],
}
_WHOLE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c81",
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
    "assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
    "source_question_id": None,
    "version": 1,
    **_NEW,
    "question_image_id": None,
    "accepted_answers": [],
    "scale_min": None,
    "scale_max": None,
    "scale_labels": None,
    "sample_answer": None,
    "rubric": None,
    "ai_grading_enabled": False,
    "sort_order": 0,
    "is_active": True,
    "auto_grade_from": 0.9,
}


def _two_decimals(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


Points = Annotated[
    float, Field(strict=True, ge=0, le=1_000), PlainSerializer(_two_decimals, return_type=Decimal, when_used="always")
]
Weight = Annotated[float, Field(strict=True, gt=0, ge=0.01, le=1_000)]
PartId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Wording = Annotated[Prose, Field(min_length=1)]
SkillIds = Annotated[list[UUID], Field(max_length=20)]
Words = Annotated[list[Title], Field(max_length=50)]
Place = Annotated[int, Field(strict=True, ge=0, le=100_000)]


class AcademyQuestionAnswer(Body):
    """One answer of a choice. Without an id it gets one."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWERS[0]]}, from_attributes=True)

    id: PartId = Field(default_factory=lambda: str(new_id()))
    text: Wording
    is_correct: Flag
    feedback: Prose | None = None


class AcademyQuestionCriterion(Body):
    """A line of a rubric. Without an id it gets one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "process", "text": "Names a specific process", "points": 5}]},
        from_attributes=True,
    )

    id: PartId = Field(default_factory=lambda: str(new_id()))
    text: Wording
    points: Weight


class AcademyScaleLabels(Body):
    """What the ends of a rating scale mean."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"min": "Not confident at all", "max": "Very confident"}]},
        from_attributes=True,
    )

    min: Title
    max: Title


class AcademyQuestionAnswerView(View):
    """One answer of a choice, with what is right."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWERS[0]]})

    id: str
    text: str
    is_correct: bool
    feedback: str | None


class AcademyQuestionCriterionView(View):
    """A line of a rubric."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "process", "text": "Names a specific process", "points": 5}]}
    )

    id: str
    text: str
    points: float


class AcademyScaleLabelsView(View):
    """What the ends of a rating scale mean."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"min": "Not at all", "max": "Very"}]})

    min: str
    max: str


class AcademyQuestion(Identified):
    """A question with what is right. From a confidence of `auto_grade_from` on a model's grade needs no person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    assessment_id: UUID
    source_question_id: UUID | None
    version: int
    question_type: QuestionType
    question_text: str
    question_image_id: UUID | None
    explanation: str | None
    answers: list[AcademyQuestionAnswerView] | None
    accepted_answers: list[str]
    scale_min: int | None
    scale_max: int | None
    scale_labels: AcademyScaleLabelsView | None
    sample_answer: str | None
    rubric: list[AcademyQuestionCriterionView] | None
    ai_grading_enabled: bool | None
    points: float
    difficulty: Difficulty
    skill_ids: list[UUID]
    tags: list[str]
    sort_order: int
    is_active: bool
    auto_grade_from: float


class AcademyQuestionCreate(Body):
    """A new question. Rating scales begin at 1."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    question_type: QuestionType
    question_text: Wording
    question_image_id: UUID | None = None
    explanation: Prose | None = None
    answers: Annotated[list[AcademyQuestionAnswer], Field(max_length=20)] | None = None
    accepted_answers: Words = Field(default_factory=list)
    scale_max: Literal[5, 10] | None = None
    scale_labels: AcademyScaleLabels | None = None
    sample_answer: Prose | None = None
    rubric: Annotated[list[AcademyQuestionCriterion], Field(min_length=1, max_length=20)] | None = None
    ai_grading_enabled: Flag = False
    points: Points
    difficulty: Difficulty
    skill_ids: SkillIds = Field(default_factory=list)
    tags: Words = Field(default_factory=list)
    sort_order: Place = 0


class AcademyQuestionUpdate(Body):
    """What may change; the type stays. Null takes an optional part away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"points": 10}]})

    question_text: Wording = absent()
    question_image_id: UUID | None = None
    explanation: Prose | None = None
    answers: Annotated[list[AcademyQuestionAnswer], Field(max_length=20)] = absent()
    accepted_answers: Words = absent()
    scale_max: Literal[5, 10] = absent()
    scale_labels: AcademyScaleLabels | None = None
    sample_answer: Prose | None = None
    rubric: Annotated[list[AcademyQuestionCriterion], Field(min_length=1, max_length=20)] | None = None
    ai_grading_enabled: Flag = absent()
    points: Points = absent()
    difficulty: Difficulty = absent()
    skill_ids: SkillIds = absent()
    tags: Words = absent()
    sort_order: Place = absent()
    is_active: Flag = absent()


class AcademyQuestionFilter(PageQuery):
    """Filters of an assessment's questions."""

    is_active: Annotated[bool | None, Field(description="Only those that are, or are not, drawn")] = None
    difficulty: Annotated[Difficulty | None, Field(description="Only of this difficulty")] = None


class AcademyAssessmentPair(Body):
    """The pre-assessment whose questions a post-assessment repeats."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pre_assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71"}]}
    )

    pre_assessment_id: UUID


class AcademyAssessmentPaired(View):
    """How many questions were copied anew, brought up to date, and withdrawn with theirs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"copied": 5, "updated": 0, "withdrawn": 0}]})

    copied: int
    updated: int
    withdrawn: int


class AcademyQuestionThreshold(Body):
    """From which confidence on a model's grade needs no person; higher than now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"auto_grade_from": 0.95}]})

    auto_grade_from: Annotated[float, Field(strict=True, ge=0.9, le=1)]
