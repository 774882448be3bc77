"""A path as one learner stands in it: which steps are done, which are open, and why the others are not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.academy.models import LearningPathStep, PathStepGroup, UnlockRule
from app.academy.paths import rules as path_rules
from app.academy.paths.rules import GroupRule, StepRule


class LockedBy(StrEnum):
    """What a step waits for: the required one before it, days since enrollment, or another step."""

    previous_step = "previous_step"
    days = "days"
    another_step = "another_step"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a path asks for."""

    steps: tuple[StepRule, ...]
    groups: tuple[GroupRule, ...]
    courses: dict[UUID, UUID]
    """The course of each step."""

    def of_course(self, course_ids: Collection[UUID]) -> set[UUID]:
        """The steps whose course is among these."""
        return {step_id for step_id, course_id in self.courses.items() if course_id in course_ids}


@dataclass(frozen=True, slots=True)
class Lock:
    """Why a step is not open. `opens_at` is known of those that wait for days, the steps of the others."""

    by: LockedBy
    step_ids: tuple[UUID, ...] = ()
    opens_at: datetime | None = None


def shape_of(steps: Sequence[LearningPathStep], groups: Sequence[PathStepGroup]) -> Shape:
    """What the rules need to know of a path's rows."""
    return Shape(
        tuple(
            StepRule(
                step.id,
                step.step_number,
                step.is_required,
                step.step_group_id,
                step.unlock_rule,
                step.unlock_after_step_id,
                step.unlock_after_days,
            )
            for step in steps
        ),
        tuple(GroupRule(group.id, group.choose_n) for group in groups),
        {step.id: step.course_id for step in steps},
    )


def opened(shape: Shape, done: Collection[UUID], enrolled_at: datetime, now: datetime) -> set[UUID]:
    """The steps that are open."""
    return path_rules.unlocked(shape.steps, shape.groups, done, enrolled_at, now)


def reachable(
    shape: Shape, done: Collection[UUID], learned: Collection[UUID], enrolled_at: datetime, now: datetime
) -> list[UUID]:
    """The steps that completed courses finish now, in the path's order: one may open the next (A-LPA-13)."""
    known, found = set(done), list[UUID]()
    ordered = sorted(shape.steps, key=lambda step: step.number)
    while True:
        is_open = opened(shape, known, enrolled_at, now)
        new = [s.id for s in ordered if s.id in is_open and s.id not in known and shape.courses[s.id] in learned]
        if not new:
            return found
        known.update(new)
        found += new


def lock_of(step: StepRule, shape: Shape, enrolled_at: datetime) -> Lock | None:
    """What a step that is not open waits for."""
    match step.unlock_rule:
        case UnlockRule.sequential:
            units = path_rules.required_units(shape.steps, shape.groups)
            before = path_rules.previous_unit(step, shape.steps, units)
            return Lock(LockedBy.previous_step, tuple(sorted(before.members)) if before else ())
        case UnlockRule.after_days:
            return Lock(LockedBy.days, opens_at=enrolled_at + timedelta(days=step.unlock_after_days or 0))
        case UnlockRule.after_completion:
            return Lock(LockedBy.another_step, (step.unlock_after_step_id,) if step.unlock_after_step_id else ())
        case _:
            return None
