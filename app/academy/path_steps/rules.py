"""What holds for the steps of a path together, without asking anybody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from app.academy.models import UnlockRule
from app.academy.paths.rules import GroupRule, StepRule, unlocked
from app.core.errors import FieldError

# Every wait in days is over by then.
_BEGINNING, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Flaw(StrEnum):
    """What can be wrong with the steps of a path as they stand together."""

    never_opens = "never_opens"
    waits_for_a_choice = "waits_for_a_choice"
    scattered = "scattered"


@dataclass(frozen=True, slots=True)
class Fault:
    """A flaw, and the step that shows it."""

    flaw: Flaw
    step: StepRule
    message: str


def unlock_problems(
    step_id: UUID | None, rule: str, days: int | None, after: UUID | None, known: Iterable[UUID]
) -> Iterator[FieldError]:
    """What a step says of its opening and should not, or does not say and should. `known` are the path's steps."""
    if rule == UnlockRule.after_days and days is None:
        yield FieldError("/unlock_after_days", "missing", "After how many days?")
    if rule != UnlockRule.after_days and days is not None:
        yield FieldError("/unlock_after_days", "not_of_this_rule", "Only after_days takes days")
    if rule == UnlockRule.after_completion and after is None:
        yield FieldError("/unlock_after_step_id", "missing", "After which step?")
    if rule != UnlockRule.after_completion and after is not None:
        yield FieldError("/unlock_after_step_id", "not_of_this_rule", "Only after_completion takes a step")
    if after is not None and after == step_id:
        yield FieldError("/unlock_after_step_id", "itself", "A step cannot wait for itself")
    elif after is not None and after not in set(known):
        yield FieldError("/unlock_after_step_id", "unknown", "There is no such step in this path")


def faults(steps: Sequence[StepRule], groups: Sequence[GroupRule]) -> Iterator[Fault]:
    """Everything that is wrong with the steps of a path as they stand together, in their order."""
    steps = sorted(steps, key=lambda step: step.number)
    yield from _scattered(steps)
    yield from _waits_for_a_choice(steps)
    never = never_opening(steps, groups)
    for step in steps:
        if step.id in never:
            yield Fault(Flaw.never_opens, step, f"Step {step.number} would wait for something that waits for it")


def never_opening(steps: Sequence[StepRule], groups: Sequence[GroupRule]) -> set[UUID]:
    """The steps that stay closed for good even to somebody who does everything that is open: they wait in a circle.

    A group that has not got all of its members yet counts with those that it has.
    """
    sizes = {group.id: sum(step.group_id == group.id for step in steps) for group in groups}
    groups = [replace(group, choose_n=min(group.choose_n, sizes[group.id])) for group in groups]
    done: set[UUID] = set()
    while (is_open := unlocked(steps, groups, done, _BEGINNING, _END)) > done:
        done = is_open
    return {step.id for step in steps} - done


def _scattered(steps: Sequence[StepRule]) -> Iterator[Fault]:
    """Members of a group with somebody else between them."""
    closed: set[UUID | None] = set()
    before: UUID | None = None
    for step in steps:
        if step.group_id != before:
            closed.add(before)
        if step.group_id is not None and step.group_id in closed:
            yield Fault(Flaw.scattered, step, f"Step {step.number} is not beside the others of its group")
        before = step.group_id


def _waits_for_a_choice(steps: Sequence[StepRule]) -> Iterator[Fault]:
    """Who has chosen another member would wait for ever; within a group one may ask for a member first."""
    by_id = {step.id: step for step in steps}
    for step in steps:
        awaited = by_id.get(step.unlock_after_step_id) if step.unlock_after_step_id else None
        if awaited is not None and awaited.group_id is not None and awaited.group_id != step.group_id:
            yield Fault(
                Flaw.waits_for_a_choice,
                step,
                f"Step {step.number} would wait for step {awaited.number}, which not everybody chooses",
            )


def order_problems(wanted: Sequence[UUID], steps: Sequence[UUID]) -> Iterator[FieldError]:
    """Why these ids are no order of these steps."""
    known, seen = set(steps), set[UUID]()
    for index, step_id in enumerate(wanted):
        if step_id not in known:
            yield FieldError(f"/step_ids/{index}", "unknown", "There is no such step in this path")
        elif step_id in seen:
            yield FieldError(f"/step_ids/{index}", "repeated", "This step has a place above")
        seen.add(step_id)
    if missing := known - seen:
        yield FieldError("/step_ids", "incomplete", f"{len(missing)} steps are missing")
