"""Reads of single steps: as far as the caller may know of their path."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, LearningPathStep, PathStepCompletion
from app.academy.paths.queries import is_visible_to
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound


async def get_step(session: AsyncSession, actor: AcademyActor, step_id: UUID) -> LearningPathStep:
    """A step as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = select(LearningPathStep).join(LearningPath, LearningPath.id == LearningPathStep.path_id)
    rows = rows.where(LearningPathStep.id == step_id, is_visible_to(actor))
    step = await session.scalar(rows.execution_options(populate_existing=True))
    if step is None:
        raise NotFound
    return step


async def is_done_by_anybody(session: AsyncSession, step_id: UUID) -> bool:
    """Whether somebody has completed the step."""
    done = select(PathStepCompletion.step_id).where(PathStepCompletion.step_id == step_id)
    return bool(await session.scalar(select(done.exists())))
