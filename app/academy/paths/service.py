"""Verbs on learning paths: make, edit, put into the catalogue and take out, delete; and keep their sums."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, LearningPathStep, PathSkill, PathStepGroup, PricingModel
from app.academy.paths import queries, rules
from app.academy.paths.errors import PathHasPeople, PathNotFit, PathPricing, PathSkillUnknown
from app.academy.paths.schemas import AcademyPathCreate, AcademyPathSkills, AcademyPathUpdate
from app.academy.permissions import AcademyActor, Permission, allow
from app.core import slugs
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import PathActivated, PathChanged, PathDeleted


async def create_path(session: AsyncSession, actor: AcademyActor, data: AcademyPathCreate) -> LearningPath:
    """Make a path outside of the catalogue, under a slug of its own. Raises `PathPricing`, `ThumbnailUnknown`."""
    allow(actor, Permission.PATH_EDIT)
    _require_price(data.pricing_model, data.bundle_price)
    path_id = await _insert(session, data)
    emit(session, PathChanged(path_id=path_id, is_active=False, fields=tuple(AcademyPathCreate.model_fields)))
    return await queries.get_path(session, actor, path_id)


async def _insert(session: AsyncSession, data: AcademyPathCreate) -> UUID:
    """Insert under the first slug that is free, as courses do: the unique index decides."""
    values = data.model_dump() | {"id": new_id()}
    for slug in slugs.candidates(data.title, "path"):
        made = insert(LearningPath).values(values | {"slug": slug})
        path_id: UUID | None = await session.scalar(
            made.on_conflict_do_nothing(index_elements=[LearningPath.slug]).returning(LearningPath.id)
        )
        if path_id is not None:
            return path_id
    raise AssertionError("the candidates never end")


def _require_price(pricing_model: str, bundle_price: int | None) -> None:
    if pricing_model == PricingModel.bundled and bundle_price is None:
        raise PathPricing(errors=(FieldError("/bundle_price", "missing", "A bundled path has a price"),))
    if pricing_model != PricingModel.bundled and bundle_price is not None:
        raise PathPricing(errors=(FieldError("/bundle_price", "not_bundled", "Only a bundled path has this price"),))


async def update_path(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, data: AcademyPathUpdate, if_match: str | None = None
) -> LearningPath:
    """Change the fields that were sent. Raises `Stale`, `PathPricing`, `PathNotFit`, `ThumbnailUnknown`."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await queries.lock_path(session, path.id)
    require_match(path, if_match)
    sent = data.model_fields_set
    if "pricing_model" in sent and data.pricing_model != PricingModel.bundled and "bundle_price" not in sent:
        data = AcademyPathUpdate(**data.model_dump(exclude_unset=True), bundle_price=None)
    changed = patch(path, data)
    _require_price(path.pricing_model, path.bundle_price)
    if "pricing_model" in changed and path.is_active and await _lacks_subscription(session, path):
        raise PathNotFit(errors=(FieldError("/pricing_model", "subscription_missing", "There is no such offer yet"),))
    if "currency" in changed:
        await recount(session, actor, path)
    if changed:
        emit(session, PathChanged(path_id=path.id, is_active=path.is_active, fields=tuple(sorted(changed))))
        await session.flush()  # read back with what the database adds
    return await queries.get_path(session, actor, path.id)


async def _lacks_subscription(session: AsyncSession, path: LearningPath) -> bool:
    is_sold_by_it = path.pricing_model == PricingModel.subscription
    return is_sold_by_it and not await queries.has_subscription_offer(session, path.id)


async def require_sellable(session: AsyncSession, actor: AcademyActor, path: LearningPath) -> None:
    """Raise `PathNotFit` when a path of the catalogue could no longer be bought."""
    await session.flush()  # looks at what the change leaves behind
    if path.is_active and await _lacks_subscription(session, path):
        gap = FieldError("/is_active", "subscription_missing", "It is the last offer of a path sold by subscription")
        raise PathNotFit(errors=(gap,))


