"""Evidence as the outside sees it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.academy.models import EvidenceChangeKind, EvidenceType
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant, Text, View, WebUrl

Score = Annotated[float, Field(strict=True, ge=0, le=100, description="Out of 100")]
Notes = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=5_000)]
Reason = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]

_EVIDENCE = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e61"
_COMPETENCY = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e62"
_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
_INSTRUCTOR = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e16"
_EXAMPLE: dict[str, Any] = {
    "id": _EVIDENCE,
    "created_at": "2027-03-06T09:00:00Z",
    "updated_at": "2027-03-06T09:00:00Z",
    "account_id": _ACCOUNT,
    "competency_id": _COMPETENCY,
    "skill_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e43",
    "enrollment_id": None,
    "attempt_id": None,
    "evidence_type": "project",
    "score": 82.5,
    "passed": True,
    "evidence_url": "https://files.example/assistant.pdf",
    "notes": "The assistant keeps to its role.",
    "assessed_by_id": _INSTRUCTOR,
    "withdrawn_at": None,
}
_CHANGE: dict[str, Any] = {
    "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e63",
    "created_at": "2027-03-07T09:00:00Z",
    "kind": "corrected",
    "score_before": 28.5,
    "score_after": 82.5,
    "passed_before": False,
    "passed_after": True,
    "reason": "Two digits were swapped",
    "changed_by_id": _INSTRUCTOR,
}


class AcademyEvidenceCreate(Body):
    """That somebody showed a competency. Whoever sends it is the assessor."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": _ACCOUNT,
                    "competency_id": _COMPETENCY,
                    "evidence_type": "project",
                    "score": 82.5,
                    "evidence_url": "https://files.example/assistant.pdf",
                    "notes": "The assistant keeps to its role.",
                }
            ]
        }
    )

    account_id: Annotated[UUID | None, Field(description="Who showed it; left out or null: oneself")] = None
    competency_id: UUID
    evidence_type: EvidenceType
    score: Score
    enrollment_id: Annotated[UUID | None, Field(description="An enrollment of theirs that it belongs to")] = None
    evidence_url: Annotated[WebUrl | None, Field(description="What was assessed")] = None
    notes: Notes | None = None


class AcademyEvidenceCorrectionCreate(Body):
    """The score that should have been recorded, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 82.5, "reason": "Two digits were swapped"}]})

    score: Score
    reason: Reason


class AcademyEvidenceWithdrawalCreate(Body):
    """Why evidence is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Recorded for somebody else"}]})

    reason: Reason


class AcademyEvidence(Identified):
    """One demonstration of a competency."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    account_id: UUID
    competency_id: UUID
    skill_id: UUID
    enrollment_id: UUID | None
    attempt_id: UUID | None = Field(description="The graded attempt that showed it; quiz evidence only")
    evidence_type: EvidenceType
    score: float
    passed: bool = Field(description="By the competency's threshold, as it was then; an equal score passes")
    evidence_url: str | None
    notes: str | None
    assessed_by_id: UUID | None = Field(description="Null for what graded attempts showed")
    withdrawn_at: Instant | None = Field(description="When it was taken back: it counts for nothing since")


class AcademyEvidenceChange(View):
    """What became of evidence: its score and whether it passed, before and after."""

    id: UUID
    created_at: Instant
    kind: EvidenceChangeKind
    score_before: float
    score_after: float
    passed_before: bool
    passed_after: bool
    reason: str | None
    changed_by_id: UUID | None = Field(description="Null for the house: the attempt was graded anew")


class AcademyEvidenceHistory(AcademyEvidence):
    """Evidence with what became of it, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"changes": [_CHANGE]}]})

    changes: list[AcademyEvidenceChange]


class AcademyEvidenceSort(StrEnum):
    """What evidence can be sorted by."""

    newest = "-created_at"
    oldest = "created_at"


class AcademyEvidenceFilter(PageQuery):
    """Which of what one may see."""

    account_id: Annotated[UUID | None, Field(description="Only this person's")] = None
    skill_id: Annotated[UUID | None, Field(description="Only of this skill")] = None
    competency_id: Annotated[UUID | None, Field(description="Only of this competency")] = None
    enrollment_id: Annotated[UUID | None, Field(description="Only of this enrollment")] = None
    evidence_type: Annotated[EvidenceType | None, Field(description="Only of this type")] = None
    passed: Annotated[bool | None, Field(description="Only what passed, or only what did not")] = None
    withdrawn: Annotated[bool | None, Field(description="Only what was taken back, or only what counts")] = None
    sort: AcademyEvidenceSort = AcademyEvidenceSort.newest
