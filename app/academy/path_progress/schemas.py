"""What goes in and out of progress in paths."""

from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from app.academy.models import PathEnrollmentStatus, PathPaymentType
from app.core.http.schema import Body, Identified, Instant

EXAMPLE_COURSE = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e52"
EXAMPLE_PATH = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e50"
EXAMPLE_STEP = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e53"
EXAMPLE_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
EXAMPLE_PATH_ENROLLMENT: dict[str, JsonValue] = {
    "id": EXAMPLE_COURSE,
    "account_id": EXAMPLE_ACCOUNT,
    "path_id": EXAMPLE_PATH,
    "organization_id": None,
    "status": "active",
    "payment_type": "bundle",
    "progress_percent": 33,
    "current_step_id": EXAMPLE_STEP,
    "completed_step_ids": ["0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e54"],
    "enrolled_at": "2027-01-15T10:02:00Z",
    "started_at": "2027-02-20T16:00:00Z",
    "completed_at": None,
    "expires_at": "2028-01-15T10:02:00Z",
    "created_at": "2027-01-15T10:02:00Z",
    "updated_at": "2027-02-20T16:00:00Z",
}


class AcademyPathEnrollment(Identified):
    """A person in a learning path."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PATH_ENROLLMENT]})

    account_id: UUID
    path_id: UUID
    organization_id: UUID | None
    status: PathEnrollmentStatus
    payment_type: PathPaymentType
    progress_percent: int = Field(description="Required steps done of all required steps; 100 only when all are")
    current_step_id: UUID | None = Field(description="The first step that is open and not done")
    completed_step_ids: list[UUID] = Field(description="In the order in which they were done")
    enrolled_at: Instant
    started_at: Instant | None = Field(description="When the first step was done")
    completed_at: Instant | None
    expires_at: Instant | None


class AcademyPathStepEnrollmentCreate(Body):
    """An open cohort of the step's course."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cohort_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13"}]})

    cohort_id: UUID
