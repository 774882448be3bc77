"""Reads of single groups: as far as the caller may know of their path."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, LearningPathStep, PathStepGroup
from app.academy.paths.queries import is_visible_to
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound


async def get_group(session: AsyncSession, actor: AcademyActor, group_id: UUID) -> PathStepGroup:
    """A group as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = select(PathStepGroup).join(LearningPath, LearningPath.id == PathStepGroup.path_id)
    rows = rows.where(PathStepGroup.id == group_id, is_visible_to(actor))
    group = await session.scalar(rows.execution_options(populate_existing=True))
    if group is None:
        raise NotFound
    return group


async def has_steps(session: AsyncSession, group_id: UUID) -> bool:
    """Whether any step belongs to the group."""
    members = select(LearningPathStep.id).where(LearningPathStep.step_group_id == group_id)
    return bool(await session.scalar(select(members.exists())))
