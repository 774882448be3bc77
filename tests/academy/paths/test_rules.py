"""What counts, what is open and what comes next in a path: tables of every rule, and what holds for any path."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.academy.models import UnlockRule
from app.academy.paths import rules
from app.academy.paths.rules import GroupRule, StepCourse, StepRule
from app.core.ids import new_id

ENROLLED = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEARS_LATER = ENROLLED + timedelta(days=4000)
IMMEDIATE, SEQUENTIAL = UnlockRule.immediate, UnlockRule.sequential


def step(number: int, rule: UnlockRule = SEQUENTIAL, *, optional: bool = False, group: UUID | None = None) -> StepRule:
    """A step by its place; its id is its number too, so that tables can name it."""
    return StepRule(UUID(int=number), number, not optional, group, rule, None, None)


def after_days(number: int, days: int) -> StepRule:
    return StepRule(UUID(int=number), number, True, None, UnlockRule.after_days, None, days)


def after(number: int, other: int, *, optional: bool = False, group: UUID | None = None) -> StepRule:
    return StepRule(UUID(int=number), number, not optional, group, UnlockRule.after_completion, UUID(int=other), None)


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


CHOICE = UUID(int=1001)
ONE_OF_IT, TWO_OF_IT = [GroupRule(CHOICE, 1)], [GroupRule(CHOICE, 2)]
# The Domain Expert Track: foundations, then one of four.
SPECIALIZATIONS = [step(1, IMMEDIATE), *(after(number, 1, group=CHOICE) for number in (2, 3, 4, 5))]
IN_THE_MIDDLE = [step(1), step(2, group=CHOICE), step(3, group=CHOICE), step(4, group=CHOICE), step(5)]
FREE_TO_CHOOSE = [step(1), step(2, group=CHOICE, optional=True), step(3, group=CHOICE, optional=True), step(4)]


@pytest.mark.req("A-LPA-06")
@pytest.mark.parametrize(
    ("steps", "groups", "done", "percent"),
    [
        ([step(1), step(2), step(3)], [], ids(), 0),
        ([step(1), step(2), step(3)], [], ids(2), 33),
        ([step(1), step(2), step(3)], [], ids(1, 2), 66),
        ([step(1), step(2), step(3)], [], ids(3, 2, 1), 100),
        # The same step twice is one step, a step of another path none.
        ([step(1), step(2), step(3)], [], ids(1, 1, 1), 33),
        ([step(1), step(2), step(3)], [], ids(1, 77, 78, 79), 33),
        # What is optional neither helps nor is missing.
        ([step(1), step(2, optional=True)], [], ids(2), 0),
        ([step(1), step(2, optional=True)], [], ids(1), 100),
        ([step(1, optional=True)], [], ids(1), 0),
        ([], [], ids(1), 0),
        # Not rounded up: 199 of 200.
        ([step(number) for number in range(1, 201)], [], ids(*range(1, 200)), 99),
        # A choice is one of the things asked for, and done by any of its members; more of them are not more.
        (SPECIALIZATIONS, ONE_OF_IT, ids(1), 50),
        (SPECIALIZATIONS, ONE_OF_IT, ids(4), 50),
        (SPECIALIZATIONS, ONE_OF_IT, ids(3, 4, 5), 50),
        (SPECIALIZATIONS, ONE_OF_IT, ids(1, 5), 100),
        (SPECIALIZATIONS, ONE_OF_IT, ids(1, 2, 3, 4, 5), 100),
        # Choose two: it is one unit all the same, and one of the two is not yet half of it.
        (SPECIALIZATIONS, TWO_OF_IT, ids(1, 5), 50),
        (SPECIALIZATIONS, TWO_OF_IT, ids(1, 5, 5), 50),
        (SPECIALIZATIONS, TWO_OF_IT, ids(1, 3, 5), 100),
        # An optional choice is not asked for.
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(1, 4), 100),
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(2, 3), 0),
    ],
)
def test_progress_is_units_done_of_all_units(
    steps: list[StepRule], groups: list[GroupRule], done: list[UUID], percent: int
) -> None:
    assert rules.progress_percent(steps, groups, done) == percent
    assert rules.is_complete(steps, groups, done) is (percent == 100)


@pytest.mark.req("A-LPA-09")
@pytest.mark.parametrize(
    ("steps", "groups", "done", "is_open"),
    [
        ([step(1, IMMEDIATE), step(2, IMMEDIATE)], [], ids(), ids(1, 2)),
        # Sequential: the first has nothing before it, and not every step before counts, but the last required one.
        ([step(1), step(2), step(3)], [], ids(), ids(1)),
        ([step(1), step(2), step(3)], [], ids(1), ids(1, 2)),
        ([step(1), step(2), step(3)], [], ids(1, 2), ids(1, 2, 3)),
        ([step(1), step(2, IMMEDIATE), step(3)], [], ids(2), ids(1, 2, 3)),
        ([step(1), step(2, optional=True), step(3)], [], ids(2), ids(1, 2)),
        ([step(1), step(2, optional=True), step(3)], [], ids(1), ids(1, 2, 3)),
        ([step(1, optional=True), step(2)], [], ids(), ids(1, 2)),
        # The order of the list is not the order of the path.
        ([step(3), step(1), step(2)], [], ids(1), ids(1, 2)),
        # After a choice: when it is done, whichever members did it. Members wait for what is before the choice.
        (IN_THE_MIDDLE, ONE_OF_IT, ids(), ids(1)),
        (IN_THE_MIDDLE, ONE_OF_IT, ids(1), ids(1, 2, 3, 4)),
        (IN_THE_MIDDLE, ONE_OF_IT, ids(1, 4), ids(1, 2, 3, 4, 5)),
        (IN_THE_MIDDLE, TWO_OF_IT, ids(1, 4), ids(1, 2, 3, 4)),
        (IN_THE_MIDDLE, TWO_OF_IT, ids(1, 4, 2), ids(1, 2, 3, 4, 5)),
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(), ids(1)),
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(1), ids(1, 2, 3, 4)),
        # After a named step, wherever it stands.
        (SPECIALIZATIONS, ONE_OF_IT, ids(), ids(1)),
        (SPECIALIZATIONS, ONE_OF_IT, ids(1), ids(1, 2, 3, 4, 5)),
        ([step(1), step(2), after(3, 1)], [], ids(1), ids(1, 2, 3)),
        ([after(1, 2), step(2, IMMEDIATE)], [], ids(), ids(2)),
        ([after(1, 2), step(2, IMMEDIATE)], [], ids(2), ids(1, 2)),
        ([step(1), step(2, optional=True), after(3, 2)], [], ids(1), ids(1, 2)),
        # What is done stays open, though the path is another one now.
        ([step(1), step(2)], [], ids(2), ids(1, 2)),
        ([step(1), step(2)], [], ids(77), ids(1)),
    ],
)
def test_which_steps_are_open(
    steps: list[StepRule], groups: list[GroupRule], done: list[UUID], is_open: list[UUID]
) -> None:
    assert rules.unlocked(steps, groups, done, ENROLLED, YEARS_LATER) == set(is_open)


@pytest.mark.req("A-LPA-09")
@pytest.mark.parametrize(
    ("days", "since_enrollment", "is_open"),
    [
        (0, timedelta(0), True),
        (14, timedelta(days=14) - timedelta(microseconds=1), False),
        (14, timedelta(days=14), True),
        (14, timedelta(days=90), True),
    ],
)
def test_days_are_counted_from_the_enrollment_in_the_path(
    days: int, since_enrollment: timedelta, is_open: bool
) -> None:
    """To the hour: a day is 24 hours, and what else is done or not does not matter."""
    found = rules.unlocked([step(1), after_days(2, days)], [], [], ENROLLED, ENROLLED + since_enrollment)
    assert (UUID(int=2) in found) is is_open


@pytest.mark.parametrize(
    ("steps", "groups", "done", "current"),
    [
        ([step(1), step(2)], [], ids(), 1),
        ([step(1), step(2)], [], ids(1), 2),
        ([step(1), step(2)], [], ids(1, 2), None),
        ([after(1, 2), step(2, IMMEDIATE)], [], ids(), 2),
        ([step(1), step(2, optional=True), step(3)], [], ids(1), 2),
        ([after_days(1, 5000)], [], ids(), None),
        (IN_THE_MIDDLE, ONE_OF_IT, ids(1), 2),
        (IN_THE_MIDDLE, ONE_OF_IT, ids(1, 3), 5),
        (IN_THE_MIDDLE, TWO_OF_IT, ids(1, 2), 3),
        (IN_THE_MIDDLE, TWO_OF_IT, ids(1, 2, 4), 5),
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(1), 2),
        (FREE_TO_CHOOSE, ONE_OF_IT, ids(1, 3), 4),
        ([], [], ids(), None),
    ],
)
def test_the_current_step_is_the_first_open_one_that_is_not_done(
    steps: list[StepRule], groups: list[GroupRule], done: list[UUID], current: int | None
) -> None:
    found = rules.current_step(steps, groups, done, ENROLLED, YEARS_LATER)
    assert found == (None if current is None else UUID(int=current))


def course(hours: int, price: int, currency: str = "usd") -> StepCourse:
    return StepCourse(hours * 60, price, currency, is_published=True)


FOUR_TO_CHOOSE_FROM = [course(16, 500), course(10, 900), course(20, 700), course(12, 400), course(16, 800)]


@pytest.mark.req("A-TAB-24")
@pytest.mark.parametrize(
    ("steps", "groups", "courses", "sums"),
    [
        ([step(1), step(2), step(3)], [], [course(16, 499), course(16, 399), course(16, 399)], (3, 48, 1297)),
        # Of a choice the longest and the cheapest: neither less work nor a greater discount than there is.
        (SPECIALIZATIONS, ONE_OF_IT, FOUR_TO_CHOOSE_FROM, (2, 36, 900)),
        (SPECIALIZATIONS, TWO_OF_IT, FOUR_TO_CHOOSE_FROM, (3, 52, 1600)),
        ([step(1, group=CHOICE)], TWO_OF_IT, [course(16, 499)], (1, 16, 499)),
        ([step(1), step(2, optional=True)], [], [course(16, 499), course(16, 399)], (1, 16, 499)),
        ([step(1, optional=True)], [], [course(16, 499)], (0, 0, None)),
        ([], [], [], (0, 0, None)),
        ([step(1)], [], [course(16, 0)], (1, 16, 0)),
        # Prices in two currencies add up to nothing, and so do those that no column holds.
        ([step(1), step(2)], [], [course(16, 499), course(16, 399, "eur")], (2, 32, None)),
        ([step(1), step(2)], [], [course(16, 2**31 - 1), course(16, 0)], (2, 32, 2**31 - 1)),
        ([step(1), step(2)], [], [course(16, 2**31 - 1), course(16, 1)], (2, 32, None)),
    ],
)
def test_a_path_adds_up_to_what_completing_it_takes(
    steps: list[StepRule], groups: list[GroupRule], courses: list[StepCourse], sums: tuple[int, int, int | None]
) -> None:
    by_step = {each.id: brought for each, brought in zip(steps, courses, strict=True)}
    found = rules.totals(rules.required_units(steps, groups), by_step, "usd")
    assert (found.courses, int(found.hours), found.list_price) == sums
    assert found.hours == sums[1]


@st.composite
def paths(draw: st.DrawFn) -> tuple[list[StepRule], list[GroupRule]]:
    """Any path in good order: groups of one kind that follow each other, no more to choose than there is."""
    steps: list[StepRule] = []
    groups: list[GroupRule] = []
    for size in draw(st.lists(st.integers(1, 4), max_size=5)):
        optional = draw(st.booleans())
        group = GroupRule(new_id(), draw(st.integers(1, size))) if size > 1 else None
        if group:
            groups.append(group)
        for _ in range(size):
            rule = draw(st.sampled_from(UnlockRule))
            # Not one of another choice: who has chosen something else would wait for ever.
            certain = [each.id for each in steps if each.group_id in (None, group.id if group else None)]
            earlier = draw(st.sampled_from(certain)) if certain else None
            if rule is UnlockRule.after_completion and earlier is None:
                rule = IMMEDIATE
            steps.append(
                StepRule(
                    id=new_id(),
                    number=len(steps) + 1,
                    is_required=not optional,
                    group_id=group.id if group else None,
                    unlock_rule=rule,
                    unlock_after_step_id=earlier if rule is UnlockRule.after_completion else None,
                    unlock_after_days=draw(st.integers(0, 400)) if rule is UnlockRule.after_days else None,
                )
            )
    return steps, groups


PATHS = paths()


def some_of(data: st.DataObject, steps: list[StepRule]) -> list[UUID]:
    """Steps done, in any order, some twice."""
    return data.draw(st.lists(st.sampled_from([each.id for each in steps]), max_size=20)) if steps else []


@pytest.mark.req("A-LPA-06")
@given(path=PATHS, data=st.data())
def test_progress_is_between_nothing_and_a_hundred_and_a_hundred_means_all(
    path: tuple[list[StepRule], list[GroupRule]], data: st.DataObject
) -> None:
    steps, groups = path
    done = some_of(data, steps)
    percent = rules.progress_percent(steps, groups, done)
    units = rules.required_units(steps, groups)
    assert 0 <= percent <= 100
    assert (percent == 100) is rules.is_complete(steps, groups, done)
    assert (percent == 100) is (units != () and all(unit.is_done(done) for unit in units))
    assert rules.progress_percent(steps, groups, [each.id for each in steps]) == (100 if units else 0)


@pytest.mark.req("A-LPA-06")
@given(path=PATHS, data=st.data())
def test_repeats_strangers_and_options_change_no_progress_and_no_step_takes_it_away(
    path: tuple[list[StepRule], list[GroupRule]], data: st.DataObject
) -> None:
    steps, groups = path
    done = some_of(data, steps)
    percent = rules.progress_percent(steps, groups, done)
    optional = [each.id for each in steps if not each.is_required]
    assert rules.progress_percent(steps, groups, [*done, *done, new_id(), *optional]) == percent
    assert rules.progress_percent(steps[::-1], groups[::-1], set(done)) == percent
    assert rules.progress_percent(steps, groups, done + some_of(data, steps)) >= percent


@pytest.mark.req("A-LPA-09")
@given(path=PATHS, data=st.data(), days=st.integers(0, 500))
def test_a_step_opens_by_its_own_rule_and_nothing_else(
    path: tuple[list[StepRule], list[GroupRule]], data: st.DataObject, days: int
) -> None:
    """Said once more, the long way round."""
    steps, groups = path
    done = some_of(data, steps)
    is_open = rules.unlocked(steps, groups, done, ENROLLED, ENROLLED + timedelta(days=days))
    chosen = {group.id: group.choose_n for group in groups}
    for each in steps:
        before = [
            other
            for other in steps
            if other.is_required
            and other.number < each.number
            and (other.group_id is None or other.group_id != each.group_id)
        ]
        last = before[-1] if before else None
        if last is None:
            is_before_done = True
        elif last.group_id is None:
            is_before_done = last.id in done
        else:
            mates = {other.id for other in steps if other.group_id == last.group_id}
            is_before_done = len(mates & set(done)) >= chosen[last.group_id]
        expected = {
            "immediate": True,
            "sequential": is_before_done,
            "after_days": days >= (each.unlock_after_days or 0),
            "after_completion": each.unlock_after_step_id in done,
        }[each.unlock_rule]
        assert (each.id in is_open) is (expected or each.id in done)


@pytest.mark.req("A-LPA-09")
@given(path=PATHS, data=st.data())
def test_who_always_takes_the_current_step_completes_the_path(
    path: tuple[list[StepRule], list[GroupRule]], data: st.DataObject
) -> None:
    """And doing more, or waiting longer, never locks anything."""
    steps, groups = path
    done = some_of(data, steps)
    more = done + some_of(data, steps)
    now = ENROLLED + timedelta(days=data.draw(st.integers(0, 500)))
    is_open = rules.unlocked(steps, groups, done, ENROLLED, now)
    assert is_open <= rules.unlocked(steps, groups, more, ENROLLED, now + timedelta(days=1))

    taken: list[UUID] = []
    while (current := rules.current_step(steps, groups, taken, ENROLLED, YEARS_LATER)) is not None:
        assert current not in taken
        taken.append(current)
    assert rules.is_complete(steps, groups, taken) is (rules.required_units(steps, groups) != ())
