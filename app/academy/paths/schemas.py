"""Learning paths as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.academy.courses.schemas import Currency
from app.academy.models import (
    BillingInterval,
    CapabilityLevel,
    CourseStatus,
    OfferKind,
    PricingModel,
    SessionType,
    SkillCategory,
    TargetAudience,
    UnlockRule,
)
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Cents, Count, Flag, Identified, Prose, Title, View, WebUrl, absent

_PATH = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d01"
_COURSE = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22"
_SKILL = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61"
_ROW: JsonDict = {"created_at": "2027-01-10T09:00:00Z", "updated_at": "2027-01-10T09:00:00Z"}
_FIELDS: JsonDict = {
    "title": "From first prompt to daily tool",
    "description": "Three courses that build on each other, with time in between to try things out.",
    "short_description": "Language models in your working day, in six weeks",
    "target_audience": "individual",
    "target_role": "Team lead",
    "estimated_duration": "6 weeks",
    "outcomes": ["Write prompts that hold", "Automate a task of one's own"],
    "pricing_model": "bundled",
    "currency": "usd",
    "bundle_price": 99700,
    "icon_url": "https://cdn.example.com/icons/path.svg",
    "color": "#1a7f5a",
    "is_featured": True,
    "sort_order": 10,
}
_WHOLE: JsonDict = {
    "id": _PATH,
    **_ROW,
    **_FIELDS,
    "slug": "from-first-prompt-to-daily-tool",
    "thumbnail_id": None,
    "skill_ids": [_SKILL],
    "total_courses": 3,
    "total_hours": 48,
    "list_price": 129700,
    "bundle_discount": 23,
    "is_active": True,
    "enrollment_count": 12,
    "completion_count": 5,
}
STEP: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d11",
    **_ROW,
    "path_id": _PATH,
    "course_id": _COURSE,
    "step_number": 1,
    "step_group_id": None,
    "is_required": True,
    "unlock_rule": "immediate",
    "unlock_after_step_id": None,
    "unlock_after_days": None,
    "recommended_timeframe": "Week 1-2",
    "notes": None,
}
GROUP: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d21",
    **_ROW,
    "path_id": _PATH,
    "title": "Choose your field",
    "choose_n": 1,
}
OFFER: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d31",
    **_ROW,
    "path_id": _PATH,
    "kind": "subscription",
    "for_organizations": True,
    "price_cents": 29900,
    "currency": "usd",
    "billing_interval": "month",
    "stripe_price_id": None,
    "is_active": True,
}
_STEP_COURSE: JsonDict = {
    "id": _COURSE,
    "title": "Working with language models",
    "slug": "working-with-language-models",
    "session_type": "cohort",
    "capability_level": "fundamentals",
    "status": "published",
    "price_b2c": 49900,
    "currency": "usd",
    "hours": 16,
}
_PATH_SKILL: JsonDict = {"id": _SKILL, "name": "Prompting", "slug": "prompting", "category": "technical"}

Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$"), Field(description="Six hexadecimal digits")]
Outcomes = Annotated[list[Title], Field(max_length=50)]
SkillIds = Annotated[list[UUID], Field(max_length=100)]


class AcademyPath(Identified):
    """A learning path.

    `total_courses`, `total_hours` and `list_price` are what completing it takes, and follow its courses: of a choice as
    many count as one chooses. `list_price` is what they cost one by one, null where they are not all in the path's
    currency. `bundle_discount` is the percentage that follows from it and `bundle_price`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    title: str
    slug: str
    description: str
    short_description: str
    target_audience: TargetAudience
    target_role: str | None
    estimated_duration: str
    total_courses: int
    total_hours: float
    skill_ids: list[UUID]
    outcomes: list[str]
    pricing_model: PricingModel
    currency: str
    list_price: int | None
    bundle_price: int | None
    bundle_discount: int | None
    thumbnail_id: UUID | None
    icon_url: str | None
    color: str | None
    is_active: bool
    is_featured: bool
    sort_order: int
    enrollment_count: int
    completion_count: int


class AcademyPathCourse(View):
    """The course of a step, in short. `hours` is the length of its agenda."""

    id: UUID
    title: str
    slug: str
    session_type: SessionType
    capability_level: CapabilityLevel
    status: CourseStatus
    price_b2c: int
    currency: str
    hours: float


