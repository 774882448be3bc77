"""Programs as the outside sees them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.core.http.exports import ExportFormat
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant, Prose, Title, View, absent
from app.crm.models import CompletionCriteriaType, EnrollmentMethod, ProgramStatus, ProgramType

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c41"
_ORGANIZATION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21"
_ACCOUNT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"
_EVENT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c61"
_FIELDS: JsonDict = {
    "name": "Spring Reading Group",
    "description": "One book in four evenings.",
    "type": "reading_group",
    "start_date": "2027-03-01T18:00:00Z",
    "end_date": "2027-04-30T20:00:00Z",
    "enrollment_method": "self_enroll",
    "max_participants": 12,
}
_WHOLE: JsonDict = {
    "id": _ID,
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
    "organization_id": _ORGANIZATION,
    "slug": "spring-reading-group",
    "status": "active",
    **_FIELDS,
    "completion_criteria": {"type": "attendance_count", "required_count": 3, "required_percentage": None},
    "linked_event_ids": [_EVENT],
    "participant_count": 8,
    "enrolled_count": 7,
    "pending_count": 1,
    "places_available": 5,
    "created_by": _ACCOUNT,
}

Places = Annotated[int, Field(strict=True, ge=0, le=100_000, description="No limit without it; 0 takes nobody")]
RequiredCount = Annotated[int, Field(strict=True, ge=1, le=10_000)]
RequiredPercentage = Annotated[
    float, Field(strict=True, ge=1, le=100, description="With one decimal place at most, such as 66.6")
]


class CrmCompletionCriteria(View):
    """What completes a participation."""

    type: CompletionCriteriaType
    required_count: int | None
    required_percentage: float | None


class CrmCompletionCriteriaCreate(Body):
    """What completes a participation: so many events attended, so many percent of those held, or an admin's word.

    `attendance_count` needs `required_count`, `attendance_percentage` needs `required_percentage`, `manual` neither.
    """

    type: CompletionCriteriaType
    required_count: RequiredCount | None = Field(default=None, validate_default=True)
    required_percentage: RequiredPercentage | None = Field(default=None, validate_default=True)

    @field_validator("required_count")
    @classmethod
    def _count_fits(cls, value: int | None, info: ValidationInfo) -> int | None:
        _require_number(value, info, CompletionCriteriaType.attendance_count)
        return value

    @field_validator("required_percentage")
    @classmethod
    def _percentage_fits(cls, value: float | None, info: ValidationInfo) -> float | None:
        _require_number(value, info, CompletionCriteriaType.attendance_percentage)
        if value is not None and round(value, 1) != value:
            raise PydanticCustomError("too_precise", "One decimal place at most")
        return value

    @property
    def columns(self) -> dict[str, Any]:
        """As the table keeps them."""
        return {
            "completion_criteria_type": self.type,
            "completion_required_count": self.required_count,
            "completion_required_percentage": self.required_percentage,
        }


NO_CRITERIA: dict[str, Any] = dict.fromkeys(
    ("completion_criteria_type", "completion_required_count", "completion_required_percentage")
)


def _require_number(value: float | None, info: ValidationInfo, kind: CompletionCriteriaType) -> None:
    wanted = info.data.get("type")
    if wanted is kind and value is None:
        raise PydanticCustomError("missing", "These criteria need this number")
    if wanted is not None and wanted is not kind and value is not None:
        raise PydanticCustomError("not_of_this_type", "These criteria do not have this number")


class CrmProgram(Identified):
    """A program of an organization. `participant_count` is who is enrolled and who is pending.

    Only who is enrolled has a place: `places_available` is null without a limit.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})

    organization_id: UUID
    name: str
    slug: str
    description: str | None
    type: ProgramType
    start_date: Instant | None
    end_date: Instant | None
    status: ProgramStatus
    enrollment_method: EnrollmentMethod
    max_participants: int | None
    completion_criteria: CrmCompletionCriteria | None
    linked_event_ids: list[UUID]
    participant_count: int
    enrolled_count: int
    pending_count: int
    places_available: int | None
    created_by: UUID | None


class CrmProgramCreate(Body):
    """A new program. It begins in planning, without events; its slug is made from its name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_FIELDS, "completion_criteria": {"type": "attendance_count", "required_count": 3}}]
        }
    )

    name: Title
    description: Prose | None = None
    type: ProgramType
    start_date: Instant | None = None
    end_date: Instant | None = None
    enrollment_method: EnrollmentMethod
    max_participants: Places | None = None
    completion_criteria: CrmCompletionCriteriaCreate | None = None

    @field_validator("end_date")
    @classmethod
    def _in_order(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("start_date")
        if start and value and value < start:
            raise PydanticCustomError("dates_reversed", "The end must not come before the start")
        return value


class CrmProgramUpdate(Body):
    """What may change. The slug stays what it was, so that links keep working; criteria that are null are manual."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_participants": 20}]})

    name: Title = absent()
    description: Prose | None = None
    type: ProgramType = absent()
    start_date: Instant | None = None
    end_date: Instant | None = None
    enrollment_method: EnrollmentMethod = absent()
    max_participants: Places | None = None
    completion_criteria: CrmCompletionCriteriaCreate | None = None


class CrmProgramStatusUpdate(Body):
    """Where a program goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "active"}]})

    status: ProgramStatus


class CrmProgramSort(StrEnum):
    """What programs may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    NAME = "name"
    NAME_DESCENDING = "-name"


class CrmProgramFilter(PageQuery):
    """Filters of the list of programs; they narrow together."""

    status: Annotated[
        ProgramStatus | None, Field(description="Only programs of this status; without it, all but archived ones")
    ] = None
    type: Annotated[ProgramType | None, Field(description="Only programs of this type")] = None
    q: Annotated[Title | None, Field(description="Part of the name, whatever its case")] = None
    sort: Annotated[CrmProgramSort, Field(description="Sorted by; a minus means descending")] = (
        CrmProgramSort.CREATED_AT_DESCENDING
    )


class CrmProgramExport(Body):
    """Which programs go into the file, and how it is written."""

    format: Annotated[ExportFormat, Field(description="CSV for spreadsheets, JSON Lines for programs")] = "csv"
    status: Annotated[
        ProgramStatus | None, Field(description="Only programs of this status; without it, all but archived ones")
    ] = None


class CrmProgramImportCreate(Body):
    """Many programs at once, all of them or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programs": [
                        {"name": "Mentoring", "type": "mentorship", "enrollment_method": "approval_required"},
                    ]
                }
            ]
        }
    )

    programs: Annotated[list[CrmProgramCreate], Field(min_length=1, max_length=200)]


class CrmImportedProgram(View):
    """A program that was imported, with the slug that it has until the worker gives it that of its name."""

    id: UUID
    name: str
    slug: str


class CrmProgramImport(View):
    """What was imported, in the order in which it was sent."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"programs": [{"id": _ID, "name": "Mentoring", "slug": f"import-{_ID}"}]}]}
    )

    programs: list[CrmImportedProgram]


class CrmSlugRenewal(View):
    """How many programs will get a new slug: those whose name says something else by now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requested_count": 3}]})

    requested_count: int
