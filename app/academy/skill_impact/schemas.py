"""The impact of a course as the outside sees it."""

from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import ReachedLevel
from app.academy.skills.schemas import REFERENCE, AcademySkillReference
from app.core.http.schema import Instant, View

_STANDING: JsonDict = {
    "skill_id": REFERENCE["id"],
    "current_level": "practitioner",
    "progress_percent": 40,
    "evidence_count": 7,
}


class AcademyLevelCounts(View):
    """How many learners are at each level."""

    none: int
    foundational: int
    practitioner: int
    advanced: int
    expert: int


class AcademySkillImpact(View):
    """How far the learners of a course are in one of its skills."""

    skill: AcademySkillReference
    levels: AcademyLevelCounts | None = Field(description="Null where it would tell of fewer than five people")
    learners_with_evidence: int | None = Field(description="Null where it would tell of fewer than five people")
    evidence_count: int | None = Field(description="Null where it would tell of fewer than five people")


class AcademyCourseImpact(View):
    """How far those who paid for a course are in its active skills. A learner who took it twice counts once in each."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "course_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
                    "total_enrollments": 21,
                    "total_learners": 20,
                    "skills_targeted": 1,
                    "skills": [
                        {
                            "skill": REFERENCE,
                            "levels": {
                                "none": 6,
                                "foundational": 8,
                                "practitioner": 6,
                                "advanced": 0,
                                "expert": 0,
                            },
                            "learners_with_evidence": 14,
                            "evidence_count": 41,
                        }
                    ],
                    "is_anonymous": False,
                }
            ]
        }
    )

    course_id: UUID
    total_enrollments: int
    total_learners: int
    skills_targeted: int
    skills: list[AcademySkillImpact]
    is_anonymous: bool = Field(description="Whether everything about fewer than five people is left out")


class AcademyLearnerStanding(View):
    """How far a learner is in one skill; at none, without evidence, where nothing was shown."""

    skill_id: UUID
    current_level: ReachedLevel
    progress_percent: int = Field(description="The way to the next level")
    evidence_count: int


class AcademyLearnerImpact(View):
    """A paid enrollment, and how far its learner is in each active skill of the course."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12",
                    "account_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11",
                    "name": "Lea Learner",
                    "enrolled_at": "2027-02-01T09:00:00Z",
                    "skills": [_STANDING],
                }
            ]
        }
    )

    enrollment_id: UUID
    account_id: UUID
    name: str
    enrolled_at: Instant
    skills: list[AcademyLearnerStanding]
