"""How well somebody masters a skill: the ladder that skills, competencies, badges and progress share."""

from enum import StrEnum


class SkillLevel(StrEnum):
    """Aware of it, can apply it, can teach it, known for it; in this order, one at a time (A-SKL-08)."""

    foundational = "foundational"
    practitioner = "practitioner"
    advanced = "advanced"
    expert = "expert"


class ReachedLevel(StrEnum):
    """The level somebody has reached; `none` until something is passed (Z-116)."""

    none = "none"
    foundational = "foundational"
    practitioner = "practitioner"
    advanced = "advanced"
    expert = "expert"
