"""What goes in and out of the waitlist."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.academy.models import WaitlistStatus
from app.core.http.pages import PageQuery
from app.core.http.schema import Identified, Instant, View


class AcademyWaitlistEntry(Identified):
    """A place in a queue. `position` stays as given; `rank` counts from 1 among those who still wait."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e22",
                    "course_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e14",
                    "cohort_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13",
                    "account_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15",
                    "status": "offered",
                    "position": 7,
                    "rank": None,
                    "offered_at": "2027-02-01T10:00:00Z",
                    "offer_expires_at": "2027-02-03T10:00:00Z",
                    "offered_cohort_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13",
                    "enrollment_id": None,
                    "created_at": "2027-01-20T10:00:00Z",
                    "updated_at": "2027-02-01T10:00:00Z",
                }
            ]
        }
    )

    course_id: UUID
    cohort_id: UUID | None = Field(description="Null in a course's queue: any of its cohorts will do")
    account_id: UUID
    status: WaitlistStatus
    position: int
    rank: int | None = Field(description="1 is next; null once an entry no longer waits")
    offered_at: Instant | None
    offer_expires_at: Instant | None
    offered_cohort_id: UUID | None = Field(description="The cohort whose seat the offer holds")
    enrollment_id: UUID | None


class AcademyWaitlistSort(StrEnum):
    """What one's own entries can be sorted by."""

    newest = "-created_at"
    oldest = "created_at"


class AcademyWaitlistFilter(PageQuery):
    """Which of one's own entries."""

    status: Annotated[WaitlistStatus | None, Field(description="Only entries in this state")] = None
    sort: AcademyWaitlistSort = AcademyWaitlistSort.newest


class AcademyQueueSort(StrEnum):
    """A queue is read from its front."""

    position = "position"


class AcademyQueueFilter(PageQuery):
    """Which part of a cohort's queue."""

    status: Annotated[WaitlistStatus | None, Field(description="Only entries in this state")] = None
    sort: AcademyQueueSort = AcademyQueueSort.position


class AcademyOffersMade(View):
    """How many seats were offered just now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"offered_count": 2}]})

    offered_count: int
