"""Verbs on the steps of a path, each under the lock of the path: what is checked stays true until the commit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Uuid, column, delete, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.courses import queries as courses
from app.academy.models import CourseStatus, LearningPath, LearningPathStep
from app.academy.path_steps import queries, rules
from app.academy.path_steps.errors import (
    ChoiceScattered,
    CourseInPath,
    CourseNotPublished,
    PathCourseUnknown,
    PathGroupUnknown,
    PathIsFull,
    PathOrderIncomplete,
    PathStepAwaited,
    PathStepDone,
    UnlockRefused,
)
from app.academy.path_steps.rules import Flaw
from app.academy.path_steps.schemas import MOST_STEPS, AcademyPathStepCreate, AcademyPathStepUpdate
from app.academy.paths import queries as paths
from app.academy.paths import rules as path_rules
from app.academy.paths import service as path_verbs
from app.academy.paths.errors import PathNotFit
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError, NotFound
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import PathStepsChanged

# The field of a body that a flaw of the whole is laid at, unless the verb has another.
_FIELDS = {
    Flaw.never_opens: "/unlock_rule",
    Flaw.waits_for_a_choice: "/unlock_after_step_id",
    Flaw.scattered: "/step_group_id",
}


async def read_step(session: AsyncSession, actor: AcademyActor, step: LearningPathStep) -> LearningPathStep:
    """A step with its notes, for who edits it. The path shows everybody the rest."""
    allow(actor, Permission.PATH_EDIT, step)
    return step


async def create_step(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, data: AcademyPathStepCreate
) -> LearningPathStep:
    """Put a course into a path. Raises `PathCourseUnknown`, `CourseInPath`, `CourseNotPublished`, `PathIsFull`,
    `PathGroupUnknown`, `UnlockRefused`, `ChoiceScattered`, `PathNotFit`.
    """
    allow(actor, Permission.PATH_EDIT, path)
    path = await paths.lock_path(session, path.id)
    steps = await paths.list_steps(session, path.id)
    await _require_course(session, actor, path, data.course_id, steps)
    mates = await _mates(session, path, data.step_group_id, steps)
    _require_unlock(None, data.unlock_rule, data.unlock_after_days, data.unlock_after_step_id, steps)
    place = data.step_number or (mates[-1].step_number if mates else len(steps)) + 1
    if place > len(steps) + 1:
        gap = FieldError("/step_number", "behind_the_end", f"The path has {len(steps)} steps so far")
        raise PathOrderIncomplete(errors=(gap,))
    step = LearningPathStep(
        id=new_id(),
        path_id=path.id,
        **data.model_dump() | {"step_number": len(steps) + 1, "is_required": _share(data.is_required, mates)},
    )
    session.add(step)
    await session.flush()  # numbered with the others
    ordered = [each.id for each in steps]
    await _number(session, [*ordered[: place - 1], step.id, *ordered[place - 1 :]])
    await settle(session, actor, path, _FIELDS | ({Flaw.scattered: "/step_number"} if data.step_number else {}))
    return await queries.get_step(session, actor, step.id)


async def _require_course(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, course_id: UUID, steps: Sequence[LearningPathStep]
) -> None:
    """Raise unless the course is one that the path does not have yet; an active path takes published ones only."""
    try:
        course = await courses.get_course(session, actor, course_id)
    except NotFound:
        unknown = FieldError("/course_id", "unknown", "There is no such course")
        raise PathCourseUnknown(errors=(unknown,)) from None
    if any(step.course_id == course_id for step in steps):
        raise CourseInPath(errors=(FieldError("/course_id", "course_in_path", "Another step is this course"),))
    if path.is_active and course.status != CourseStatus.published:
        raise CourseNotPublished(errors=(FieldError("/course_id", "course_not_published", "Publish it first"),))
    if len(steps) >= MOST_STEPS:
        raise PathIsFull


async def _mates(
    session: AsyncSession, path: LearningPath, group_id: UUID | None, steps: Sequence[LearningPathStep]
) -> list[LearningPathStep]:
    """The steps of a group, in their order. Raises `PathGroupUnknown`."""
    if group_id is None:
        return []
    if group_id not in {group.id for group in await paths.list_groups(session, path.id)}:
        raise PathGroupUnknown(errors=(FieldError("/step_group_id", "unknown", "There is no such group"),))
    return [step for step in steps if step.step_group_id == group_id]


def _share(is_required: bool | None, mates: Sequence[LearningPathStep]) -> bool:
    """Whether a step is required: as told, and then so are its mates; untold as they are."""
    if is_required is None:
        return mates[0].is_required if mates else True
    for mate in mates:
        if mate.is_required != is_required:
            mate.is_required = is_required
            mate.version += 1
    return is_required


def _require_unlock(
    step_id: UUID | None, rule: str, days: int | None, after: UUID | None, steps: Sequence[LearningPathStep]
) -> None:
    if problems := tuple(rules.unlock_problems(step_id, rule, days, after, [step.id for step in steps])):
        raise UnlockRefused(errors=problems)


async def update_step(
    session: AsyncSession,
    actor: AcademyActor,
    step: LearningPathStep,
    data: AcademyPathStepUpdate,
    if_match: str | None = None,
) -> LearningPathStep:
    """Change the fields that were sent. Raises `Stale`, `PathGroupUnknown`, `UnlockRefused`, `ChoiceScattered`,
    `PathNotFit`.
    """
    allow(actor, Permission.PATH_EDIT, step)
    path = await paths.lock_path(session, step.path_id)
    step = await queries.get_step(session, actor, step.id)
    require_match(step, if_match)
    steps = await paths.list_steps(session, path.id)
    changed = patch(step, _without_the_former_rule(data, step))
    others = [each for each in steps if each.id != step.id]
    with session.no_autoflush:  # nothing is written before it has been looked at
        _require_unlock(step.id, step.unlock_rule, step.unlock_after_days, step.unlock_after_step_id, steps)
        mates = await _mates(session, path, step.step_group_id, others)
    told = step.is_required if "is_required" in data.model_fields_set else None
    if told is not None or "step_group_id" in changed:
        # Into an empty group, or out of one, a step goes as it is.
        step.is_required = _share(told, mates) if mates else step.is_required
    if changed:
        await settle(session, actor, path)
    return await queries.get_step(session, actor, step.id)


def _without_the_former_rule(data: AcademyPathStepUpdate, step: LearningPathStep) -> AcademyPathStepUpdate:
    """Another rule takes what belonged to the former one away, unless the caller says something of it."""
    sent = data.model_dump(exclude_unset=True)
    if sent.get("unlock_rule", step.unlock_rule) == step.unlock_rule:
        return data
    return AcademyPathStepUpdate(**{"unlock_after_step_id": None, "unlock_after_days": None} | sent)


async def delete_step(
    session: AsyncSession, actor: AcademyActor, step: LearningPathStep, if_match: str | None = None
) -> None:
    """Take a course out of a path; those behind it move up. Raises `Stale`, `PathStepDone`, `PathStepAwaited`,
    `UnlockRefused`, `PathNotFit`.
    """
    allow(actor, Permission.PATH_EDIT, step)
    path = await paths.lock_path(session, step.path_id)
    step = await queries.get_step(session, actor, step.id)
    require_match(step, if_match)
    if await queries.is_done_by_anybody(session, step.id):
        raise PathStepDone
    steps = await paths.list_steps(session, path.id)
    if waiting := [str(each.step_number) for each in steps if each.unlock_after_step_id == step.id]:
        raise PathStepAwaited(f"These steps wait for it: {', '.join(waiting)}")
    await session.execute(delete(LearningPathStep).where(LearningPathStep.id == step.id))
    await _number(session, [each.id for each in steps if each.id != step.id])
    await settle(session, actor, path, dict.fromkeys(Flaw, ""))


async def order_steps(session: AsyncSession, actor: AcademyActor, path: LearningPath, wanted: Sequence[UUID]) -> None:
    """Let the steps follow each other as told, all at once. Raises `PathOrderIncomplete`, `ChoiceScattered`,
    `UnlockRefused`.
    """
    allow(actor, Permission.PATH_EDIT, path)
    path = await paths.lock_path(session, path.id)
    known = [step.id for step in await paths.list_steps(session, path.id)]
    if problems := tuple(rules.order_problems(wanted, known)):
        raise PathOrderIncomplete(errors=problems)
    if list(wanted) != known:
        await _number(session, wanted)
        await settle(session, actor, path, dict.fromkeys(Flaw, "/step_ids"))


async def _number(session: AsyncSession, ordered: Sequence[UUID]) -> None:
    """Number the steps 1 to n. One statement: the unique key looks at what it leaves behind, so steps may swap."""
    if not ordered:
        return
    wanted = values(column("id", Uuid), column("number", Integer), name="wanted").data(
        [(step_id, number) for number, step_id in enumerate(ordered, start=1)]
    )
    moved = update(LearningPathStep).where(
        LearningPathStep.id == wanted.c.id, LearningPathStep.step_number != wanted.c.number
    )
    moved = moved.values(step_number=wanted.c.number, version=LearningPathStep.version + 1)
    await session.execute(moved.execution_options(synchronize_session=False))


async def settle(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, fields: dict[Flaw, str] | None = None
) -> None:
    """The end of every change of steps and groups: the whole is looked at, its sums are taken, and it is announced.

    `fields` says at which field of the body a flaw is laid. Raises `ChoiceScattered`, `UnlockRefused`, `PathNotFit`.
    """
    await session.flush()  # looks at what the change leaves behind
    steps = [paths.step_rule(step) for step in await paths.list_steps(session, path.id)]
    groups = [paths.group_rule(group) for group in await paths.list_groups(session, path.id)]
    found = list(rules.faults(steps, groups))
    errors = [(each.flaw, FieldError((fields or _FIELDS)[each.flaw], each.flaw, each.message)) for each in found]
    if scattered := tuple(error for flaw, error in errors if flaw is Flaw.scattered):
        raise ChoiceScattered(errors=scattered)
    if closed := tuple(error for _, error in errors):
        raise UnlockRefused(errors=closed)
    gaps = tuple(path_rules.structure_gaps(steps, groups))
    if gaps and (path.is_active or await paths.has_people(session, path.id)):
        raise PathNotFit(errors=gaps)
    await path_verbs.recount(session, actor, path)
    emit(session, PathStepsChanged(path_id=path.id))
