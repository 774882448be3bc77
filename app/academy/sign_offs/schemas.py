"""Sign-offs as the outside sees them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.academy.models import ReachedLevel, SignOffDecision, SkillLevel
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Instant, Text, View

Note = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]

_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
_SKILL = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e43"
_DECISION: dict[str, Any] = {
    "account_id": _ACCOUNT,
    "skill_id": _SKILL,
    "level": "advanced",
    "decision": "approved",
    "note": "Taught the second group on her own.",
}


class AcademySignOffCreate(Body):
    """What one says of a level that a learner has shown. A note is needed to decline."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DECISION]})

    account_id: Annotated[UUID, Field(description="Whose level it is; never oneself")]
    skill_id: UUID
    level: SkillLevel
    decision: SignOffDecision
    note: Note | None = None


class AcademySignOff(View):
    """What a person said of somebody's level."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _DECISION
                | {
                    "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e71",
                    "created_at": "2027-03-06T09:00:00Z",
                    "decided_by_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e16",
                    "badge_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e72",
                }
            ]
        }
    )

    id: UUID
    created_at: Instant
    account_id: UUID
    skill_id: UUID
    level: SkillLevel
    decision: SignOffDecision
    note: str | None
    decided_by_id: UUID
    badge_id: UUID | None = Field(description="The badge of the level; null where it was declined")


class AcademySignOffRequest(View):
    """Somebody who has shown all that a level takes, and waits for a person to sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e73",
                    "account_id": _ACCOUNT,
                    "name": "Ada Lovelace",
                    "skill_id": _SKILL,
                    "skill_name": "Prompt Engineering",
                    "current_level": "practitioner",
                    "level": "advanced",
                    "evidence_count": 9,
                    "awaited_since": "2027-03-05T16:30:00Z",
                }
            ]
        }
    )

    id: UUID
    account_id: UUID
    name: str
    skill_id: UUID
    skill_name: str
    current_level: ReachedLevel
    level: SkillLevel = Field(description="The one that waits for a signature")
    evidence_count: int
    awaited_since: Instant


class AcademySignOffRequestFilter(PageQuery):
    """Whom of those who wait."""

    account_id: Annotated[UUID | None, Field(description="Only this person")] = None
    skill_id: Annotated[UUID | None, Field(description="Only for this skill")] = None
    level: Annotated[SkillLevel | None, Field(description="Only for this level")] = None


class AcademySignOffFilter(AcademySignOffRequestFilter):
    """Which of what was decided."""

    decision: Annotated[SignOffDecision | None, Field(description="Only what was decided so")] = None
