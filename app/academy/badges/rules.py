"""Levels, and how long a badge lasts."""

from datetime import datetime, timedelta

from app.academy.credentials import rules as credentials
from app.academy.credentials.rules import AchievementKind
from app.academy.models import ReachedLevel, Skill, SkillCategory, SkillLevel
from app.academy.models.open_badges import Achievement
from app.settings import settings

RENEWABLE = timedelta(days=30)
REMINDED_DAYS = (30, 7)

_LADDER = [level.value for level in SkillLevel]
_BY_PERSONS = {SkillLevel.advanced, SkillLevel.expert}


def rank(level: str) -> int:
    """From 0, which is no level at all, to 4."""
    return 0 if level == ReachedLevel.none else _LADDER.index(level) + 1


def higher(one: str, other: str) -> str:
    """The higher of two levels (Z-113)."""
    return max(one, other, key=rank)


def is_offered(skill: Skill, level: SkillLevel) -> bool:
    """Whether a skill has badges of this level (Z-118)."""
    return skill.is_active and rank(skill.level) <= rank(level) <= rank(skill.max_level)


def needs_person(level: SkillLevel) -> bool:
    """Whether somebody has to sign (Z-111)."""
    return level in _BY_PERSONS


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
