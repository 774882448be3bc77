"""What holds for the steps of a path together: tables, and what holds for any path that is in order."""

from uuid import UUID

import pytest
from hypothesis import given

from app.academy.path_steps import rules
from app.academy.paths.rules import GroupRule, StepRule
from tests.academy.paths.test_rules import CHOICE, IMMEDIATE, ONE_OF_IT, PATHS, TWO_OF_IT, after, after_days, ids, step

OTHER = UUID(int=1002)
ONE_OF_EACH = [GroupRule(CHOICE, 1), GroupRule(OTHER, 1)]
KNOWN = ids(1, 2)


@pytest.mark.parametrize(
    ("rule", "days", "after_step", "problems"),
    [
        ("immediate", None, None, []),
        ("sequential", None, None, []),
        ("after_days", 0, None, []),
        ("after_completion", None, 2, []),
        ("after_days", None, None, [("/unlock_after_days", "missing")]),
        ("after_completion", None, None, [("/unlock_after_step_id", "missing")]),
        ("immediate", 7, None, [("/unlock_after_days", "not_of_this_rule")]),
        ("sequential", None, 2, [("/unlock_after_step_id", "not_of_this_rule")]),
        ("after_completion", 7, 2, [("/unlock_after_days", "not_of_this_rule")]),
        (
            "after_days",
            None,
            2,
            [("/unlock_after_days", "missing"), ("/unlock_after_step_id", "not_of_this_rule")],
        ),
        ("after_completion", None, 1, [("/unlock_after_step_id", "itself")]),
        ("after_completion", None, 77, [("/unlock_after_step_id", "unknown")]),
    ],
)
def test_each_unlock_rule_has_its_own_fields(
    rule: str, days: int | None, after_step: int | None, problems: list[tuple[str, str]]
) -> None:
    other = None if after_step is None else UUID(int=after_step)
    found = rules.unlock_problems(UUID(int=1), rule, days, other, KNOWN)
    assert [(each.pointer, each.code) for each in found] == problems


@pytest.mark.parametrize(
    ("steps", "groups", "never"),
    [
        ([step(1), step(2), step(3)], [], []),
        ([after(1, 2), step(2, IMMEDIATE)], [], []),
        ([step(1), after_days(2, 3_650)], [], []),
        # Two that wait for each other, three in a circle, and whoever waits behind them.
        ([after(1, 2), after(2, 1)], [], [1, 2]),
        ([after(1, 3), after(2, 1), after(3, 2), step(4, IMMEDIATE)], [], [1, 2, 3]),
        # The first waits for the second, which comes after the first.
        ([after(1, 2), step(2)], [], [1, 2]),
        ([after(1, 3), step(2), step(3)], [], [1, 2, 3]),
        # An optional step is not waited for, and may wait for what comes later.
        ([after(1, 2, optional=True), step(2)], [], []),
        ([step(1), after(2, 3, optional=True), step(3)], [], []),
        # A choice waits for what comes after it: one member that does not is enough.
        ([step(1, group=CHOICE), after(2, 3, group=CHOICE), step(3)], ONE_OF_IT, []),
        ([step(1, group=CHOICE), after(2, 3, group=CHOICE), step(3)], TWO_OF_IT, [2, 3]),
        ([after(1, 3, group=CHOICE), after(2, 3, group=CHOICE), step(3)], ONE_OF_IT, [1, 2, 3]),
        # Its members are still to come: it counts with those that it has.
        ([step(1, group=CHOICE), step(2)], TWO_OF_IT, []),
    ],
)
def test_steps_that_wait_in_a_circle_never_open(
    steps: list[StepRule], groups: list[GroupRule], never: list[int]
) -> None:
    assert rules.never_opening(steps, groups) == set(ids(*never))


@pytest.mark.parametrize(
    ("steps", "groups", "found"),
    [
        ([step(1), step(2, group=CHOICE), step(3, group=CHOICE), step(4)], ONE_OF_IT, []),
        ([step(1, group=CHOICE), step(2), step(3, group=CHOICE)], ONE_OF_IT, [("scattered", 3)]),
        ([step(1, group=CHOICE), step(2, group=OTHER), step(3, group=CHOICE)], ONE_OF_EACH, [("scattered", 3)]),
        ([step(1, group=CHOICE), step(2, group=OTHER)], ONE_OF_EACH, []),
        # To wait for what not everybody chooses: not from outside of the choice, but within it.
        ([step(1, group=CHOICE), step(2, group=CHOICE), after(3, 1)], ONE_OF_IT, [("waits_for_a_choice", 3)]),
        ([step(1, group=CHOICE), after(2, 1, group=OTHER)], ONE_OF_EACH, [("waits_for_a_choice", 2)]),
        ([step(1, group=CHOICE), after(2, 1, group=CHOICE)], ONE_OF_IT, []),
        ([step(1), after(2, 1, group=CHOICE)], ONE_OF_IT, []),
        ([after(2, 1), after(1, 2)], [], [("never_opens", 1), ("never_opens", 2)]),
        ([], [], []),
    ],
)
def test_what_is_wrong_with_steps_is_said_of_the_step(
    steps: list[StepRule], groups: list[GroupRule], found: list[tuple[str, int]]
) -> None:
    assert [(fault.flaw, fault.step.number) for fault in rules.faults(steps, groups)] == found
    assert all(str(fault.step.number) in fault.message for fault in rules.faults(steps, groups))


@given(path=PATHS)
def test_a_path_in_good_order_has_no_faults(path: tuple[list[StepRule], list[GroupRule]]) -> None:
    """Groups together, waits for earlier steps alone, none for what not everybody chooses."""
    steps, groups = path
    assert list(rules.faults(steps, groups)) == []


@pytest.mark.parametrize(
    ("wanted", "problems"),
    [
        (ids(2, 1), []),
        (ids(2), [("/step_ids", "incomplete")]),
        (ids(2, 2), [("/step_ids/1", "repeated"), ("/step_ids", "incomplete")]),
        (ids(2, 1, 77), [("/step_ids/2", "unknown")]),
    ],
)
def test_an_order_names_every_step_once(wanted: list[UUID], problems: list[tuple[str, str]]) -> None:
    assert [(each.pointer, each.code) for each in rules.order_problems(wanted, KNOWN)] == problems
