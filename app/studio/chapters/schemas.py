"""Chapters as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Prose, Title, View, absent
from app.studio.clients.schemas import TIMES
from app.studio.programs.schemas import EXAMPLE_PROGRAM

EXAMPLE_CHAPTER = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d03"
_OTHER = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d04"

_FIELDS: JsonDict = {
    "title": "The first week",
    "subtitle": "Who does what",
    "description": "From the tour of the halls to the first shift alone.",
}

Number = Annotated[int, Field(strict=True, ge=0, le=9_999, description="A label that people read; not the order")]


class StudioChapter(Identified):
    """A chapter. `number` is what people call it; the order is the order of the list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_CHAPTER,
                    **TIMES,
                    **_FIELDS,
                    "program_id": EXAMPLE_PROGRAM,
                    "number": 1,
                    "order_index": 1,
                    "created_by": None,
                }
            ]
        }
    )

    program_id: UUID
    number: int
    title: str
    subtitle: str | None
    description: str | None
    order_index: int
    created_by: UUID | None


class StudioChapterCreate(Body):
    """A new chapter, behind the others. Without a number it gets the next one."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    title: Title
    number: Number | None = None
    subtitle: Title | None = None
    description: Prose | None = None


class StudioChapterUpdate(Body):
    """What may change. The order has its own address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "The first two weeks"}]})

    title: Title = absent()
    number: Number = absent()
    subtitle: Title | None = None
    description: Prose | None = None


class StudioChapterOrder(View):
    """The chapters of a program in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"chapter_ids": [EXAMPLE_CHAPTER, _OTHER]}]})

    chapter_ids: list[UUID] = Field(validation_alias="ids")


class StudioChapterOrderUpdate(Body):
    """All chapters of the program, in the order they should have."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"chapter_ids": [_OTHER, EXAMPLE_CHAPTER]}]})

    chapter_ids: Annotated[list[UUID], Field(max_length=2_000)]


class StudioRenumbering(View):
    """How many got another number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"chapters_changed": 1, "sessions_changed": 12}]})

    chapters_changed: int
    sessions_changed: int
