"""Reads of single offers: as far as the caller may know of their path."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, PathOffer
from app.academy.paths.queries import is_visible_to
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound


async def get_offer(session: AsyncSession, actor: AcademyActor, offer_id: UUID) -> PathOffer:
    """An offer as it is now. Raises `NotFound` for one that the actor may not know of; one off sale is for admins."""
    rows = select(PathOffer).join(LearningPath, LearningPath.id == PathOffer.path_id)
    rows = rows.where(PathOffer.id == offer_id, is_visible_to(actor))
    if not actor.sees_everything:
        rows = rows.where(PathOffer.is_active)
    offer = await session.scalar(rows.execution_options(populate_existing=True))
    if offer is None:
        raise NotFound
    return offer
