"""The ladder as a rule: what a level takes, and what holds whatever was shown, in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.academy.levels import rules
from app.academy.levels.rules import Asked, Shown, Standing
from app.academy.models import EvidenceType, ReachedLevel, SkillLevel

IDS = [UUID(int=number) for number in range(1, 7)]
LEVELS = [level.value for level in SkillLevel]
QUIZ, PROJECT, SELF = EvidenceType.quiz, EvidenceType.project, EvidenceType.self_assessment


@dataclass(frozen=True)
class Span:
    """From where to where a skill is learned."""

    level: str = "foundational"
    max_level: str = "expert"
    is_active: bool = True


def climb(
    skill: Span, current: str, asked: Sequence[Asked], shown: Sequence[Shown], *, signs: bool = True
) -> list[str]:
    """Every level in turn that is reached from here; `signs`: whoever has to sign does."""
    steps = [current]
    while True:
        found = rules.standing(skill, steps[-1], asked, shown)
        if found.next is None or not found.is_met or (rules.needs_person(found.next) and not signs):
            return steps
        steps.append(found.next)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(st.integers(0, 3))
    return Span(LEVELS[first], LEVELS[draw(st.integers(first, 3))])


ASKED = st.lists(
    st.builds(Asked, st.sampled_from(IDS), st.sampled_from([None, *LEVELS])),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each.competency_id,
)
SHOWN = st.lists(st.builds(Shown, st.sampled_from(IDS), st.sampled_from([*EvidenceType])), max_size=14)


# What holds for all


@pytest.mark.req("A-SKL-08", "Z-115")
@given(spans(), ASKED, SHOWN)
def test_levels_come_one_at_a_time_within_the_range_of_the_skill(
    skill: Span, asked: list[Asked], shown: list[Shown]
) -> None:
    steps = climb(skill, ReachedLevel.none, asked, shown)
    assert steps[:2] in ([ReachedLevel.none], [ReachedLevel.none, skill.level])
    assert all(rules.rank(after) == rules.rank(before) + 1 for before, after in pairwise(steps[1:]))
    assert rules.rank(steps[-1]) <= rules.rank(skill.max_level)


@pytest.mark.req("A-SKL-08")
@given(spans(), ASKED, SHOWN, SHOWN)
def test_more_evidence_never_makes_less_of_a_level(
    skill: Span, asked: list[Asked], shown: list[Shown], more: list[Shown]
) -> None:
    before, after = (climb(skill, ReachedLevel.none, asked, known) for known in (shown, shown + more))
    assert after[: len(before)] == before
    one, other = (rules.standing(skill, before[-1], asked, known) for known in (shown, shown + more))
    assert one.percent <= other.percent


@pytest.mark.req("A-SKL-08")
@given(spans(), ASKED, SHOWN, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    skill: Span, asked: list[Asked], shown: list[Shown], order: object
) -> None:
    mixed = list(shown)
    order.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    reached: str = ReachedLevel.none
    for count in range(1, len(mixed) + 1):  # one piece after the other, as it comes in
        reached = climb(skill, reached, asked, mixed[:count])[-1]
    assert reached == climb(skill, ReachedLevel.none, asked, shown)[-1]


@pytest.mark.req("A-SKL-08")
@given(spans(), ASKED, SHOWN)
def test_from_practitioner_on_two_types_are_needed_and_all_competencies(
    skill: Span, asked: list[Asked], shown: list[Shown]
) -> None:
    for level in climb(skill, ReachedLevel.none, asked, shown)[1:]:
        needed = {each.competency_id for each in asked if each.level in {None, level}}
        types = {each.evidence_type for each in shown if each.competency_id in needed}
        assert needed
        assert needed <= {each.competency_id for each in shown}
        assert len(types) >= (1 if level == "foundational" else 2)


@pytest.mark.req("A-SKL-08", "Z-117")
@given(spans(), ASKED, st.lists(st.builds(Shown, st.sampled_from(IDS), st.just(SELF)), max_size=8))
def test_what_people_say_of_themselves_alone_never_leads_above_foundational(
    skill: Span, asked: list[Asked], shown: list[Shown]
) -> None:
    assert climb(skill, ReachedLevel.none, asked, shown)[-1] in {"none", "foundational"}


@pytest.mark.req("A-SKL-09", "Z-111")
@given(spans(), ASKED, SHOWN)
def test_nobody_becomes_advanced_or_expert_without_a_person(
    skill: Span, asked: list[Asked], shown: list[Shown]
) -> None:
    assert climb(skill, ReachedLevel.none, asked, shown, signs=False)[-1] in {"none", "foundational", "practitioner"}


@pytest.mark.req("A-SKL-08")
@given(spans(), ASKED, SHOWN, st.sampled_from([*ReachedLevel]))
def test_a_percent_lies_between_nothing_and_all_and_what_is_met_is_all(
    skill: Span, asked: list[Asked], shown: list[Shown], current: str
) -> None:
    found = rules.standing(skill, current, asked, shown)
    assert 0 <= found.percent <= 100
    assert not found.is_met or found.percent == 100


# Examples

A, B, C = IDS[:3]


def test_the_next_level_lies_in_the_range_of_the_skill() -> None:
    cases = {
        (Span(), "none"): "foundational",
        (Span(), "foundational"): "practitioner",
        (Span(), "advanced"): "expert",
        (Span(), "expert"): None,
        (Span("practitioner", "advanced"), "none"): "practitioner",
        (Span("practitioner", "advanced"), "advanced"): None,
        # Its range was moved while somebody was below it, or above.
        (Span("advanced", "expert"), "foundational"): "advanced",
        (Span("foundational", "practitioner"), "advanced"): None,
    }
    assert {case: rules.next_level(*case) for case in cases} == cases


@pytest.mark.req("A-SKL-08", "Z-115")
@pytest.mark.parametrize(
    ("current", "asked", "shown", "expected"),
    [
        pytest.param("none", [Asked(A), Asked(B)], [], Standing(SkillLevel.foundational, 0, False), id="nothing"),
        pytest.param(
            "none", [Asked(A), Asked(B), Asked(C)], [Shown(A, QUIZ), Shown(B, SELF)],
            Standing(SkillLevel.foundational, 66, False), id="rounded down",
        ),
        pytest.param("none", [Asked(A)], [Shown(A, SELF)], Standing(SkillLevel.foundational, 100, True), id="oneself"),
        pytest.param(
            "foundational", [Asked(A)], [Shown(A, QUIZ)], Standing(SkillLevel.practitioner, 100, False), id="one type"
        ),
        pytest.param(
            "foundational", [Asked(A), Asked(B)], [Shown(A, QUIZ), Shown(B, PROJECT)],
            Standing(SkillLevel.practitioner, 100, True), id="two types",
        ),
        pytest.param(
            "foundational", [Asked(A)], [Shown(A, QUIZ), Shown(A, SELF)],
            Standing(SkillLevel.practitioner, 100, True), id="oneself beside another",
        ),
        pytest.param(
            "foundational", [Asked(A), Asked(B)], [Shown(A, QUIZ), Shown(B, SELF)],
            Standing(SkillLevel.practitioner, 50, False), id="a competency by oneself alone",
        ),
        pytest.param(
            "none", [Asked(A, "foundational"), Asked(B, "practitioner")], [Shown(A, QUIZ)],
            Standing(SkillLevel.foundational, 100, True), id="each level asks for its own",
        ),
        pytest.param(
            "foundational", [Asked(A, "foundational"), Asked(B, "practitioner")], [Shown(A, QUIZ), Shown(B, PROJECT)],
            Standing(SkillLevel.practitioner, 100, False), id="types of other levels do not count",
        ),
        pytest.param(
            "practitioner", [Asked(A, "foundational")], [Shown(A, QUIZ)],
            Standing(SkillLevel.advanced, 0, False), id="a level that asks for nothing",
        ),
        pytest.param("expert", [Asked(A)], [], Standing(None, 100, False), id="at the top"),
    ],
)  # fmt: skip
def test_where_somebody_stands(current: str, asked: list[Asked], shown: list[Shown], expected: Standing) -> None:
    assert rules.standing(Span(), current, asked, shown) == expected


@pytest.mark.req("A-SKL-09")
def test_which_levels_need_a_person() -> None:
    assert [level for level in SkillLevel if rules.needs_person(level)] == ["advanced", "expert"]
