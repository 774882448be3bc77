"""What of a course's impact may be told to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.academy.gain_reports.rules import K, are_tellable
from app.academy.models import ReachedLevel, Skill


@dataclass(frozen=True, slots=True)
class SkillImpact:
    """How far the learners of a course are in one of its skills. `levels` is None where it would tell of too few."""

    skill: Skill
    levels: Mapping[ReachedLevel, int] | None
    learners_with_evidence: int | None
    evidence_count: int | None


@dataclass(frozen=True, slots=True)
class Impact:
    """How far the learners of a course are. `is_anonymous`: nothing in it is about fewer than five people."""

    course_id: UUID
    total_enrollments: int
    total_learners: int
    skills: Sequence[SkillImpact]
    is_anonymous: bool = False

    @property
    def skills_targeted(self) -> int:
        """How many active skills the course names."""
        return len(self.skills)


def anonymous(found: Impact) -> Impact:
    """The same without anything about one to four people: a count of so few gives all away with their sum."""
    tells = found.total_learners >= K
    return replace(found, skills=[_anonymous_skill(each, tells=tells) for each in found.skills], is_anonymous=True)


def _anonymous_skill(found: SkillImpact, *, tells: bool) -> SkillImpact:
    levels = found.levels if tells and are_tellable(list((found.levels or {}).values())) else None
    if tells and are_tellable([found.learners_with_evidence or 0, _without_evidence(found)]):
        return replace(found, levels=levels)
    return replace(found, levels=levels, learners_with_evidence=None, evidence_count=None)


def _without_evidence(found: SkillImpact) -> int:
    return sum((found.levels or {}).values()) - (found.learners_with_evidence or 0)
