"""Audit entries as the admins of an organization see them."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.core.http.pages import PageQuery
from app.core.http.schema import Instant, View


class CrmAuditEntry(View):
    """Who did what, and when. `actor_id` is null for what the service did by itself.

    `changes` tells values before and after; of long texts and of notes about people only that they changed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
                    "action": "program_changed",
                    "subject_type": "program",
                    "subject_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c41",
                    "changes": {"max_participants": {"before": 12, "after": 20}},
                    "actor_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11",
                    "created_at": "2027-03-01T09:00:00Z",
                }
            ]
        }
    )

    id: UUID
    action: str
    subject_type: str
    subject_id: UUID
    changes: dict[str, Any]
    actor_id: UUID | None
    created_at: Instant


class CrmAuditSort(StrEnum):
    """What entries may be sorted by; a minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class CrmAuditFilter(PageQuery):
    """Filters of the audit; they narrow together."""

    subject_type: Annotated[
        Literal["program", "participation", "event"] | None, Field(description="Only what happened to these")
    ] = None
    subject_id: Annotated[UUID | None, Field(description="Only what happened to this one")] = None
    actor_id: Annotated[UUID | None, Field(description="Only what this account did")] = None
    action: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")] | None,
        Field(description="Only this action, such as `program_archived`"),
    ] = None
    sort: Annotated[CrmAuditSort, Field(description="Sorted by; a minus means descending")] = (
        CrmAuditSort.CREATED_AT_DESCENDING
    )
