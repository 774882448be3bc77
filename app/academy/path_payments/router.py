"""The web door of the till for paths: buy one, see what became of it, give the money back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathPurchase
from app.academy.path_payments import errors, queries, service
from app.academy.path_payments.deps import Till
from app.academy.path_payments.schemas import (
    AcademyPathCheckoutCreate,
    AcademyPathPurchase,
    AcademyPathPurchaseFilter,
    AcademyPathRefundCreate,
)
from app.academy.payments.errors import PaymentRefused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.gateways.errors import GatewayUnavailable
from app.identity.deps import MoneyIdempotency

router = Router()


@router.post(
    "/paths/{path_id}/checkout",
    status_code=201,
    response_model=AcademyPathPurchase,
    responses=refusals(
        errors.PathAlreadyEnrolled,
        errors.PathNotForSale,
        errors.PathOfferUnknown,
        errors.PathCheckoutOpen,
        errors.PathPaymentSettling,
        PaymentRefused,
        GatewayUnavailable,
    ),
)
async def create_path_checkout(path_id: UUID, body: AcademyPathCheckoutCreate, till: Till) -> PathPurchase:
    """Open a page to pay for a path: its bundle, or one of its offers. Once paid, one is enrolled without more ado.

    A checkout that is still open is closed at Stripe first: there is one at a time.
    """
    return await till.sell(path_id, body)


@router.get("/me/path-purchases", response_model=Page[AcademyPathPurchase], responses=refusals(InvalidCursor))
async def list_my_path_purchases(
    wanted: Annotated[AcademyPathPurchaseFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[PathPurchase]:
    """List one's own purchases of paths, newest first."""
    return await queries.list_own(session, actor, wanted)


@router.get("/path-purchases/{purchase_id}", response_model=AcademyPathPurchase)
async def get_path_purchase(purchase_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathPurchase:
    """Get a purchase: whether it is paid, or where it still can be."""
    return await queries.get_purchase(session, actor, purchase_id)


@router.post(
    "/path-purchases/{purchase_id}/refund",
    status_code=202,
    response_model=AcademyPathPurchase,
    responses=refusals(errors.PathNothingToRefund),
)
async def create_path_refund(
    purchase_id: UUID,
    body: AcademyPathRefundCreate,
    actor: CurrentAcademyActor,
    session: Session,
    _: MoneyIdempotency,
) -> PathPurchase:
    """Send the money of a path back, all of it; a subscription ends with it. Access ends when it has gone."""
    return await service.refund(session, actor, purchase_id, body.reason)
