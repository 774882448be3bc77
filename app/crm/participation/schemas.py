"""Participations as the outside sees them: names, and never an address (P-PRV-01)."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.exports import ExportFormat
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Count, Identified, Instant, Prose, Title
from app.crm.models import ParticipationStatus

_ACCOUNT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"
_WHOLE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c51",
    "created_at": "2027-02-10T09:00:00Z",
    "updated_at": "2027-03-20T21:00:00Z",
    "program_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c41",
    "organization_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21",
    "account_id": _ACCOUNT,
    "name": "Ada Byron",
    "status": "enrolled",
    "requested_at": "2027-02-10T09:00:00Z",
    "approved_by": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c12",
    "approved_at": "2027-02-11T09:00:00Z",
    "enrolled_at": "2027-02-11T09:00:00Z",
    "completed_at": None,
    "ended_at": None,
    "end_reason": None,
    "manual_attendance_count": 1,
    "attended_count": 3,
    "attendance_percentage": 66.7,
    "attendance_notes": None,
    "admin_notes": "Comes with a colleague.",
}


class CrmParticipation(Identified):
    """Somebody's time in a program.

    `attended_count` are the linked events that they were at and what was counted by hand; `attendance_percentage` is of
    the linked events that have been held, null while there is none. The notes are null for all but admins.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    program_id: UUID
    organization_id: UUID
    account_id: UUID
    name: str
    status: ParticipationStatus
    requested_at: Instant | None
    approved_by: UUID | None
    approved_at: Instant | None
    enrolled_at: Instant | None
    completed_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    manual_attendance_count: int | None
    attended_count: int
    attendance_percentage: float | None
    attendance_notes: Annotated[str | None, Field(validation_alias="visible_attendance_notes")]
    admin_notes: Annotated[str | None, Field(validation_alias="visible_admin_notes")]


class CrmParticipantCreate(Body):
    """Whom an admin enrolls: a member of the organization."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account_id": _ACCOUNT}]})

    account_id: UUID
    admin_notes: Prose | None = None


class CrmParticipationUpdate(Body):
    """What admins note for themselves."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"admin_notes": "Moved to the second table."}]})

    admin_notes: Prose | None = None


class CrmParticipationRemovalCreate(Body):
    """Why somebody is taken out; they can read it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Moved abroad"}]})

    reason: Title


class CrmManualAttendanceUpdate(Body):
    """How often somebody was there besides what is recorded at events. Null: nothing was counted by hand."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"manual_attendance_count": 3, "attendance_notes": "Joined by phone."}]}
    )

    manual_attendance_count: Count | None
    attendance_notes: Prose | None = None


class CrmParticipantSort(StrEnum):
    """What participants may be sorted by; a minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    STATUS = "status"
    STATUS_DESCENDING = "-status"


class CrmParticipantFilter(PageQuery):
    """Filters of the list of participants."""

    status: Annotated[ParticipationStatus | None, Field(description="Only participations of this status")] = None
    account_id: Annotated[UUID | None, Field(description="Only this person's participations")] = None
    q: Annotated[Title | None, Field(description="Part of the name, whatever its case")] = None
    sort: Annotated[CrmParticipantSort, Field(description="Sorted by; a minus means descending")] = (
        CrmParticipantSort.CREATED_AT
    )


class CrmParticipantExport(Body):
    """Which participants go into the file, and how it is written."""

    format: Annotated[ExportFormat, Field(description="CSV for spreadsheets, JSON Lines for programs")] = "csv"
    status: Annotated[ParticipationStatus | None, Field(description="Only participations of this status")] = None


class CrmOwnParticipationFilter(PageQuery):
    """Filters of one's own participations, the latest first."""

    status: Annotated[ParticipationStatus | None, Field(description="Only participations of this status")] = None
    organization_id: Annotated[UUID | None, Field(description="Only in programs of this organization")] = None
