"""Comments as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant, absent
from app.studio.models import ContentType
from app.studio.models.shapes import WITHOUT_NUL

_SOMEBODY = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c01"
_COMMENT: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d30",
    "created_at": "2027-01-12T09:00:00Z",
    "updated_at": "2027-01-12T09:30:00Z",
    "program_id": None,
    "session_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d00",
    "content_type": "article",
    "body": "The second example is out of date.",
    "author_id": _SOMEBODY,
    "is_resolved": True,
    "resolved_by": _SOMEBODY,
    "resolved_at": "2027-01-12T09:30:00Z",
}

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), WITHOUT_NUL]


class StudioComment(Identified):
    """A remark on a program, on a session, or on one content of a session."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMMENT]})

    program_id: UUID | None
    session_id: UUID | None
    content_type: ContentType | None
    body: str
    author_id: UUID | None
    is_resolved: bool
    resolved_by: UUID | None
    resolved_at: Instant | None


class StudioProgramCommentCreate(Body):
    """A remark on a program."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "The chapters overlap."}]})

    body: Words


class StudioSessionCommentCreate(Body):
    """A remark on a session; with `content_type`, on that content of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"body": "The second example is out of date.", "content_type": "article"}]}
    )

    body: Words
    content_type: ContentType | None = None


class StudioCommentUpdate(Body):
    """What may change; it may not be null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "The second example is from 2019."}]})

    body: Words = absent()


class StudioCommentSort(StrEnum):
    """What comments may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class StudioCommentFilter(PageQuery):
    """Filters of comments; they narrow together."""

    is_resolved: Annotated[bool | None, Field(description="Only what is settled, or only what is not")] = None
    author_id: Annotated[UUID | None, Field(description="Only what this account remarked")] = None
    sort: StudioCommentSort = StudioCommentSort.CREATED_AT


class StudioSessionCommentFilter(StudioCommentFilter):
    """The same, for a session and its contents."""

    content_type: Annotated[ContentType | None, Field(description="Only what is about this content")] = None
