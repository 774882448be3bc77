"""Statistics of assessments as the outside sees them."""

from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import Difficulty
from app.academy.psychometrics.rules import Matching, Undefined
from app.core.http.schema import View

_PRE = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e31"
_POST = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e32"
_QUESTION = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e51"
_VALUE: JsonDict = {"value": 0.41, "reason": None}
_EXAMPLE: JsonDict = {
    "assessment_id": _POST,
    "learners": 120,
    "n": 120,
    "average_score": 71.25,
    "standard_deviation": 14.5,
    "reliability": {"alpha": {"value": 0.82, "reason": None}, "items": 20, "n": 120, "matching": "complete"},
    "questions": [
        {
            "question_id": _QUESTION,
            "question_text": "What is a system prompt?",
            "meant_to_be": "medium",
            "statistics": {
                "n": 120,
                "difficulty": {"value": 0.73, "reason": None},
                "point_biserial_uncorrected": _VALUE,
                "point_biserial_corrected": {"value": 0.33, "reason": None},
            },
        }
    ],
    "equivalence": {
        "pre_assessment_id": _PRE,
        "post_assessment_id": _POST,
        "is_equivalent": False,
        "findings": [{"code": "points_differ", "questions": [_QUESTION]}],
        "pairs": 110,
        "pairs_with_same_questions": 110,
    },
}


class AcademyStatistic(View):
    """A value, or why there is none."""

    value: float | None
    reason: Undefined | None


class AcademyItemStatistics(View):
    """How one question does, in `n` attempts.

    `difficulty` is the share of its points that was earned: 1 is easy. The point-biserial correlation is with the
    whole score, the corrected one with the score of the other questions. For questions with partial credit both are
    Pearson's.
    """

    n: int
    difficulty: AcademyStatistic
    point_biserial_uncorrected: AcademyStatistic
    point_biserial_corrected: AcademyStatistic


class AcademyQuestionStatistics(View):
    """A question as it is asked now, with the statistics of all its versions."""

    question_id: UUID
    question_text: str
    meant_to_be: Difficulty = Field(description="How hard its author thought it was")
    statistics: AcademyItemStatistics


class AcademyReliability(View):
    """Cronbach's alpha. `pairwise` where attempts drew different questions: two are compared where both were drawn."""

    alpha: AcademyStatistic
    items: int
    n: int
    matching: Matching | None


class AcademyEquivalenceFinding(View):
    """A difference between both assessments, and the questions that have it.

    Codes: only_in_pre, only_in_post, repeated_twice, points_differ, content_differs, skills_differ.
    """

    code: str
    questions: list[UUID]


class AcademyEquivalence(View):
    """Whether the post-assessment asks what the pre-assessment asked; without that there is no gain to speak of.

    `pairs` are learners' measured pairs of attempts, the latest 5,000 of them.
    """

    pre_assessment_id: UUID
    post_assessment_id: UUID
    is_equivalent: bool
    findings: list[AcademyEquivalenceFinding]
    pairs: int
    pairs_with_same_questions: int


class AcademyAssessmentStatistics(View):
    """How an assessment measures: told by each learner's first graded attempt, the latest 5,000 of them (`n`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    assessment_id: UUID
    learners: int
    n: int
    average_score: float | None
    standard_deviation: float | None
    reliability: AcademyReliability
    questions: list[AcademyQuestionStatistics]
    equivalence: AcademyEquivalence | None = Field(description="Null for what is not before or after a course")
