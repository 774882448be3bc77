"""Verbs on offers of paths, each under the lock of the path."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, OfferKind, PathOffer
from app.academy.path_offers import queries
from app.academy.path_offers.errors import OfferInterval
from app.academy.path_offers.schemas import AcademyPathOfferCreate, AcademyPathOfferUpdate
from app.academy.paths.queries import lock_path
from app.academy.paths.service import require_sellable
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import PathOfferChanged


async def read_offer(session: AsyncSession, actor: AcademyActor, offer: PathOffer) -> PathOffer:
    """An offer with its price at Stripe, for who edits it. The path shows everybody the rest."""
    allow(actor, Permission.PATH_EDIT, offer)
    return offer


async def create_offer(
    session: AsyncSession, actor: AcademyActor, path: LearningPath, data: AcademyPathOfferCreate
) -> PathOffer:
    """Sell a path at one more price. Raises `OfferInterval`, `StripePriceTaken`."""
    allow(actor, Permission.PATH_EDIT, path)
    if data.kind == OfferKind.subscription and data.billing_interval is None:
        raise OfferInterval(errors=(FieldError("/billing_interval", "missing", "Paid every month, or every year?"),))
    if data.kind != OfferKind.subscription and data.billing_interval is not None:
        raise OfferInterval(errors=(FieldError("/billing_interval", "not_a_subscription", "A bundle is paid once"),))
    path = await lock_path(session, path.id)
    offer = PathOffer(id=new_id(), path_id=path.id, **data.model_dump())
    session.add(offer)
    emit(session, PathOfferChanged(path_id=path.id, offer_id=offer.id, is_active=True))
    return await queries.get_offer(session, actor, offer.id)


async def update_offer(
    session: AsyncSession,
    actor: AcademyActor,
    offer: PathOffer,
    data: AcademyPathOfferUpdate,
    if_match: str | None = None,
) -> PathOffer:
    """Change the fields that were sent. Raises `Stale`, `StripePriceTaken`, `PathNotFit`."""
    allow(actor, Permission.PATH_EDIT, offer)
    path = await lock_path(session, offer.path_id)
    offer = await queries.get_offer(session, actor, offer.id)
    require_match(offer, if_match)
    if patch(offer, data):
        emit(session, PathOfferChanged(path_id=path.id, offer_id=offer.id, is_active=offer.is_active))
        await require_sellable(session, actor, path)
    return await queries.get_offer(session, actor, offer.id)


async def take_off_sale(
    session: AsyncSession, actor: AcademyActor, offer: PathOffer, if_match: str | None = None
) -> None:
    """Sell nothing more by this offer; who has bought by it keeps what they have. Raises `Stale`, `PathNotFit`."""
    await update_offer(session, actor, offer, AcademyPathOfferUpdate(is_active=False), if_match)
