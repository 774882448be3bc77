"""Cohorts as the outside sees them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.academy.courses.schemas import Seats
from app.academy.models import CohortStatus
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Instant, Title, View, WebUrl, absent

_COURSE = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22"
_FIELDS: JsonDict = {
    "name": "Spring cohort",
    "start_date": "2027-03-01T09:00:00Z",
    "end_date": "2027-03-02T17:00:00Z",
    "max_capacity": 20,
}
_SUMMARY: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c33",
    "course_id": _COURSE,
    **_FIELDS,
    "seats_available": 7,
    "status": "open",
    "is_b2b": False,
}
_WHOLE: JsonDict = {
    **_SUMMARY,
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
    "current_enrollment": 12,
    "held": 1,
    "zoom_link": None,
    "instructor_id": None,
    "organization_id": None,
}


class AcademyCohortSummary(View):
    """A cohort in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

    id: UUID
    course_id: UUID
    name: str
    start_date: Instant
    end_date: Instant
    max_capacity: int
    seats_available: int
    status: CohortStatus
    is_b2b: bool


class AcademyCohort(Identified):
    """A cohort. `seats_available` is what `current_enrollment` (seats taken) and `held` (seats on offer) leave over.

    `zoom_link` is null for all but those with a paid seat, the instructor and platform admins.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    course_id: UUID
    name: str
    start_date: Instant
    end_date: Instant
    max_capacity: int
    current_enrollment: int
    held: int
    seats_available: int
    status: CohortStatus
    zoom_link: Annotated[str | None, Field(validation_alias="visible_zoom_link")]
    instructor_id: UUID | None
    is_b2b: bool
    organization_id: UUID | None


class _Dated(Body):
    """What both bodies check when both dates are there."""

    @field_validator("end_date", check_fields=False)
    @classmethod
    def _ends_after_it_starts(cls, value: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("start_date")
        if start is not None and value <= start:
            raise PydanticCustomError("dates_reversed", "The end must come after the start")
        return value


class AcademyCohortCreate(_Dated):
    """A new cohort, not yet open. Without `max_capacity` it has as many seats as the course suggests."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    name: Title
    start_date: Instant
    end_date: Instant
    max_capacity: Seats | None = None
    zoom_link: WebUrl | None = None
    instructor_id: UUID | None = None
    is_b2b: Flag = False
    organization_id: Annotated[UUID | None, Field(validate_default=True)] = None

    @field_validator("organization_id")
    @classmethod
    def _dedicated_to_somebody(cls, value: UUID | None, info: ValidationInfo) -> UUID | None:
        if value is None and info.data.get("is_b2b"):
            raise PydanticCustomError("missing", "A dedicated cohort needs its organization")
        return value


class AcademyCohortUpdate(_Dated):
    """What may change. Whose cohort it is stays; its status has a door of its own.

    A later `end_date` moves the learners' access windows along. An earlier one leaves them as they are, unless
    `may_shorten_access` is true.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_capacity": 25}]})

    name: Title = absent()
    start_date: Instant = absent()
    end_date: Instant = absent()
    max_capacity: Seats = absent()
    zoom_link: WebUrl | None = None
    instructor_id: UUID | None = None
    may_shorten_access: Flag = False


class AcademyCohortStatusUpdate(Body):
    """Where the cohort goes: scheduled → open → in_progress → completed; cancelled from any but completed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "open"}]})

    status: CohortStatus


class AcademyCohortSelection(StrEnum):
    """Which cohorts a list holds: `available` ones, or for platform admins all, or those of one status."""

    available = "available"
    all = "all"
    scheduled = "scheduled"
    open = "open"
    in_progress = "in_progress"
    completed = "completed"
    cancelled = "cancelled"


class AcademyCohortSort(StrEnum):
    """What cohorts may be sorted by; a minus means descending."""

    START_DATE = "start_date"
    START_DATE_DESCENDING = "-start_date"
    NAME = "name"
    NAME_DESCENDING = "-name"


class AcademyCohortFilter(PageQuery):
    """Which cohorts, in which order."""

    status: Annotated[AcademyCohortSelection, Field(description="Anything but `available` is for platform admins")] = (
        AcademyCohortSelection.available
    )
    sort: AcademyCohortSort = AcademyCohortSort.START_DATE
