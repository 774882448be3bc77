"""The offer that a request names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathOffer
from app.academy.path_offers import queries
from app.core.http.session import Session


async def offer_from_path(offer_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathOffer:
    """The offer, when the caller may know of its path. Raises `NotFound`."""
    return await queries.get_offer(session, actor, offer_id)


PathOfferPath = Annotated[PathOffer, Depends(offer_from_path)]
