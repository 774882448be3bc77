"""Which level follows which, and what it takes (A-SKL-08, A-SKL-09). Docs: `docs/decisions/0021-levels.md`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.academy.models import EvidenceType, ReachedLevel, SkillLevel

# A level at practitioner or above takes passed evidence of so many different types.
TYPES_NEEDED = 2

_LADDER = [level.value for level in SkillLevel]
_BY_PERSONS = {SkillLevel.advanced, SkillLevel.expert}


class Span(Protocol):
    """From where to where a skill is learned here, and whether it is at all (Z-118)."""

    @property
    def level(self) -> str: ...
    @property
    def max_level(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A competency of a skill. `level` null: it counts at every level."""

    competency_id: UUID
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """That a competency was passed, and by what kind of evidence."""

    competency_id: UUID
    evidence_type: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands before the next level. `next` null: there is none above.

    `percent`: of its competencies, how many are passed, rounded down. `is_met`: all that its rule asks for is there.
    """

    next: SkillLevel | None
    percent: int
    is_met: bool


def rank(level: str) -> int:
    """From 0, which is no level at all, to 4."""
    return 0 if level == ReachedLevel.none else _LADDER.index(level) + 1


def level_at(rank_: int) -> SkillLevel:
    """The level with this rank, from 1 to 4."""
    return SkillLevel(_LADDER[rank_ - 1])


def is_in_range(level: str, lowest: str, highest: str) -> bool:
    """Whether a level is one of those between two others, or one of the two."""
    return rank(lowest) <= rank(level) <= rank(highest)


def is_offered(skill: Span, level: str) -> bool:
    """Whether a skill is learned up to this level, and from it or below (Z-118)."""
    return skill.is_active and is_in_range(level, skill.level, skill.max_level)


def needs_person(level: str) -> bool:
    """Whether somebody has to sign (Z-111)."""
    return level in _BY_PERSONS


def next_level(skill: Span, current: str) -> SkillLevel | None:
    """The level after this one within the skill's range: its first, or one more (Z-119)."""
    above = (each for each in SkillLevel if rank(each) > rank(current))
    return next((each for each in above if is_in_range(each, skill.level, skill.max_level)), None)


def competencies_of(level: str, asked: Iterable[Asked]) -> set[UUID]:
    """What a level asks for: its own competencies, and those of every level."""
    return {each.competency_id for each in asked if each.level is None or each.level == level}


def counting(level: str, wanted: Collection[UUID], shown: Iterable[Shown]) -> list[Shown]:
    """What counts for a level. Above foundational nothing counts that only its learner says of themselves (Z-117)."""
    found = [each for each in shown if each.competency_id in wanted]
    if rank(level) <= rank(SkillLevel.foundational):
        return found
    by_others = {each.competency_id for each in found if each.evidence_type != EvidenceType.self_assessment}
    return [each for each in found if each.competency_id in by_others]


def standing(skill: Span, current: str, asked: Collection[Asked], shown: Collection[Shown]) -> Standing:
    """Where somebody who has reached `current` stands. Depends on what was shown, not on when."""
    wanted = next_level(skill, current)
    if wanted is None:
        return Standing(None, 100, is_met=False)
    needed = competencies_of(wanted, asked)
    counted = counting(wanted, needed, shown)
    passed = {each.competency_id for each in counted}
    percent = 100 * len(passed) // len(needed) if needed else 0
    return Standing(wanted, percent, is_met=is_supported(wanted, asked, shown))


def is_supported(level: str, asked: Collection[Asked], shown: Collection[Shown]) -> bool:
    """Whether what was shown meets the rule of a level. One that asks for nothing is met by nothing."""
    needed = competencies_of(level, asked)
    counted = counting(level, needed, shown)
    types = {each.evidence_type for each in counted}
    enough = len(types) >= TYPES_NEEDED or rank(level) <= rank(SkillLevel.foundational)
    return bool(needed) and enough and {each.competency_id for each in counted} == needed
