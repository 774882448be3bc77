"""Badges and portfolios as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.credentials.schemas import EXAMPLE_ID, EXAMPLE_LINKS, Linked
from app.academy.models import CredentialState, SkillCategory, SkillLevel
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Instant, View

_ACCOUNT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15"
_SKILL = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e43"
_BADGE: JsonDict = {
    "id": EXAMPLE_ID,
    "created_at": "2027-03-06T09:00:00Z",
    "updated_at": "2027-03-06T09:00:00Z",
    "account_id": _ACCOUNT,
    "skill_id": _SKILL,
    "level": "practitioner",
    "title": "Prompt Engineering - practitioner",
    "state": "valid",
    "earned_at": "2027-03-06T09:00:00Z",
    "expires_at": "2028-03-05T09:00:00Z",
    "public_url": f"https://academy.example/badges/{EXAMPLE_ID}",
    "issued_by_id": None,
    "renews_id": None,
    "superseded_at": None,
    "holder_name": None,
    "revoked_at": None,
    "revocation_reason": None,
    "links": {**EXAMPLE_LINKS, "page_url": f"https://academy.example/badges/{EXAMPLE_ID}"},
}


class AcademyBadgeCreate(Body):
    """A badge for somebody's level of a skill."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account_id": _ACCOUNT, "skill_id": _SKILL, "level": "practitioner"}]}
    )

    account_id: Annotated[UUID, Field(description="Who has earned it; never oneself")]
    skill_id: UUID
    level: SkillLevel


class AcademyBadge(Identified, Linked):
    """A badge for a level of a skill."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BADGE]})

    account_id: UUID
    skill_id: UUID
    level: SkillLevel
    title: str = Field(description="The skill, as it was called then, and the level")
    state: CredentialState
    earned_at: Instant
    expires_at: Instant | None = Field(description="Null: it holds for good")
    public_url: str
    issued_by_id: UUID | None = Field(description="Who signed for it; null where the rules issued it")
    renews_id: UUID | None = Field(description="The badge that this one took the place of")
    superseded_at: Instant | None = Field(description="When a renewal took its place")
    holder_name: str | None = Field(description="What everybody is shown; null unless the holder agreed")
    revoked_at: Instant | None
    revocation_reason: str | None

    def _page(self) -> str:
        return self.public_url


class AcademyPortfolioCategory(View):
    """The badges of one category of skills, highest level first."""

    category: SkillCategory
    badges: list[AcademyBadge]


class AcademyPortfolio(View):
    """A learner's live badges by category. What has expired is shown, and says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": _ACCOUNT,
                    "name": "Ada Lovelace",
                    "is_public": True,
                    "categories": [{"category": "technical", "badges": [_BADGE]}],
                }
            ]
        }
    )

    account_id: UUID
    name: str
    is_public: bool = Field(description="Whether everybody may see it")
    categories: list[AcademyPortfolioCategory]


class AcademyBadgeSort(StrEnum):
    """What badges can be sorted by."""

    newest = "-earned_at"
    oldest = "earned_at"


class AcademyMyBadgeFilter(PageQuery):
    """Which of one's own."""

    state: Annotated[CredentialState | None, Field(description="Only those in this state")] = None
    skill_id: Annotated[UUID | None, Field(description="Only of this skill")] = None
    level: Annotated[SkillLevel | None, Field(description="Only of this level")] = None
    sort: AcademyBadgeSort = AcademyBadgeSort.newest


class AcademyBadgeFilter(AcademyMyBadgeFilter):
    """Which of all."""

    account_id: Annotated[UUID | None, Field(description="Only this person's")] = None
