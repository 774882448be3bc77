"""Skills as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import EvidenceType, SkillCategory, SkillLevel
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Prose, Title, View, WebUrl, absent

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61"
_FIELDS: JsonDict = {
    "name": "Prompt Engineering",
    "description": "To ask a language model so that its answer helps.",
    "category": "technical",
    "level": "foundational",
    "max_level": "expert",
    "parent_skill_id": None,
    "prerequisite_ids": [],
    "icon_url": "https://cdn.example.com/icons/prompt-engineering.svg",
    "badge_valid_days": 730,
    "sort_order": 1,
}
SUMMARY: JsonDict = {
    "id": _ID,
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
    **_FIELDS,
    "slug": "prompt-engineering",
    "is_active": True,
}
REFERENCE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c62",
    "name": "Data Literacy",
    "slug": "data-literacy",
    "category": "technical",
    "level": "foundational",
    "max_level": "practitioner",
    "is_active": True,
}
_COMPETENCY: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c63",
    "name": "System prompts",
    "description": "Says who the model is, what it is for and where it stops.",
    "evidence_types": ["quiz", "project"],
    "passing_threshold": 70,
    "level": "foundational",
}

Place = Annotated[int, Field(strict=True, ge=0, le=100_000, description="Lower comes first")]
Days = Annotated[
    int, Field(strict=True, ge=1, le=36_500, description="How long its badges last; null: as its category says")
]
Prerequisites = Annotated[
    list[UUID], Field(max_length=50, description="Skills that have to be begun before, as a set; an empty list: none")
]


class AcademySkillReference(View):
    """A skill as others name it."""

    model_config = ConfigDict(json_schema_extra={"examples": [REFERENCE]})

    id: UUID
    name: str
    slug: str
    category: SkillCategory
    level: SkillLevel
    max_level: SkillLevel
    is_active: bool


class AcademySkillCompetency(View):
    """Something measurable that belongs to a skill. Without a level it counts at each."""

    id: UUID
    name: str
    description: str
    evidence_types: list[EvidenceType]
    passing_threshold: float
    level: SkillLevel | None


class AcademySkillSummary(Identified):
    """A skill, learned from `level` to `max_level`. An archived one is not taught any more; its badges stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUMMARY]})

    name: str
    slug: str
    description: str
    category: SkillCategory
    level: SkillLevel
    max_level: SkillLevel
    parent_skill_id: UUID | None
    prerequisite_ids: list[UUID]
    icon_url: str | None
    badge_valid_days: int | None
    is_active: bool
    sort_order: int


class AcademySkill(AcademySkillSummary):
    """A skill with what lies around it: what it is part of, what it consists of, what it requires, what shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **SUMMARY,
                    "prerequisite_ids": [REFERENCE["id"]],
                    "parent": None,
                    "children": [],
                    "prerequisites": [REFERENCE],
                    "competencies": [_COMPETENCY],
                }
            ]
        }
    )

    parent: AcademySkillReference | None
    children: list[AcademySkillReference]
    prerequisites: list[AcademySkillReference]
    competencies: list[AcademySkillCompetency]


class AcademySkillCreate(Body):
    """A new skill. It is active, and its slug is made from its name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    name: Title
    description: Prose
    category: SkillCategory
    level: SkillLevel
    max_level: SkillLevel = SkillLevel.expert
    parent_skill_id: UUID | None = None
    prerequisite_ids: Prerequisites = Field(default_factory=list)
    icon_url: WebUrl | None = None
    badge_valid_days: Days | None = None
    sort_order: Place = 0


class AcademySkillUpdate(Body):
    """What may change. The slug stays what it was; `is_active` archives a skill and brings it back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_level": "expert", "sort_order": 7}]})

    name: Title = absent()
    description: Prose = absent()
    category: SkillCategory = absent()
    level: SkillLevel = absent()
    max_level: SkillLevel = absent()
    parent_skill_id: UUID | None = None
    prerequisite_ids: Prerequisites = absent()
    icon_url: WebUrl | None = None
    badge_valid_days: Days | None = None
    is_active: Flag = absent()
    sort_order: Place = absent()


class AcademySkillSort(StrEnum):
    """What skills may be sorted by; a minus means descending."""

    SORT_ORDER = "sort_order"
    SORT_ORDER_DESCENDING = "-sort_order"
    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class AcademySkillFilter(PageQuery):
    """The filters of skills; they narrow together."""

    category: Annotated[SkillCategory | None, Field(description="Only skills of this category")] = None
    level: Annotated[SkillLevel | None, Field(description="Only skills that begin at this level")] = None
    is_active: Annotated[bool, Field(description="False: the archived ones instead of the active ones")] = True
    parent_skill_id: Annotated[UUID | None, Field(description="Only skills that are part of this one")] = None
    q: Annotated[Title | None, Field(description="Words in the name or the description, whatever their case")] = None
    sort: AcademySkillSort = AcademySkillSort.SORT_ORDER
