"""Notices as their readers see them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.pages import PageQuery
from app.core.http.schema import Instant, View

_EXAMPLE: JsonDict = {
    "id": "01978f3e-5a6b-7c8d-9e0f-1a2b3c4d5e6f",
    "type": "academy.waitlist_offered",
    "actor_id": None,
    "actor_name": None,
    "data": {"course_title": "Applied AI", "offer_expires_at": "2027-03-03T09:00:00Z"},
    "read_at": None,
    "created_at": "2027-03-01T09:00:00Z",
}


class NotificationsNotice(View):
    """One notice. Its words are the front end's, made from `type` and `data`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    type: str = Field(description="What happened: the system, a dot, and the fact.")
    actor_id: UUID | None = Field(description="Whose doing it was; null for the service's own.")
    actor_name: str | None
    data: dict[str, Any] = Field(description="The values that this type needs.")
    read_at: Instant | None
    created_at: Instant


class NotificationsUnread(View):
    """How many notices wait to be read."""

    unread: int = Field(ge=0, examples=[3])


class NotificationsNoticeFilter(PageQuery):
    """Which notices to list."""

    unread: Annotated[bool | None, Field(description="Only unread ones, or only read ones")] = None
