"""Learning gain as the outside sees it."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.academy.gain.rules import GainBand, GainReason, Scope, ScopeKind
from app.academy.models import CountedAttempt
from app.core.http.schema import Body, Instant, View

_ENROLLMENT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e11"
_COHORT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13"
_COURSE = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e14"
_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
_PRE = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e31"
_POST = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e32"
_SKILL: JsonDict = {
    "skill_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e41",
    "name": "Prompt Engineering",
    "pre_score": 25,
    "post_score": 75,
    "improvement": 50,
    "normalized_gain": 0.666666666667,
    "band": "medium",
    "is_negative": False,
}


class AcademyMeasuredAttempt(View):
    """An attempt that counts, and its score out of 100."""

    assessment_id: UUID
    attempt_id: UUID
    score: float


class AcademySkillGain(View):
    """What was gained in one skill, from the questions that ask for it alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SKILL]})

    skill_id: UUID
    name: str | None = Field(description="Null for a skill that is no more")
    pre_score: float
    post_score: float
    improvement: float
    normalized_gain: float | None = Field(description="Null when all of it was known before")
    band: GainBand | None
    is_negative: bool


_MEASURES: JsonDict = {
    "pre": {"assessment_id": _PRE, "attempt_id": _PRE, "score": 40},
    "post": {"assessment_id": _POST, "attempt_id": _POST, "score": 85},
    "best_post": {"assessment_id": _POST, "attempt_id": _POST, "score": 85},
    "counted_attempt": "first",
    "score_improvement": 45,
    "percentage_gain": 112.5,
    "normalized_gain": 0.75,
    "band": "high",
    "is_negative": False,
    "loss_points": None,
    "same_questions": True,
    "skill_gains": [_SKILL],
    "calculated_at": "2027-03-09T12:00:00Z",
}


class AcademyGainMeasures(View):
    """What was measured. `pre` is the first graded attempt at the pre-assessment, `post` the one that counts since."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MEASURES]})

    pre: AcademyMeasuredAttempt
    post: AcademyMeasuredAttempt
    best_post: AcademyMeasuredAttempt | None
    counted_attempt: CountedAttempt = Field(description="Which of several post attempts the assessment counts")
    score_improvement: float
    percentage_gain: float | None = Field(description="Null where the first score was 0")
    normalized_gain: float | None = Field(description="Null where the first score was 100")
    band: GainBand | None
    is_negative: bool
    loss_points: float | None = Field(description="What was lost by somebody who had everything right before")
    same_questions: bool = Field(description="Whether both attempts drew the same questions")
    skill_gains: list[AcademySkillGain]
    calculated_at: Instant


class AcademyGain(View):
    """What a learner gained in a course: (post − pre) / (100 − pre), Hake's normalized gain.

    `high` from 0.7 on, `medium` from 0.3 on, `low` below; a negative gain is low and flagged. Where there is no
    gain, `reason` says why.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment_id": _ENROLLMENT,
                    "account_id": _ACCOUNT,
                    "course_id": _COURSE,
                    "reason": None,
                    "measures": _MEASURES,
                }
            ]
        }
    )

    enrollment_id: UUID
    account_id: UUID
    course_id: UUID
    reason: GainReason | None
    measures: AcademyGainMeasures | None


class AcademyGainRecomputationCreate(Body):
    """Whose gains to measure again: at most one of these; without any, everybody's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cohort_id": _COHORT}]})

    enrollment_id: UUID | None = None
    cohort_id: UUID | None = None
    course_id: UUID | None = None
    organization_id: UUID | None = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if len(self._named()) > 1:
            raise PydanticCustomError("one_scope", "Name one of them, or none")
        return self

    def _named(self) -> list[Scope]:
        named = [Scope(kind, getattr(self, f"{kind}_id", None)) for kind in ScopeKind]
        return [scope for scope in named if scope.id is not None]

    @property
    def scope(self) -> Scope:
        """What was named."""
        named = self._named()
        return named[0] if named else Scope(ScopeKind.everybody)


class AcademyGainRecomputation(View):
    """A recomputation that has been asked for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _ENROLLMENT, "scope": "cohort", "scope_id": _COHORT}]}
    )

    id: UUID
    scope: ScopeKind
    scope_id: Annotated[UUID | None, Field(description="Null for everybody's")]
