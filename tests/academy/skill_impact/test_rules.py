"""What an organization is told: nothing of one to four people."""

import pytest

from app.academy.models import ReachedLevel
from app.academy.skill_impact.rules import Impact, SkillImpact, anonymous
from app.core.ids import new_id
from tests.factories import learning


def impact(levels: tuple[int, ...], with_evidence: int) -> Impact:
    """Learners by level, none first."""
    counts = dict(zip(ReachedLevel, levels, strict=True))
    skill = SkillImpact(learning.skill(), counts, with_evidence, 40)
    return Impact(new_id(), sum(levels) + 1, sum(levels), [skill])


@pytest.mark.req("A-PRV-09", "A-SKL-12")
@pytest.mark.parametrize(
    ("levels", "with_evidence", "tells_levels", "tells_evidence"),
    [
        ((0, 5, 0, 0, 0), 5, True, True),
        ((5, 5, 0, 0, 6), 11, True, True),
        ((0, 4, 0, 0, 0), 4, False, False),  # too few people
        ((0, 0, 0, 0, 0), 0, False, False),
        ((5, 5, 1, 0, 0), 6, False, True),  # one level is one person
        ((4, 0, 0, 5, 0), 5, False, False),  # and the four without evidence follow from the sum
        ((0, 9, 0, 0, 0), 4, True, False),
        ((5, 9, 0, 0, 0), 0, True, True),
    ],
)
def test_counts_of_one_to_four_people_are_left_out_with_what_would_give_them_away(
    levels: tuple[int, ...], with_evidence: int, *, tells_levels: bool, tells_evidence: bool
) -> None:
    told = anonymous(impact(levels, with_evidence))
    [skill] = told.skills
    assert told.is_anonymous
    assert (skill.levels is not None) is tells_levels
    assert (skill.learners_with_evidence is not None) is tells_evidence
    assert (skill.evidence_count is not None) is tells_evidence
