"""Competencies as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import EvidenceType, SkillLevel
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Percent, Prose, Title, absent

_FIELDS: JsonDict = {
    "name": "System prompts",
    "description": "Says who the model is, what it is for and where it stops.",
    "assessment_criteria": "Over ten varied requests the model stays in its role and within its limits.",
    "evidence_types": ["quiz", "project"],
    "passing_threshold": 70,
    "level": "foundational",
}


def _as_set(types: list[EvidenceType]) -> list[EvidenceType]:
    return [each for each in EvidenceType if each in types]


EvidenceTypes = Annotated[
    list[EvidenceType],
    Field(min_length=1, max_length=len(EvidenceType), description="The ways in which it may be shown, as a set"),
    AfterValidator(_as_set),
]


class AcademyCompetency(Identified):
    """Something measurable that belongs to a skill. Without a level it counts at each of the skill's levels."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c63",
                    "created_at": "2027-01-10T09:00:00Z",
                    "updated_at": "2027-01-10T09:00:00Z",
                    "skill_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61",
                    **_FIELDS,
                    "is_active": True,
                }
            ]
        }
    )

    skill_id: UUID
    name: str
    description: str
    assessment_criteria: str
    evidence_types: list[EvidenceType]
    passing_threshold: float
    level: SkillLevel | None
    is_active: bool


class AcademyCompetencyCreate(Body):
    """A new competency. A score at the threshold passes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    name: Title
    description: Prose
    assessment_criteria: Prose
    evidence_types: EvidenceTypes
    passing_threshold: Percent
    level: SkillLevel | None = None


class AcademyCompetencyUpdate(Body):
    """What may change, for what is shown from now on: evidence that is there keeps its judgement."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"passing_threshold": 75}]})

    name: Title = absent()
    description: Prose = absent()
    assessment_criteria: Prose = absent()
    evidence_types: EvidenceTypes = absent()
    passing_threshold: Percent = absent()
    level: SkillLevel | None = None
    is_active: Flag = absent()


class AcademyCompetencySort(StrEnum):
    """What competencies may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    NAME = "name"
    NAME_DESCENDING = "-name"


class AcademyCompetencyFilter(PageQuery):
    """The filters of a skill's competencies."""

    is_active: Annotated[bool, Field(description="False: the archived ones instead of the active ones")] = True
    level: Annotated[SkillLevel | None, Field(description="Only those that count at this level alone")] = None
    evidence_type: Annotated[EvidenceType | None, Field(description="Only those that may be shown this way")] = None
    sort: AcademyCompetencySort = AcademyCompetencySort.CREATED_AT
