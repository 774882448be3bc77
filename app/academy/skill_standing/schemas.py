"""Leaderboards and suggestions as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.academy.models import CourseSkillLevel, ReachedLevel, SkillLevel
from app.academy.skills.schemas import REFERENCE, AcademySkillReference
from app.core.http.schema import Instant, View


class AcademyLeaderboardFilter(BaseModel):
    """How much of a leaderboard to show."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100, description="Most learners to show")] = 10


class AcademyLeaderboardEntry(View):
    """A learner who lets leaderboards name them. Equal standing is an equal rank."""

    rank: int
    account_id: UUID
    name: str
    company: str | None
    current_level: ReachedLevel
    progress_percent: int = Field(description="The way to the next level")
    evidence_count: int
    badges: list[SkillLevel] = Field(description="The levels of their badges in this skill that hold, lowest first")
    last_assessed_at: Instant | None
    verified_by_instructor: bool


class AcademyLeaderboard(View):
    """Who is furthest in a skill, of those who let it name them. `total_learners` are all who have begun it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "skill": REFERENCE,
                    "total_learners": 34,
                    "entries": [
                        {
                            "rank": 1,
                            "account_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11",
                            "name": "Lea Learner",
                            "company": "Acme",
                            "current_level": "practitioner",
                            "progress_percent": 40,
                            "evidence_count": 7,
                            "badges": ["foundational", "practitioner"],
                            "last_assessed_at": "2027-03-01T09:00:00Z",
                            "verified_by_instructor": False,
                        }
                    ],
                }
            ]
        }
    )

    skill: AcademySkillReference
    total_learners: int
    entries: list[AcademyLeaderboardEntry]


class AcademySuggestedCourse(View):
    """A published course that teaches a skill."""

    id: UUID
    title: str
    slug: str
    skill_level: CourseSkillLevel


class AcademySkillSuggestion(View):
    """A skill to begin, or to take one level further. Of its courses, ten."""

    skill: AcademySkillReference
    current_level: ReachedLevel
    next_level: SkillLevel
    course_count: int
    courses: list[AcademySuggestedCourse]


class AcademySkillSuggestions(View):
    """What somebody could begin next. `user_skill_count`: in how many skills they have shown anything."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_skill_count": 2,
                    "suggestions": [
                        {
                            "skill": REFERENCE,
                            "current_level": "none",
                            "next_level": "foundational",
                            "course_count": 1,
                            "courses": [
                                {
                                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
                                    "title": "AI Fundamentals",
                                    "slug": "ai-fundamentals",
                                    "skill_level": "introduces",
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    user_skill_count: int
    suggestions: list[AcademySkillSuggestion]
