"""Class sessions as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import ClassSessionType
from app.core.http.schema import Body, Identified, Prose, Title, absent

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c44"
_FIELDS: JsonDict = {
    "title": "Opening",
    "type": "S",
    "day_number": 1,
    "order_in_day": 1,
    "duration_minutes": 30,
    "description": "Who is here, and what for.",
    "outcomes": ["Know each other"],
}

Day = Annotated[int, Field(strict=True, ge=1, le=366, description="1 is the first day")]
Order = Annotated[int, Field(strict=True, ge=1, le=9_999, description="1 is the first session of the day")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1_440)]
Outcomes = Annotated[list[Title], Field(max_length=50)]


class AcademyClassSession(Identified):
    """An item of an agenda.

    Types: S Spark, W Workshop, MM Mini-Masterclass, CAP Capability session, IO Implementation Office (A-CRS-05).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "created_at": "2027-01-10T09:00:00Z",
                    "updated_at": "2027-01-10T09:00:00Z",
                    "course_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
                    **_FIELDS,
                }
            ]
        }
    )

    course_id: UUID
    title: str
    type: ClassSessionType
    day_number: int
    order_in_day: int
    duration_minutes: int
    description: str
    outcomes: list[str]


class AcademyClassSessionCreate(Body):
    """A new item. Without `order_in_day` it comes last in its day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    type: ClassSessionType
    day_number: Day
    order_in_day: Order | None = None
    duration_minutes: Minutes
    description: Prose
    outcomes: Outcomes = Field(default_factory=list)


class AcademyClassSessionUpdate(Body):
    """What may change; nothing of it may be null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"duration_minutes": 45}]})

    title: Title = absent()
    type: ClassSessionType = absent()
    day_number: Day = absent()
    order_in_day: Order = absent()
    duration_minutes: Minutes = absent()
    description: Prose = absent()
    outcomes: Outcomes = absent()


class AcademyClassSessionPlace(Body):
    """Where a class session goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session_id": _ID, "day_number": 1, "order_in_day": 2}]})

    session_id: UUID
    day_number: Day
    order_in_day: Order


class AcademyAgendaOrder(Body):
    """All of an agenda, or only the sessions that move; the others keep their places."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"session_id": _ID, "day_number": 1, "order_in_day": 2}]}]}
    )

    items: Annotated[list[AcademyClassSessionPlace], Field(min_length=1, max_length=200)]
