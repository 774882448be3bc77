"""Sessions as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Instant, Prose, Title, View, absent
from app.studio.chapters.schemas import EXAMPLE_CHAPTER
from app.studio.clients.schemas import TIMES
from app.studio.models import SessionStatus

EXAMPLE_SESSION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d05"
_OTHER = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d06"

_FIELDS: JsonDict = {
    "title": "A tour of the halls",
    "hook": "Where does a parcel spend its night?",
    "description": "Who works where, and what arrives when.",
    "wiifm": "You know whom to ask.",
    "learning_objectives": ["Name the four halls", "Say who leads each of them"],
    "estimated_minutes": 10,
}
SESSION: JsonDict = {
    "id": EXAMPLE_SESSION,
    **TIMES,
    **_FIELDS,
    "chapter_id": EXAMPLE_CHAPTER,
    "number": "1.1",
    "order_index": 1,
    "status": "draft",
    "revision": 1,
    "created_by": None,
    "approved_by": None,
    "approved_at": None,
}

Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20),
    Field(description="A label that people read, such as `1.1`; not the order"),
]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1_440)]
Objectives = Annotated[list[Title], Field(max_length=50)]


class StudioContentSession(Identified):
    """A unit of content. `number` is what people call it; the order is the order of the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [SESSION]})

    chapter_id: UUID
    number: str
    title: str
    hook: str | None
    description: str | None
    wiifm: str | None = Field(description="What is in it for me: why somebody should learn this")
    learning_objectives: list[str] | None
    estimated_minutes: int
    order_index: int
    status: SessionStatus
    revision: int
    created_by: UUID | None
    approved_by: UUID | None
    approved_at: Instant | None


class StudioContentSessionCreate(Body):
    """A new session, behind the others: a draft. Without a number it gets the next one of its chapter."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    number: Number | None = None
    hook: Prose | None = None
    description: Prose | None = None
    wiifm: Prose | None = None
    learning_objectives: Objectives | None = None
    estimated_minutes: Minutes = 10


class StudioContentSessionUpdate(Body):
    """What may change. The order and the status have their own addresses."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"estimated_minutes": 15}]})

    title: Title = absent()
    number: Number = absent()
    hook: Prose | None = None
    description: Prose | None = None
    wiifm: Prose | None = None
    learning_objectives: Objectives | None = None
    estimated_minutes: Minutes = absent()


class StudioSessionOrder(View):
    """The sessions of a chapter in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session_ids": [EXAMPLE_SESSION, _OTHER]}]})

    session_ids: list[UUID] = Field(validation_alias="ids")


class StudioSessionOrderUpdate(Body):
    """All sessions of the chapter in the order they should have, and those that move in from other chapters."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session_ids": [_OTHER, EXAMPLE_SESSION]}]})

    session_ids: Annotated[list[UUID], Field(max_length=2_000)]
