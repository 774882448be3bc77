"""Courses as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.academy.models import CapabilityLevel, CourseStatus, ImpactLevel, SessionType
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Cents, Identified, Instant, Prose, Title, View, absent
from app.core.money import CURRENCIES

_FIELDS: JsonDict = {
    "title": "Working with language models",
    "description": "Two days of practice on your own cases.",
    "session_type": "cohort",
    "price_b2c": 49900,
    "price_b2b": 39900,
    "currency": "usd",
    "max_participants": 20,
    "impact_level": "L1",
    "capability_level": "fundamentals",
}
_NEXT: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c33",
    "name": "Spring cohort",
    "start_date": "2027-03-01T09:00:00Z",
    "seats_available": 7,
}
_WHOLE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
    **_FIELDS,
    "slug": "working-with-language-models",
    "status": "published",
    "next_cohort": _NEXT,
}


def _known_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise PydanticCustomError("currency", "An ISO 4217 code in lower case is needed, such as usd")
    return value


Currency = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}$"), AfterValidator(_known_currency)]
Seats = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class AcademyNextCohort(View):
    """The soonest cohort that the caller could enroll in now."""

    id: UUID
    name: str
    start_date: Instant
    seats_available: int


class AcademyCourse(Identified):
    """A course. Prices are in the smallest unit of the currency: for one person, and per seat for an organization."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    title: str
    slug: str
    description: str
    session_type: SessionType
    price_b2c: int
    price_b2b: int
    currency: str
    max_participants: int
    impact_level: ImpactLevel
    capability_level: CapabilityLevel
    status: CourseStatus
    next_cohort: AcademyNextCohort | None


class AcademyCourseCreate(Body):
    """A new course. It begins as a draft, and its slug is made from its title."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    description: Prose
    session_type: SessionType
    price_b2c: Cents
    price_b2b: Cents
    currency: Currency = "usd"
    max_participants: Seats
    impact_level: ImpactLevel
    capability_level: CapabilityLevel


class AcademyCourseUpdate(Body):
    """What may change; nothing of it may be null. The slug stays what it was, so that links keep working."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"price_b2c": 44900}]})

    title: Title = absent()
    description: Prose = absent()
    session_type: SessionType = absent()
    price_b2c: Cents = absent()
    price_b2b: Cents = absent()
    currency: Currency = absent()
    max_participants: Seats = absent()
    impact_level: ImpactLevel = absent()
    capability_level: CapabilityLevel = absent()


class AcademyCourseSort(StrEnum):
    """What the catalogue may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    TITLE = "title"
    TITLE_DESCENDING = "-title"
    PRICE_B2C = "price_b2c"
    PRICE_B2C_DESCENDING = "-price_b2c"


class AcademyCourseFilter(PageQuery):
    """The catalogue's filters; they narrow together (A-CRS-07)."""

    session_type: Annotated[SessionType | None, Field(description="Only courses held this way")] = None
    impact_level: Annotated[ImpactLevel | None, Field(description="Only courses of this impact level")] = None
    capability_level: Annotated[CapabilityLevel | None, Field(description="Only courses of this capability level")] = (
        None
    )
    status: Annotated[CourseStatus | None, Field(description="All but platform admins see published ones only")] = None
    q: Annotated[
        Title | None,
        Field(description="Words in the title or the description, whatever their case"),
    ] = None
    sort: AcademyCourseSort = AcademyCourseSort.CREATED_AT_DESCENDING
