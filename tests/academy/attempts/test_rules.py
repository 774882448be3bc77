"""Draws and the opening of answers, without a database."""

from random import Random

import pytest

from app.academy.attempts.rules import Candidate, Tries, draw, opens_answers
from app.core.ids import new_id


def seeded() -> Random:
    """The same chances each time."""
    return Random(7)  # noqa: S311  (nothing secret)


POOL = [Candidate(new_id(), 1, ("a", "b", "c", "d")) for _ in range(30)]


@pytest.mark.req("A-ASM-04")
@pytest.mark.parametrize(("count", "drawn"), [(None, 30), (1, 1), (20, 20), (30, 30), (31, 30)])
def test_a_draw_has_so_many_questions_each_once(count: int | None, drawn: int) -> None:
    found = draw(POOL, count, seeded(), shuffle_questions=True, shuffle_answers=True)
    assert len({each.question_id for each in found}) == len(found) == drawn
    assert [each.position for each in found] == list(range(1, drawn + 1))
    assert all(sorted(each.answer_order) == ["a", "b", "c", "d"] for each in found)


@pytest.mark.req("A-ASM-04")
def test_every_question_is_drawn_about_as_often_as_any_other() -> None:
    chance, counts = seeded(), dict.fromkeys((each.question_id for each in POOL), 0)
    for _ in range(600):
        for each in draw(POOL, 10, chance, shuffle_questions=True, shuffle_answers=False):
            counts[each.question_id] += 1
    assert min(counts.values()) > 150
    assert max(counts.values()) < 250


@pytest.mark.req("A-ASM-05")
def test_without_shuffling_a_draw_keeps_the_order_of_the_assessment() -> None:
    found = draw(POOL, 10, seeded(), shuffle_questions=False, shuffle_answers=False)
    order = [each.question_id for each in POOL]
    places = [order.index(each.question_id) for each in found]
    assert places == sorted(places)
    assert {each.answer_order for each in found} == {("a", "b", "c", "d")}


@pytest.mark.req("A-ASM-06")
@pytest.mark.parametrize("rule", ["never", "after_submit", "after_passing", "after_all_attempts"])
def test_nothing_opens_while_an_attempt_runs(rule: str) -> None:
    everything = Tries(used=3, most=3, is_under_way=False, has_passed=True, is_closed=True)
    assert not opens_answers(rule, is_over=False, tries=everything)
    assert opens_answers(rule, is_over=True, tries=everything) is (rule != "never")