async def set_skills(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, data: AcademyPathSkills, if_match: str | None = None
) -> LearningPath:
    """Say which skills a path develops, all of them. Raises `Stale`, `PathSkillUnknown`."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await queries.lock_path(session, path.id)
    require_match(path, if_match)
    wanted = set(data.skill_ids)
    known = await queries.known_skills(session, wanted)
    unknown = [index for index, skill_id in enumerate(data.skill_ids) if skill_id not in known]
    if unknown:
        raise PathSkillUnknown(
            errors=tuple(FieldError(f"/skill_ids/{index}", "unknown", "There is no such skill") for index in unknown)
        )
    if wanted != set(path.skill_ids or ()):
        gone = delete(PathSkill).where(PathSkill.path_id == path.id, PathSkill.skill_id.not_in(wanted))
        await session.execute(gone)
        if wanted:
            rows = [{"path_id": path.id, "skill_id": skill_id} for skill_id in sorted(wanted)]
            await session.execute(insert(PathSkill).values(rows).on_conflict_do_nothing())
        path.version += 1
        emit(session, PathChanged(path_id=path.id, is_active=path.is_active, fields=("skill_ids",)))
        await session.flush()  # read back with its new version
    return await queries.get_path(session, actor, path.id)


async def activate_path(session: AsyncSession, actor: AcademyActor, path: LearningPath) -> LearningPath:
    """Put a path into the catalogue. Twice changes nothing. Raises `PathNotFit` and says what is missing."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await queries.lock_path(session, path.id)
    if not path.is_active:
        steps = await queries.list_steps(session, path.id)
        gaps = rules.activation_gaps(
            [queries.step_rule(step) for step in steps],
            [queries.group_rule(group) for group in await queries.list_groups(session, path.id)],
            await queries.courses_of_steps(session, steps),
            needs_subscription=await _lacks_subscription(session, path),
        )
        if found := tuple(gaps):
            raise PathNotFit(errors=found)
        path.is_active = True
        path.version += 1
        emit(session, PathActivated(path_id=path.id))
        await session.flush()  # read back with its new version
    return await queries.get_path(session, actor, path.id)


async def deactivate_path(session: AsyncSession, actor: AcademyActor, path: LearningPath) -> LearningPath:
    """Take a path out of the catalogue; its people stay in it. Twice changes nothing."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await queries.lock_path(session, path.id)
    if path.is_active:
        path.is_active = False
        path.version += 1
        emit(session, PathChanged(path_id=path.id, is_active=False, fields=("is_active",)))
        await session.flush()  # read back with its new version
    return await queries.get_path(session, actor, path.id)


async def delete_path(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, if_match: str | None = None
) -> None:
    """Delete a path that nobody was ever in, with its steps and offers. Raises `Stale`, `PathHasPeople`."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await queries.lock_path(session, path.id)
    require_match(path, if_match)
    if await queries.has_people(session, path.id):
        raise PathHasPeople
    # Steps before the groups that they point at; what is left goes with the path.
    for table in (LearningPathStep, PathStepGroup):
        await session.execute(delete(table).where(table.path_id == path.id))
    await session.execute(delete(LearningPath).where(LearningPath.id == path.id))
    emit(session, PathDeleted(path_id=path.id, slug=path.slug))


async def recount(session: AsyncSession, actor: AcademyActor, path: LearningPath) -> tuple[str, ...]:
    """Write what a locked path adds up to now. Returns the names of the sums that changed.

    No edit, so the version stays: a course that becomes longer does not spoil an editor's form.
    """
    allow(actor, Permission.PATH_EDIT, path)
    steps = await queries.list_steps(session, path.id)
    groups = await queries.list_groups(session, path.id)
    units = rules.required_units(map(queries.step_rule, steps), map(queries.group_rule, groups))
    sums = rules.totals(units, await queries.courses_of_steps(session, steps), path.currency)
    wanted = {"total_courses": sums.courses, "total_hours": sums.hours, "list_price": sums.list_price}
    changed = tuple(name for name, value in wanted.items() if getattr(path, name) != value)
    for name in changed:
        setattr(path, name, wanted[name])
    return changed


async def recount_paths_with(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> None:
    """Let the sums of every path through a course follow it."""
    for path_id in await queries.paths_with_course(session, course_id):
        path = await queries.lock_path(session, path_id)
        if changed := await recount(session, actor, path):
            emit(session, PathChanged(path_id=path.id, is_active=path.is_active, fields=changed))
