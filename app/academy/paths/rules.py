"""What a path asks of its people: what counts, what is open, what comes next (A-LPA-06, A-LPA-09, Z-121, Z-126).

A path asks for *units*. A required step is one unit. A group whose members are required is one unit as well, whatever
its `choose_n`: it is done when that many of its members are, and not half done before. What is optional is no unit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.academy.models import UnlockRule
from app.core.errors import FieldError

# What the column of the list price holds.
_HIGHEST_PRICE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class StepRule:
    """What the rules need to know of a step. The two last fields belong to `after_completion` and `after_days`."""

    id: UUID
    number: int
    is_required: bool
    group_id: UUID | None
    unlock_rule: str
    unlock_after_step_id: UUID | None
    unlock_after_days: int | None


@dataclass(frozen=True, slots=True)
class GroupRule:
    """What the rules need to know of a group."""

    id: UUID
    choose_n: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that a path asks for: done when `needed` of its members are. `number` is that of its first member."""

    number: int
    members: frozenset[UUID]
    needed: int
    group_id: UUID | None

    def is_done(self, done: Collection[UUID]) -> bool:
        """Whether enough of its members are among the steps done; a step counts once however often it is named."""
        return len(self.members.intersection(done)) >= self.needed


def required_units(steps: Iterable[StepRule], groups: Iterable[GroupRule]) -> tuple[Unit, ...]:
    """What the path asks for, in its order: each required step, and each group that has required members."""
    choose_n = {group.id: group.choose_n for group in groups}
    ordered = sorted(steps, key=lambda step: step.number)
    units: list[Unit] = []
    seen: set[UUID] = set()
    for step in ordered:
        if not step.is_required or step.group_id in seen:
            continue
        if step.group_id is None:
            units.append(Unit(step.number, frozenset({step.id}), 1, None))
            continue
        seen.add(step.group_id)
        members = [member for member in ordered if member.group_id == step.group_id]
        ids = frozenset(member.id for member in members)
        units.append(Unit(members[0].number, ids, choose_n[step.group_id], step.group_id))
    return tuple(sorted(units, key=lambda unit: unit.number))


def progress_percent(steps: Iterable[StepRule], groups: Iterable[GroupRule], done: Collection[UUID]) -> int:
    """Units done of all units, rounded down: 100 is for who has done them all (199 of 200 are 99)."""
    units = required_units(steps, groups)
    return sum(unit.is_done(done) for unit in units) * 100 // len(units) if units else 0


def is_complete(steps: Iterable[StepRule], groups: Iterable[GroupRule], done: Collection[UUID]) -> bool:
    """Whether every unit is done. A path that asks for nothing is never completed."""
    units = required_units(steps, groups)
    return bool(units) and all(unit.is_done(done) for unit in units)


def unlocked(
    steps: Iterable[StepRule],
    groups: Iterable[GroupRule],
    done: Collection[UUID],
    enrolled_at: datetime,
    now: datetime,
) -> set[UUID]:
    """The steps that are open. What is done stays open, also when the path has been changed since."""
    steps = tuple(steps)
    units = required_units(steps, groups)
    return {step.id for step in steps if step.id in done or _opens(step, steps, units, done, now - enrolled_at)}


def current_step(
    steps: Iterable[StepRule],
    groups: Iterable[GroupRule],
    done: Collection[UUID],
    enrolled_at: datetime,
    now: datetime,
) -> UUID | None:
    """The first step that is open and not done; what is left of a group that is done asks for nothing (A-LPA-11)."""
    steps, groups = tuple(steps), tuple(groups)
    is_open = unlocked(steps, groups, done, enrolled_at, now)
    enough = _enough(steps, groups, done)
    waiting = (step for step in steps if step.id in is_open and step.id not in done and step.group_id not in enough)
    first = min(waiting, key=lambda step: step.number, default=None)
    return first.id if first else None