class AcademyPathStep(Identified):
    """A course's place in a path, and what opens it.

    `immediate`: open from the start. `sequential`: when the last required step before it is done. `after_days`: so many
    days after somebody came into the path. `after_completion`: when the step `unlock_after_step_id` is done. Members of
    a group do not wait for each other. `notes` are for platform admins.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [STEP]})

    path_id: UUID
    course_id: UUID
    step_number: int
    step_group_id: UUID | None
    is_required: bool
    unlock_rule: UnlockRule
    unlock_after_step_id: UUID | None
    unlock_after_days: int | None
    recommended_timeframe: str | None
    notes: str | None


class AcademyPathStepWithCourse(AcademyPathStep):
    """A step with its course."""

    model_config = ConfigDict(json_schema_extra={"examples": [STEP | {"course": _STEP_COURSE}]})

    course: AcademyPathCourse


class AcademyPathGroup(Identified):
    """A choice: done when any `choose_n` of its steps are. However many that is, it counts as one step of progress."""

    model_config = ConfigDict(json_schema_extra={"examples": [GROUP]})

    path_id: UUID
    title: str
    choose_n: int


class AcademyPathOffer(Identified):
    """A price for a path: a bundle is paid once, a subscription every `billing_interval`.

    `stripe_price_id` is for platform admins.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [OFFER]})

    path_id: UUID
    kind: OfferKind
    for_organizations: bool
    price_cents: int
    currency: str
    billing_interval: BillingInterval | None
    stripe_price_id: str | None
    is_active: bool


class AcademyPathSkill(View):
    """A skill that a path develops."""

    id: UUID
    name: str
    slug: str
    category: SkillCategory


class AcademyPathDetails(AcademyPath):
    """A path with its steps in their order, their groups, its offers and its skills."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _WHOLE
                | {
                    "steps": [STEP | {"course": _STEP_COURSE}],
                    "groups": [GROUP],
                    "offers": [OFFER],
                    "skills": [_PATH_SKILL],
                }
            ]
        }
    )

    steps: list[AcademyPathStepWithCourse]
    groups: list[AcademyPathGroup]
    offers: list[AcademyPathOffer]
    skills: list[AcademyPathSkill]


class AcademyPathCreate(Body):
    """A new path. It begins outside of the catalogue, without steps; its slug is made from its title.

    `bundle_price` belongs to bundled paths, and to no other.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    description: Prose
    short_description: Title
    target_audience: TargetAudience
    target_role: Title | None = None
    estimated_duration: Title
    outcomes: Outcomes = Field(default_factory=list)
    pricing_model: PricingModel
    currency: Currency = "usd"
    bundle_price: Cents | None = None
    thumbnail_id: UUID | None = None
    icon_url: WebUrl | None = None
    color: Color | None = None
    is_featured: Flag = False
    sort_order: Count = 0


class AcademyPathUpdate(Body):
    """What may change; the slug stays, so that links keep working. Without bundling there is no bundle price left."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"bundle_price": 89700}]})

    title: Title = absent()
    description: Prose = absent()
    short_description: Title = absent()
    target_audience: TargetAudience = absent()
    target_role: Title | None = None
    estimated_duration: Title = absent()
    outcomes: Outcomes = absent()
    pricing_model: PricingModel = absent()
    currency: Currency = absent()
    bundle_price: Cents | None = None
    thumbnail_id: UUID | None = None
    icon_url: WebUrl | None = None
    color: Color | None = None
    is_featured: Flag = absent()
    sort_order: Count = absent()


class AcademyPathSkills(Body):
    """All skills of a path; those that are not named are taken away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"skill_ids": []}]})

    skill_ids: SkillIds


class AcademyPathFilter(PageQuery):
    """The filters of paths; they narrow together."""

    target_audience: Annotated[TargetAudience | None, Field(description="Only paths for exactly these")] = None
    is_featured: Annotated[bool | None, Field(description="Only featured ones, or only the others")] = None
    is_active: Annotated[bool | None, Field(description="All but platform admins see active ones only")] = None
    skill_id: Annotated[UUID | None, Field(description="Only paths that develop this skill")] = None
    q: Annotated[Title | None, Field(description="Words in the title or the descriptions, whatever their case")] = None
