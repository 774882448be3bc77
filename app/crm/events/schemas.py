"""Events and attendance as the outside sees them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant, Prose, Title, View, absent
from app.crm.models import AttendanceStatus

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61"
_ACCOUNT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"
_FIELDS: JsonDict = {
    "title": "First evening",
    "description": "Chapters one to three.",
    "location": "Library, second floor",
    "starts_at": "2027-03-01T18:00:00Z",
    "ends_at": "2027-03-01T20:00:00Z",
}


class CrmEvent(Identified):
    """A gathering of an organization. It is held when it has ended and was not cancelled."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "created_at": "2027-01-10T09:00:00Z",
                    "updated_at": "2027-01-10T09:00:00Z",
                    "organization_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21",
                    **_FIELDS,
                    "cancelled_at": None,
                    "created_by": _ACCOUNT,
                }
            ]
        }
    )

    organization_id: UUID
    title: str
    description: str | None
    location: str | None
    starts_at: Instant
    ends_at: Instant
    cancelled_at: Instant | None
    created_by: UUID | None


class CrmEventCreate(Body):
    """A new event."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    description: Prose | None = None
    location: Title | None = None
    starts_at: Instant
    ends_at: Instant

    @field_validator("ends_at")
    @classmethod
    def _in_order(cls, value: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("starts_at")
        if start and value <= start:
            raise PydanticCustomError("times_reversed", "The end must come after the start")
        return value


class CrmEventUpdate(Body):
    """What may change of an event."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"location": "Garden"}]})

    title: Title = absent()
    description: Prose | None = None
    location: Title | None = None
    starts_at: Instant = absent()
    ends_at: Instant = absent()


class CrmEventSort(StrEnum):
    """What events may be sorted by; a minus means descending."""

    STARTS_AT = "starts_at"
    STARTS_AT_DESCENDING = "-starts_at"


class CrmEventFilter(PageQuery):
    """Filters of the list of events; they narrow together."""

    starts_from: Annotated[Instant | None, Field(description="Only events that start at this instant or later")] = None
    starts_before: Annotated[Instant | None, Field(description="Only events that start before this instant")] = None
    program_id: Annotated[UUID | None, Field(description="Only events that count for this program")] = None
    sort: Annotated[CrmEventSort, Field(description="Sorted by; a minus means descending")] = CrmEventSort.STARTS_AT


class CrmAttendance(View):
    """Whether somebody was at an event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_id": _ID,
                    "account_id": _ACCOUNT,
                    "name": "Ada Byron",
                    "status": "attended",
                    "updated_at": "2027-03-01T20:05:00Z",
                }
            ]
        }
    )

    event_id: UUID
    account_id: UUID
    name: str
    status: AttendanceStatus
    updated_at: Instant


class CrmAttendanceItem(Body):
    """One person, and whether they were there; partly counts as attended."""

    account_id: UUID
    status: AttendanceStatus


class CrmAttendanceUpdate(Body):
    """Who was there. Who is not named keeps what was said before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"account_id": _ACCOUNT, "status": "attended"}]}]}
    )

    items: Annotated[list[CrmAttendanceItem], Field(min_length=1, max_length=200)]


class CrmAttendanceRecorded(View):
    """Of how many people something new was said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changed_count": 1}]})

    changed_count: int


class CrmAttendanceSort(StrEnum):
    """What attendance may be sorted by; a minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"


class CrmAttendanceFilter(PageQuery):
    """Filters of an event's attendance."""

    status: Annotated[AttendanceStatus | None, Field(description="Only people of whom this was said")] = None
    sort: Annotated[CrmAttendanceSort, Field(description="Sorted by; a minus means descending")] = (
        CrmAttendanceSort.NAME
    )