def _opens(
    step: StepRule,
    steps: tuple[StepRule, ...],
    units: tuple[Unit, ...],
    done: Collection[UUID],
    enrolled_for: timedelta,
) -> bool:
    """Whether the step's own rule lets somebody in who has done these steps and has been enrolled for so long."""
    match step.unlock_rule:
        case UnlockRule.sequential:
            before = previous_unit(step, steps, units)
            return before is None or before.is_done(done)
        case UnlockRule.after_days:
            return enrolled_for >= timedelta(days=step.unlock_after_days or 0)
        case UnlockRule.after_completion:
            return step.unlock_after_step_id in done
        case rule:
            return rule == UnlockRule.immediate


def previous_unit(step: StepRule, steps: Iterable[StepRule], units: Iterable[Unit]) -> Unit | None:
    """The last unit before a step. A member looks from where its group begins, so members do not block each other."""
    begins = min((other.number for other in steps if other.group_id == step.group_id), default=step.number)
    place = step.number if step.group_id is None else begins
    return max((unit for unit in units if unit.number < place), key=lambda unit: unit.number, default=None)


def _enough(steps: Iterable[StepRule], groups: Iterable[GroupRule], done: Collection[UUID]) -> set[UUID]:
    """The groups, required or not, of which as many members are done as one chooses."""
    chosen: dict[UUID, int] = {}
    for step in steps:
        if step.group_id is not None and step.id in done:
            chosen[step.group_id] = chosen.get(step.group_id, 0) + 1
    return {group.id for group in groups if chosen.get(group.id, 0) >= group.choose_n}


# What a path adds up to, and whether it can be followed ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StepCourse:
    """What the course of a step brings along: its agenda in minutes, what one person pays, whether it is to be had."""

    minutes: int
    price: int
    currency: str
    is_published: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What it takes to complete a path."""

    courses: int
    hours: Decimal
    list_price: int | None


def totals(units: Iterable[Unit], courses: Mapping[UUID, StepCourse], currency: str) -> Totals:
    """What completing the path takes; what is optional comes on top. `courses` are those of the steps, by step.

    Of a choice the longest members count for the hours and the cheapest for the price, so that a path promises neither
    less work nor a greater discount than there is. Without required steps, or with a course in another currency, there
    is no list price.
    """
    taken, minutes, price = 0, 0, 0
    is_priced = True
    for unit in units:
        members = [courses[step_id] for step_id in unit.members]
        count = min(unit.needed, len(members))
        taken += count
        minutes += sum(sorted((each.minutes for each in members), reverse=True)[:count])
        price += sum(sorted(each.price for each in members)[:count])
        is_priced = is_priced and all(each.currency == currency for each in members)
    hours = (Decimal(minutes) / 60).quantize(Decimal("0.01"))
    return Totals(taken, hours, price if taken and is_priced and price <= _HIGHEST_PRICE else None)


def structure_gaps(steps: Iterable[StepRule], groups: Iterable[GroupRule]) -> Iterator[FieldError]:
    """Why a path could not be followed to its end. A group without steps stands in nobody's way."""
    steps, groups = tuple(steps), tuple(groups)
    if not required_units(steps, groups):
        yield FieldError("/steps", "nothing_required", "A path needs at least one required step")
    for group in groups:
        members = sum(step.group_id == group.id for step in steps)
        if 0 < members < group.choose_n:
            yield FieldError(
                f"/groups/{group.id}/choose_n", "too_few_steps", f"One cannot choose {group.choose_n} of {members}"
            )


def activation_gaps(
    steps: Iterable[StepRule],
    groups: Iterable[GroupRule],
    courses: Mapping[UUID, StepCourse],
    *,
    needs_subscription: bool,
) -> Iterator[FieldError]:
    """Why a path is not ready for the catalogue. `needs_subscription`: it is sold by one, and no such offer is live."""
    steps, groups = tuple(steps), tuple(groups)
    yield from structure_gaps(steps, groups)
    filled = {step.group_id for step in steps}
    for group in groups:
        if group.id not in filled:
            yield FieldError(f"/groups/{group.id}", "without_steps", "A choice needs something to choose from")
    for step in sorted(steps, key=lambda step: step.number):
        if not courses[step.id].is_published:
            yield FieldError(
                f"/steps/{step.id}", "course_not_published", f"The course of step {step.number} is not out"
            )
    if needs_subscription:
        yield FieldError("/offers", "subscription_missing", "A path sold by subscription needs an offer of one")
