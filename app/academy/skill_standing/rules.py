"""Which skills to suggest, and in which order (A-SKL-04, Z-119)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.academy.levels.rules import level_at, rank
from app.academy.models import ReachedLevel, SkillLevel

MOST = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active skill whose prerequisites are begun and that published courses teach, as it is for one learner."""

    skill_id: UUID
    level: str
    max_level: str
    current_level: str
    course_count: int
    sort_order: int
    name: str

    @property
    def is_begun(self) -> bool:
        """Failed evidence alone leaves somebody at none, and so at the beginning (Z-116)."""
        return self.current_level != ReachedLevel.none


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A skill with the level that comes next in it."""

    candidate: Candidate
    next_level: SkillLevel


def next_level(candidate: Candidate, highest: str) -> SkillLevel | None:
    """The level after the current one, within the skill's range; None when there is none to suggest.

    In a skill that is not begun, it is the skill's first. That may be one above the highest level that the learner has
    reached in anything: who has reached nothing begins with what is foundational, and nobody jumps to expert.
    """
    wanted = max(rank(candidate.current_level) + 1, rank(candidate.level))
    if not candidate.is_begun and wanted > rank(highest) + 1:
        return None
    return level_at(wanted) if wanted <= rank(candidate.max_level) else None


def suggest(candidates: Iterable[Candidate], highest: str) -> list[Suggestion]:
    """At most five: what is not begun first, of that the lower level first, then what more courses teach."""
    found = [
        Suggestion(candidate, level)
        for candidate in candidates
        if candidate.course_count and (level := next_level(candidate, highest))
    ]
    return sorted(found, key=_place)[:MOST]


def _place(suggestion: Suggestion) -> tuple[bool, int, int, int, str, UUID]:
    of = suggestion.candidate
    lower_first = 0 if of.is_begun else rank(suggestion.next_level)
    return of.is_begun, lower_first, -of.course_count, of.sort_order, of.name, of.skill_id
