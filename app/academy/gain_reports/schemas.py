"""Reports of learning gain as the outside sees them."""

from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.gain.rules import ScopeKind
from app.academy.gain_reports.rules import SilentReason
from app.core.http.schema import View

_INTERVAL: JsonDict = {"low": 0.38, "high": 0.61, "method": "bca", "resamples": 4999, "reason": None}
_FIGURE: JsonDict = {"value": 0.5, "n": 17, "interval": _INTERVAL, "reason": None}
_SKILL: JsonDict = {
    "skill_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e41",
    "name": "Prompt Engineering",
    "n": 16,
    "ceiling": 1,
    "average_pre": 40,
    "average_post": 70,
    "improvement": 30,
    "average_of_individual_gains": 0.47,
    "class_average_gain": 0.5,
}
_REPORT: JsonDict = {
    "scope": "organization",
    "scope_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13",
    "population": 20,
    "excluded": {"total": 3, "reasons": {"ceiling": 1, "no_pre": 1, "no_post": 1, "pending": 0, "left": 0}},
    "summary": {
        "average_pre": 42.5,
        "average_post": 72,
        "average_of_individual_gains": _FIGURE,
        "class_average_gain": {**_FIGURE, "value": 0.513},
        "standard_deviation": 0.21,
        "bands": {"high": 4, "medium": 10, "low": 3, "negative": 1},
    },
    "skills": [_SKILL],
    "is_anonymous": False,
}


class AcademyGainInterval(View):
    """Where the figure lies with 95 % confidence: bootstrapped over learners, from a fixed seed.

    `method` is `bca` (bias-corrected and accelerated), or `percentile` where that is not defined.
    """

    low: float | None
    high: float | None
    method: str | None
    resamples: int
    reason: SilentReason | None


class AcademyGainFigure(View):
    """An average over `n` learners; null with a reason."""

    value: float | None
    n: int
    interval: AcademyGainInterval
    reason: SilentReason | None


class AcademyGainBands(View):
    """How many individual gains are high, medium and low; negative ones are among the low."""

    high: int
    medium: int
    low: int
    negative: int


class AcademyGainReasons(View):
    """How many have no normalized gain: at the ceiling before, without a graded attempt before or after, not yet
    measured, or gone.
    """

    ceiling: int
    no_pre: int
    no_post: int
    pending: int
    left: int


class AcademyGainExcluded(View):
    """Who is left out of the averages. `reasons` is null where it would tell of fewer than five people."""

    total: int
    reasons: AcademyGainReasons | None


class AcademyGainSummary(View):
    """What was gained. Both averages are of the same learners.

    `average_of_individual_gains` is the mean of each learner's normalized gain. `class_average_gain` is Hake's <g>:
    the normalized gain of the average scores.
    """

    average_pre: float | None
    average_post: float | None
    average_of_individual_gains: AcademyGainFigure
    class_average_gain: AcademyGainFigure
    standard_deviation: float | None = Field(description="Of the individual gains")
    bands: AcademyGainBands | None


class AcademySkillGainSummary(View):
    """What was gained in one skill by the `n` who did not know all of it before."""

    skill_id: UUID
    name: str
    n: int
    ceiling: int | None = Field(description="Who knew all of it before; null where that tells of too few")
    average_pre: float | None
    average_post: float | None
    improvement: float | None
    average_of_individual_gains: float | None
    class_average_gain: float | None


class AcademyPublishedGain(View):
    """What courses of one kind of teaching reached: mean and standard deviation of their class average gains."""

    teaching: str
    average_gain: float
    standard_deviation: float
    courses: int
    students: int
    source: str


class AcademyGainReport(View):
    """What the learners of a scope gained. `population` is everybody who paid for their place."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REPORT]})

    scope: ScopeKind
    scope_id: UUID
    population: int
    excluded: AcademyGainExcluded
    summary: AcademyGainSummary
    skills: list[AcademySkillGainSummary]
    is_anonymous: bool = Field(description="Whether everything about fewer than five people is left out")


class AcademyCohortGainReport(AcademyGainReport):
    """What a cohort gained, beside what 62 introductory physics courses did (Hake 1998)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_REPORT,
                    "scope": "cohort",
                    "published": [
                        {
                            "teaching": "traditional",
                            "average_gain": 0.23,
                            "standard_deviation": 0.04,
                            "courses": 14,
                            "students": 2084,
                            "source": "Hake 1998, American Journal of Physics 66, 64-74, doi:10.1119/1.18809",
                        }
                    ],
                }
            ]
        }
    )

    published: list[AcademyPublishedGain]
