"""The door to offers of paths. Everybody reads those on sale with their path; here platform admins write."""

from fastapi import Request, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathOffer
from app.academy.path_offers import service
from app.academy.path_offers.deps import PathOfferPath
from app.academy.path_offers.errors import OfferInterval, StripePriceTaken
from app.academy.path_offers.schemas import AcademyPathOfferCreate, AcademyPathOfferUpdate
from app.academy.paths.deps import LearningPathPath
from app.academy.paths.errors import PathNotFit
from app.academy.paths.schemas import AcademyPathOffer
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.post(
    "/paths/{path_id}/offers",
    status_code=201,
    response_model=AcademyPathOffer,
    responses=refusals(OfferInterval, StripePriceTaken, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_path_offer(
    actor: CurrentAcademyActor,
    path: LearningPathPath,
    body: AcademyPathOfferCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> PathOffer:
    """Sell a learning path at one more price: once, or by subscription."""
    offer = await service.create_offer(session, actor, path, body)
    tag(response, request, offer)
    return offer


@router.get("/path-offers/{offer_id}", response_model=AcademyPathOffer)
async def get_path_offer(
    actor: CurrentAcademyActor,
    offer: PathOfferPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> PathOffer:
    """Read an offer, to edit it. Everybody else reads it with its path."""
    await service.read_offer(session, actor, offer)
    tag(response, request, offer)
    return offer


@router.patch(
    "/path-offers/{offer_id}",
    response_model=AcademyPathOffer,
    responses=refusals(StripePriceTaken, PathNotFit, Stale),
)
async def update_path_offer(
    actor: CurrentAcademyActor,
    offer: PathOfferPath,
    body: AcademyPathOfferUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> PathOffer:
    """Change an offer; who has bought by it keeps the former price."""
    changed = await service.update_offer(session, actor, offer, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/path-offers/{offer_id}", status_code=204, responses=refusals(PathNotFit, Stale))
async def delete_path_offer(
    actor: CurrentAcademyActor, offer: PathOfferPath, session: Session, if_match: IfMatch = None
) -> None:
    """Take an offer off sale. Who has bought by it keeps what they have."""
    await service.take_off_sale(session, actor, offer, if_match)
