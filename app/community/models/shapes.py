"""The JSON documents inside the community's tables: what they must look like."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, model_validator


def _unix_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


# No time is kept as ISO text, not even inside JSON (T-GEN-04): it is the seed's own number, Unix milliseconds.
UnixMs = Annotated[AwareDatetime, PlainSerializer(_unix_ms, return_type=int, when_used="json")]


class Shape(BaseModel):
    """What all of them share: complete, and not to be changed inside."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Digest(StrEnum):
    """How often a member hears by mail of what happened (T-NTF-02)."""

    immediate = "immediate"
    daily = "daily"
    weekly = "weekly"
    off = "off"


class NotificationPrefs(Shape):
    """What a member wants mail about. What was never said is wished for, once a day."""

    email_comments: bool = True
    email_replies: bool = True
    email_followers: bool = True
    email_events: bool = True
    email_courses: bool = True
    email_dms: bool = True
    digest: Digest = Digest.daily


class Frequency(StrEnum):
    """The step of a series, RRULE's FREQ."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    yearly = "yearly"


class Recurrence(Shape):
    """How an event repeats, from its start and in its own time zone: to `until`, `count` times, or without an end."""

    frequency: Frequency
    interval: int = Field(default=1, ge=1)
    until: UnixMs | None = None
    count: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def ends_one_way(self) -> Self:
        """RRULE allows UNTIL or COUNT, never both."""
        if self.until is not None and self.count is not None:
            raise ValueError("a series ends at a time or after a number of occurrences, not both")
        return self
