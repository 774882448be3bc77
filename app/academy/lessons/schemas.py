"""Lessons as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Instant, Prose, Title, View, WebUrl, absent

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c51"
_FIELDS: JsonDict = {
    "title": "System prompts",
    "description": "What they are for, and what they cannot do.",
    "order_in_session": 1,
    "duration_minutes": 20,
    "slides_url": "https://slides.example.com/system-prompts",
    "worksheet_id": None,
}

Order = Annotated[int, Field(strict=True, ge=1, le=9_999, description="1 is the first lesson of the class session")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1_440)]


class AcademyLesson(Identified):
    """A part of a class session."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "created_at": "2027-01-10T09:00:00Z",
                    "updated_at": "2027-01-10T09:00:00Z",
                    "session_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c44",
                    **_FIELDS,
                }
            ]
        }
    )

    session_id: UUID
    title: str
    description: str
    order_in_session: int
    duration_minutes: int
    slides_url: str | None
    worksheet_id: UUID | None


class AcademyLessonCreate(Body):
    """A new lesson. Without `order_in_session` it comes last."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{key: value for key, value in _FIELDS.items() if key != "worksheet_id"}]}
    )

    title: Title
    description: Prose
    order_in_session: Order | None = None
    duration_minutes: Minutes
    slides_url: WebUrl | None = None
    worksheet_id: UUID | None = None


class AcademyLessonUpdate(Body):
    """What may change. Null takes the slides or the worksheet away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"duration_minutes": 30}]})

    title: Title = absent()
    description: Prose = absent()
    order_in_session: Order = absent()
    duration_minutes: Minutes = absent()
    slides_url: WebUrl | None = None
    worksheet_id: UUID | None = None


class AcademyLessonCompletion(View):
    """That a lesson was finished, and how far the learner is with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12",
                    "lesson_id": _ID,
                    "completed_at": "2027-03-01T10:00:00Z",
                    "progress_percent": 25,
                }
            ]
        }
    )

    enrollment_id: UUID
    lesson_id: UUID
    completed_at: Instant
    progress_percent: int
