"""Skill profiles as the outside sees them."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.academy.models import CredentialState, ReachedLevel, SkillCategory, SkillLevel
from app.core.http.schema import Instant, View

_SKILL = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e43"
_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
_ITEM: dict[str, Any] = {
    "skill": {
        "id": _SKILL,
        "name": "Prompt Engineering",
        "slug": "prompt-engineering",
        "description": "To ask so that the answer helps.",
        "category": "technical",
        "level": "foundational",
        "max_level": "expert",
        "icon_url": None,
        "is_active": True,
    },
    "progress": {
        "current_level": "practitioner",
        "progress_percent": 50,
        "evidence_count": 3,
        "last_assessed_at": "2027-03-06T09:00:00Z",
        "verified_by_instructor": False,
        "verified_by_id": None,
        "verified_at": None,
        "awaited_level": None,
    },
    "badges": [
        {
            "id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e72",
            "level": "practitioner",
            "title": "Prompt Engineering - practitioner",
            "state": "valid",
            "is_expired": False,
            "earned_at": "2027-03-06T09:00:00Z",
            "expires_at": "2028-03-05T09:00:00Z",
            "public_url": "https://academy.example/badges/0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e72",
        }
    ],
    "competencies": [
        {
            "competency_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e62",
            "name": "Write effective system prompts",
            "level": None,
            "is_active": True,
            "evidence_count": 3,
            "passed_count": 2,
        }
    ],
}


class AcademyProfileSkill(View):
    """The skill, as the catalogue has it."""

    id: UUID
    name: str
    slug: str
    description: str
    category: SkillCategory
    level: SkillLevel = Field(description="Its first level")
    max_level: SkillLevel = Field(description="Its last level")
    icon_url: str | None
    is_active: bool


class AcademyProfileProgress(View):
    """How far the learner is."""

    current_level: ReachedLevel
    progress_percent: int = Field(description="Of the next level's competencies, how many are passed; 100 at the top")
    evidence_count: int
    last_assessed_at: Instant | None
    verified_by_instructor: bool = Field(description="Whether a person signed for the level")
    verified_by_id: UUID | None
    verified_at: Instant | None
    awaited_level: SkillLevel | None = Field(description="The level that waits for an instructor's signature")


class AcademyProfileBadge(View):
    """A badge that was neither revoked nor renewed."""

    id: UUID
    level: SkillLevel
    title: str
    state: CredentialState
    is_expired: bool
    earned_at: Instant
    expires_at: Instant | None
    public_url: str


class AcademyProfileCompetency(View):
    """A competency of the skill, and how often it was shown. What was withdrawn does not count."""

    competency_id: UUID
    name: str
    level: SkillLevel | None = Field(description="The level that asks for it; null: every level")
    is_active: bool
    evidence_count: int
    passed_count: int


class AcademyProfileItem(View):
    """A skill of the profile. To whom a learner shows badges alone, `progress` is null and `competencies` empty."""

    skill: AcademyProfileSkill
    progress: AcademyProfileProgress | None
    badges: list[AcademyProfileBadge]
    competencies: list[AcademyProfileCompetency]


class AcademySkillProfile(View):
    """What somebody has reached, skill by skill, and the same by category."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"account_id": _ACCOUNT, "total": 1, "all_skills": [_ITEM], "by_category": {"technical": [_ITEM]}}
            ]
        }
    )

    account_id: UUID
    total: int
    all_skills: list[AcademyProfileItem]
    by_category: dict[SkillCategory, list[AcademyProfileItem]] = Field(
        description="The same skills by category; a category without any is left out"
    )
