"""Verbs on groups of steps, each under the lock of the path."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, PathStepGroup
from app.academy.path_groups import queries
from app.academy.path_groups.errors import PathGroupHasSteps
from app.academy.path_groups.schemas import AcademyPathGroupCreate, AcademyPathGroupUpdate
from app.academy.path_steps.service import settle
from app.academy.paths.queries import lock_path
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import PathStepsChanged


async def read_group(session: AsyncSession, actor: AcademyActor, group: PathStepGroup) -> PathStepGroup:
    """A group, for who edits it. The path shows it to everybody."""
    allow(actor, Permission.PATH_EDIT, group)
    return group


async def create_group(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, data: AcademyPathGroupCreate
) -> PathStepGroup:
    """Make a choice, without steps so far."""
    allow(actor, Permission.PATH_EDIT, path)
    path = await lock_path(session, path.id)
    group = PathStepGroup(id=new_id(), path_id=path.id, **data.model_dump())
    session.add(group)
    emit(session, PathStepsChanged(path_id=path.id))
    return await queries.get_group(session, actor, group.id)


async def update_group(
    session: AsyncSession,
    actor: AcademyActor,
    group: PathStepGroup,
    data: AcademyPathGroupUpdate,
    if_match: str | None = None,
) -> PathStepGroup:
    """Change the fields that were sent. Raises `Stale`, `PathNotFit`."""
    allow(actor, Permission.PATH_EDIT, group)
    path = await lock_path(session, group.path_id)
    group = await queries.get_group(session, actor, group.id)
    require_match(group, if_match)
    if patch(group, data):
        await settle(session, actor, path)
    return await queries.get_group(session, actor, group.id)


async def delete_group(
    session: AsyncSession, actor: AcademyActor, group: PathStepGroup, if_match: str | None = None
) -> None:
    """Delete a choice that has no steps. Raises `Stale`, `PathGroupHasSteps`."""
    allow(actor, Permission.PATH_EDIT, group)
    path = await lock_path(session, group.path_id)
    group = await queries.get_group(session, actor, group.id)
    require_match(group, if_match)
    if await queries.has_steps(session, group.id):
        raise PathGroupHasSteps
    await session.execute(delete(PathStepGroup).where(PathStepGroup.id == group.id))
    emit(session, PathStepsChanged(path_id=path.id))
