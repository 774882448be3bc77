"""Reads of purchases: one's own, all for platform admins; and what the till and the worker look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    LearningPath,
    OfferKind,
    PathEnrollment,
    PathOffer,
    PathPaymentType,
    PathPurchase,
    PaymentState,
)
from app.academy.models.path_enrollments import PathEnrollmentStatus
from app.academy.path_payments.rules import LIVE, PathFact
from app.academy.path_payments.schemas import AcademyPathPurchaseFilter
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate

OPEN = (PaymentState.created, PaymentState.open, PaymentState.processing)


async def get_now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.scalars(select(func.now()))).one()


# What is sold


async def get_path(session: AsyncSession, actor: AcademyActor, path_id: UUID) -> LearningPath:
    """A path that the actor may see. Raises `NotFound`."""
    path = await session.get(LearningPath, path_id, populate_existing=True)
    if path is None or not (path.is_active or actor.sees_everything):
        raise NotFound
    return path


async def find_offer(session: AsyncSession, path_id: UUID, offer_id: UUID) -> PathOffer | None:
    """An offer of a path that a person can buy now."""
    return await session.scalar(
        select(PathOffer).where(
            PathOffer.id == offer_id,
            PathOffer.path_id == path_id,
            PathOffer.is_active,
            PathOffer.for_organizations.is_(False),
        )
    )


async def has_path(session: AsyncSession, user_id: UUID, path_id: UUID) -> bool:
    """Whether a checkout would buy what is there already: a live enrollment, or money that is about to be one.

    Who pays course by course may still buy the whole.
    """
    can_upgrade = and_(
        PathEnrollment.payment_type == PathPaymentType.individual,
        PathEnrollment.status != PathEnrollmentStatus.completed,
    )
    live = select(PathEnrollment.id).where(
        PathEnrollment.user_id == user_id,
        PathEnrollment.path_id == path_id,
        PathEnrollment.is_over.is_(False),
        ~can_upgrade,
    )
    unused = select(PathPurchase.id).where(
        PathPurchase.user_id == user_id,
        PathPurchase.path_id == path_id,
        PathPurchase.state == PaymentState.paid,
        PathPurchase.path_enrollment_id.is_(None),
    )
    return bool(await session.scalar(select(or_(live.exists(), unused.exists()))))


# Purchases


def visible_purchases(actor: AcademyActor) -> Select[PathPurchase]:
    """Own ones; all for platform admins."""
    rows = select(PathPurchase)
    return rows if actor.sees_everything else rows.where(PathPurchase.user_id == actor.account_id)


async def get_purchase(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> PathPurchase:
    """A purchase. Raises `NotFound` when there is none, or none that the actor may see."""
    rows = visible_purchases(actor).where(PathPurchase.id == purchase_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyPathPurchaseFilter) -> Rows[PathPurchase]:
    """The actor's own, newest first, whatever became of them."""
    rows = select(PathPurchase).where(PathPurchase.user_id == actor.account_id)
    if wanted.state is not None:
        rows = rows.where(PathPurchase.state == wanted.state)
    if wanted.path_id is not None:
        rows = rows.where(PathPurchase.path_id == wanted.path_id)
    return await paginate(session, rows, wanted, SortBy("created_at", PathPurchase.created_at, descending=True))


async def find_open(session: AsyncSession, user_id: UUID, path_id: UUID) -> PathPurchase | None:
    """The checkout of a person and path that has not ended; there is at most one."""
    return await session.scalar(
        select(PathPurchase).where(
            PathPurchase.user_id == user_id, PathPurchase.path_id == path_id, PathPurchase.state.in_(OPEN)
        )
    )


async def find_purchase(session: AsyncSession, fact: PathFact) -> PathPurchase | None:
    """The purchase that a fact is about, by the surest of the names that it carries: Stripe's own ids come first."""
    surest = (
        (PathPurchase.stripe_checkout_session_id, fact.checkout_session_id),
        (PathPurchase.stripe_subscription_id, fact.subscription_id),
        (PathPurchase.stripe_payment_intent_id, fact.payment_intent_id),
        (PathPurchase.id, fact.purchase_id),
    )
    named = [column == value for column, value in surest if value is not None]
    if fact.payment_intent_id is not None:
        named.append(PathPurchase.intent_ids.contains([fact.payment_intent_id]))
    if fact.invoice_id is not None:
        named.append(PathPurchase.invoice_ids.contains([fact.invoice_id]))
    if not named:
        return None
    rank = case(*((name, place) for place, name in enumerate(named)))
    newest = PathPurchase.created_at.desc()
    return await session.scalar(select(PathPurchase).where(or_(*named)).order_by(rank, newest).limit(1))


async def lock_purchase(session: AsyncSession, purchase_id: UUID) -> PathPurchase:
    """The purchase as it is now, locked. Raises `NotFound`."""
    rows = select(PathPurchase).where(PathPurchase.id == purchase_id).with_for_update()
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


# For the worker. Whatever was asked about steps back in line, so that nobody waits behind the same few.


@dataclass(frozen=True, slots=True)
class Doubt:
    """A purchase of which Stripe may know more than we do, and the names to ask by."""

    purchase_id: UUID
    state: str
    checkout_session_id: str | None
    subscription_id: str | None


async def list_doubts(
    session: AsyncSession, grace: timedelta, still: timedelta, daily: timedelta, limit: int = 200
) -> Sequence[Doubt]:
    """Checkouts whose time is over, debits that settle for long, subscriptions whose period has ended or that nobody
    was asked about for a day.
    """
    is_closed = PathPurchase.state.in_((PaymentState.created, PaymentState.open)) & (
        PathPurchase.expires_at < func.now() - grace
    )
    settles = PathPurchase.state == PaymentState.processing
    subscribed = (
        (PathPurchase.state == PaymentState.paid)
        & (PathPurchase.kind == OfferKind.subscription)
        & (PathPurchase.subscription_status.is_(None) | PathPurchase.subscription_status.in_(LIVE))
    )
    asked = func.coalesce(PathPurchase.compared_at, PathPurchase.created_at)
    is_due = (PathPurchase.period_ends_at < func.now()) | (asked < func.now() - daily)
    rows = await session.execute(
        select(
            PathPurchase.id,
            PathPurchase.state,
            PathPurchase.stripe_checkout_session_id,
            PathPurchase.stripe_subscription_id,
        )
        .where(is_closed | (asked < func.now() - still) & (settles | subscribed & is_due))
        .order_by(asked)
        .limit(limit)
    )
    return [Doubt(*row) for row in rows]


async def list_stuck_refunds(session: AsyncSession, since: timedelta, limit: int = 200) -> Sequence[UUID]:
    """Refunds that have been due for long: their job gave up, or the money was in the hands of a bank."""
    moved = func.greatest(PathPurchase.updated_at, PathPurchase.compared_at)
    rows = await session.scalars(
        select(PathPurchase.id)
        .where(PathPurchase.state == PaymentState.refund_due, moved < func.now() - since)
        .order_by(PathPurchase.id)
        .limit(limit)
    )
    return rows.all()
