"""How long a badge lasts, and what it attests. The order of levels is in `levels`."""

from datetime import datetime, timedelta

from app.academy.credentials import rules as credentials
from app.academy.credentials.rules import AchievementKind
from app.academy.models import Skill, SkillCategory, SkillLevel
from app.academy.models.open_badges import Achievement
from app.settings import settings

RENEWABLE = timedelta(days=30)
REMINDED_DAYS = (30, 7)


def expires_at(skill: Skill, earned_at: datetime) -> datetime | None:
    """The end of a badge: as the skill says, else as its category does (Z-110). None: it holds for good."""
    told = settings().credentials
    default = told.technical_badge_days if skill.category == SkillCategory.technical else told.other_badge_days
    days = skill.badge_valid_days or default
    return earned_at + timedelta(days=days) if days else None


def title_of(skill: Skill, level: SkillLevel) -> str:
    """`Prompt Engineering - practitioner`."""
    return f"{skill.name} - {level}"


def achievement_of(skill: Skill, level: SkillLevel) -> Achievement:
    """What a badge attests (A-BDG-03)."""
    return credentials.achievement(
        url=credentials.achievement_url(AchievementKind.skills, f"{skill.id}.{level}"),
        kind="Badge",
        name=title_of(skill, level),
        description=f"Demonstrated {level} proficiency in {skill.name}",
        narrative=skill.description,
        image=credentials.image_url(f"skill.{skill.id}.{level}"),
        caption=f"Badge of {skill.name}",
    )
