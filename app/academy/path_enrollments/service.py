"""Verbs on enrollments in paths: enroll, renew, rest, run out, and follow what was bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.certificates import queries as certificates
from app.academy.credentials import service as credentials
from app.academy.enrollments import service as enrollments
from app.academy.models import (
    Learner,
    LearningPath,
    OfferKind,
    PathEnrollment,
    PathEnrollmentStatus,
    PathPaymentType,
    PathPurchase,
    PaymentState,
)
from app.academy.path_enrollments import queries, rules
from app.academy.path_enrollments.errors import (
    PathNotPaid,
    PathNotPausable,
    PathSeatsUsed,
    PathWithoutOrganization,
)
from app.academy.path_enrollments.rules import Act
from app.academy.path_enrollments.schemas import AcademyPathEnrollmentCreate
from app.academy.path_payments import queries as purchases_read
from app.academy.path_payments import rules as money
from app.academy.path_payments import service as purchases
from app.academy.path_payments.errors import PathAlreadyEnrolled, PathNotForSale
from app.academy.path_progress import queries as progress_read
from app.academy.path_progress import service as progress
from app.academy.path_progress.errors import PathEnrollmentOver
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow, permits
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    PathEnrolled,
    PathEnrollmentExpired,
    PathEnrollmentPaused,
    PathEnrollmentRenewed,
    PathEnrollmentResumed,
)

EXPIRED_AT_ONCE = 200
_KINDS = {PathPaymentType.bundle: OfferKind.bundle, PathPaymentType.subscription: OfferKind.subscription}


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody is in a path by. Without `expires_at` it is for a year."""

    payment_type: PathPaymentType
    organization_id: UUID | None = None
    purchase: PathPurchase | None = None
    expires_at: datetime | None = None


# Getting in


async def pages_to_ask(
    session: AsyncSession, actor: AcademyActor, path_id: UUID, body: AcademyPathEnrollmentCreate
) -> Sequence[str]:
    """The Stripe pages that may have been paid without our having heard of it yet."""
    kind = _KINDS.get(body.payment_type)
    account_id = body.account_id or actor.account_id
    if kind is None or await _is_in(session, account_id, path_id):
        return ()
    bought = await queries.list_purchases(session, account_id, path_id, kind)
    unpaid = [each for each in bought if each.state != PaymentState.paid]
    return [each.stripe_checkout_session_id for each in unpaid if each.stripe_checkout_session_id is not None]


async def enroll(
    session: AsyncSession, actor: AcademyActor, path_id: UUID, body: AcademyPathEnrollmentCreate
) -> PathEnrollment:
    """Let somebody into a path by what entitles them, looked up here (A-LPA-12); an expired enrollment is renewed.

    Raises `PathAlreadyEnrolled`, `PathNotPaid`, `PathSeatsUsed`, `PathWithoutOrganization`, `PathNotForSale`,
    `AccountUnknown`, `NotFound`, `Forbidden`.
    """
    path = await purchases_read.get_path(session, actor, path_id)
    account_id = body.account_id or actor.account_id
    if account_id == actor.account_id:
        allow(actor, Permission.PATH_BUY, path)
    elif body.payment_type is PathPaymentType.organization:
        allow(actor, Permission.PATH_ASSIGN, path)
    else:
        allow(actor, Permission.PATH_GRANT, path)
    if not path.is_active:
        raise PathNotForSale
    learner = await people.ensure_learner(session, actor, account_id)
    if await _is_in(session, learner.id, path.id):
        raise PathAlreadyEnrolled
    terms = await _terms(session, actor, path, learner, body)
    admitted = await _admit(session, actor, learner.id, path.id, terms)
    return await progress_read.get_path_enrollment(session, AcademyActor.system(), admitted)


async def _is_in(session: AsyncSession, user_id: UUID, path_id: UUID) -> bool:
    known = await queries.find_enrollment(session, user_id, path_id)
    return known is not None and not known.is_over


async def _terms(
    session: AsyncSession,
    actor: AcademyActor,
    path: LearningPath,
    learner: Learner,
    body: AcademyPathEnrollmentCreate,
) -> Terms:
    """What the entitlement is, verified."""
    match body.payment_type:
        case PathPaymentType.individual:
            return Terms(body.payment_type)
        case PathPaymentType.organization:
            organization_id = learner.organization_id
            is_theirs = permits(actor, Permission.PATH_GRANT) or organization_id == actor.organization_id
            free = None if organization_id is None else await queries.find_free_seat(session, organization_id)
            if free is None or not is_theirs:
                raise PathWithoutOrganization
            if not free:
                raise PathSeatsUsed
            return Terms(body.payment_type, organization_id=organization_id)
        case _:
            purchase = await _find_paid(session, learner.id, path.id, body)
            if purchase is not None:
                return Terms(body.payment_type, purchase=purchase, expires_at=money.entitles_until(purchase))
            if body.payment_type is PathPaymentType.bundle and permits(actor, Permission.PATH_GRANT):
                return Terms(body.payment_type)  # granted
            raise PathNotPaid


async def _find_paid(
    session: AsyncSession, user_id: UUID, path_id: UUID, body: AcademyPathEnrollmentCreate
) -> PathPurchase | None:
    """A purchase that entitles now, locked: a bundle that was not used before, a subscription that runs."""
    now = await purchases_read.get_now(session)
    for known in await queries.list_purchases(session, user_id, path_id, _KINDS[body.payment_type]):
        purchase = await purchases_read.lock_purchase(session, known.id)
        until = money.entitles_until(purchase)
        is_used = purchase.kind == OfferKind.bundle and purchase.path_enrollment_id is not None
        is_meant = body.stripe_subscription_id in {None, purchase.stripe_subscription_id}
        if money.entitles(purchase) and is_meant and not is_used and (until is None or until > now):
            return purchase
    return None


async def _admit(session: AsyncSession, actor: AcademyActor, user_id: UUID, path_id: UUID, terms: Terms) -> UUID:
    """Make the enrollment, renew the one that is over, or raise `PathAlreadyEnrolled`. The unique key decides."""
    purchase = terms.purchase
    values = {
        "organization_id": terms.organization_id,
        "payment_type": terms.payment_type,
        "offer_id": purchase.offer_id if purchase else None,
        "stripe_checkout_session_id": purchase.stripe_checkout_session_id if purchase else None,
        "stripe_subscription_id": purchase.stripe_subscription_id if purchase else None,
        "expires_at": terms.expires_at or func.now() + rules.YEAR,
    }
    made = insert(PathEnrollment).values(id=new_id(), user_id=user_id, path_id=path_id, **values)
    admitted = await session.scalar(
        made.on_conflict_do_nothing(index_elements=["user_id", "path_id"]).returning(PathEnrollment.id)
    )
    is_new = admitted is not None
    if admitted is not None:
        names = {"path_enrollment_id": admitted, "path_id": path_id, "account_id": user_id}
        emit(
            session,
            PathEnrolled(**names, payment_type=terms.payment_type, organization_id=terms.organization_id),
        )
    else:
        admitted = await _renew(session, user_id, path_id, terms, values)
    if purchase is not None:
        await purchases.attach(session, actor, purchase, admitted)
    await progress.advance(session, actor, admitted)
    if is_new:  # last, because everybody who enrolls waits for this row
        await session.execute(
            update(LearningPath)
            .where(LearningPath.id == path_id)
            .values(enrollment_count=LearningPath.enrollment_count + 1)
            .execution_options(synchronize_session=False)
        )
    return admitted


async def _renew(
    session: AsyncSession, user_id: UUID, path_id: UUID, terms: Terms, values: Mapping[str, object]
) -> UUID:
    known = await queries.find_enrollment(session, user_id, path_id)
    enrollment = await progress_read.lock_path_enrollment(session, known.id) if known else None
    if enrollment is None or not (enrollment.is_over or _can_upgrade(enrollment, terms)):
        raise PathAlreadyEnrolled
    changes = {**values} | ({"status": PathEnrollmentStatus.active} if enrollment.is_over else {})
    await session.execute(
        update(PathEnrollment)
        .where(PathEnrollment.id == enrollment.id)
        .values(changes)
        .execution_options(synchronize_session=False)
    )
    renewed = await progress_read.lock_path_enrollment(session, enrollment.id)
    _tell_renewed(session, renewed)
    return renewed.id


def _can_upgrade(enrollment: PathEnrollment, terms: Terms) -> bool:
    """Who pays course by course may buy the whole after all."""
    is_by_course = enrollment.payment_type == PathPaymentType.individual
    return terms.purchase is not None and is_by_course and enrollment.status != PathEnrollmentStatus.completed


def _tell_renewed(session: AsyncSession, enrollment: PathEnrollment) -> None:
    emit(
        session,
        PathEnrollmentRenewed(
            **_names(enrollment), payment_type=enrollment.payment_type, expires_at=enrollment.expires_at
        ),
    )


def _names(enrollment: PathEnrollment) -> dict[str, UUID]:
    return {
        "path_enrollment_id": enrollment.id,
        "path_id": enrollment.path_id,
        "account_id": enrollment.user_id,
    }


# Following what was bought


async def follow_purchase(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> None:
    """Draw the conclusion from a purchase as it stands now: let in, move the end, or end access.

    Nothing is remembered of what was concluded before, so it does not matter how often or in which order it is called.
    """
    purchase = await purchases_read.lock_purchase(session, purchase_id)
    if purchase.path_enrollment_id is None:
        await _use(session, actor, purchase)
        return
    enrollment = await progress_read.lock_path_enrollment(session, purchase.path_enrollment_id)
    if money.entitles(purchase):
        await _follow_period(session, actor, purchase, enrollment)
    elif purchase.state != PaymentState.refund_due and enrollment.status != PathEnrollmentStatus.expired:
        paying = await queries.list_paying(session, enrollment.id)
        if not any(money.entitles(each) for each in paying):
            await _end_refunded(session, actor, enrollment)


async def _use(session: AsyncSession, actor: AcademyActor, purchase: PathPurchase) -> None:
    """A purchase that was not used yet: it lets its buyer in, or its money goes back."""
    until = money.entitles_until(purchase)
    is_past = until is not None and until <= await purchases_read.get_now(session)
    if not money.entitles(purchase) or is_past:
        return
    terms = Terms(PathPaymentType(purchase.kind), purchase=purchase, expires_at=until)
    if terms.payment_type is PathPaymentType.subscription and purchase.stripe_subscription_id is None:
        return  # Stripe has not named it yet; its name is announced by the same event that this waits for
    try:
        async with session.begin_nested():
            await _admit(session, actor, purchase.user_id, purchase.path_id, terms)
    except PathAlreadyEnrolled:
        await purchases.request_refund(session, actor, purchase.id, "already_enrolled")


async def _follow_period(
    session: AsyncSession, actor: AcademyActor, purchase: PathPurchase, enrollment: PathEnrollment
) -> None:
    """The end of a subscription's access moves with its period; what had expired goes on."""
    until = money.entitles_until(purchase)
    is_its_own = enrollment.stripe_subscription_id == purchase.stripe_subscription_id
    if until is None or not is_its_own or enrollment.payment_type != PathPaymentType.subscription:
        return
    is_further = enrollment.expires_at is None or until > enrollment.expires_at
    goes_on = enrollment.status == PathEnrollmentStatus.expired and until > await purchases_read.get_now(session)
    if enrollment.status == PathEnrollmentStatus.expired and not goes_on:
        return
    enrollment.expires_at = until
    if goes_on:
        enrollment.status = PathEnrollmentStatus.active
    if goes_on or is_further:
        _tell_renewed(session, enrollment)
    await session.flush()  # progress reads it back under the lock
    if goes_on:
        await progress.advance(session, actor, enrollment.id)


async def _end_refunded(session: AsyncSession, actor: AcademyActor, enrollment: PathEnrollment) -> None:
    """The whole price went back: access ends now, and so do the certificate and the seats not yet used up."""
    now = await purchases_read.get_now(session)
    enrollment.status = PathEnrollmentStatus.expired
    enrollment.expires_at = now if enrollment.expires_at is None else min(enrollment.expires_at, now)
    emit(session, PathEnrollmentExpired(**_names(enrollment), reason="refunded"))
    live = await certificates.find_live_path(session, enrollment.id)
    if live is not None:
        await credentials.revoke(session, actor, live.id, "The payment was refunded")
    for enrollment_id in await queries.list_seats(session, enrollment.id):
        await enrollments.end_with_path(session, actor, enrollment_id)


# Resting and running out


async def pause(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID) -> PathEnrollment:
    """Let a path rest. Its end stays where it is. Raises `PathNotPausable`, `PathEnrollmentOver`, `Forbidden`."""
    return await _move(session, actor, path_enrollment_id, Act.pause)


async def resume(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID) -> PathEnrollment:
    """Let it go on; what was learned in the meantime counts. Raises as `pause` does."""
    return await _move(session, actor, path_enrollment_id, Act.resume)


async def _move(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID, act: Act) -> PathEnrollment:
    seen = await progress_read.get_path_enrollment(session, actor, path_enrollment_id)
    allow(actor, Permission.PATH_PAUSE, seen)
    enrollment = await progress_read.lock_path_enrollment(session, seen.id)
    if enrollment.is_over:
        raise PathEnrollmentOver
    wanted = rules.after(enrollment.status, act)
    if wanted is None:
        raise PathNotPausable
    if wanted != enrollment.status:
        enrollment.status = wanted
        if act is Act.pause:
            emit(session, PathEnrollmentPaused(**_names(enrollment)))
        else:
            emit(session, PathEnrollmentResumed(**_names(enrollment)))
        await session.flush()  # read back under the lock and by the answer
        if act is Act.resume:
            await progress.advance(session, actor, enrollment.id)
    return await progress_read.get_path_enrollment(session, actor, path_enrollment_id)


async def expire(session: AsyncSession, actor: AcademyActor) -> int:
    """Write down what the clock has ended, a batch at a time; returns how many. What is in use is left for later."""
    ended = (
        update(PathEnrollment)
        .where(PathEnrollment.id.in_(queries.run_out(EXPIRED_AT_ONCE)))
        .values(status=PathEnrollmentStatus.expired)
    )
    rows = await session.execute(
        ended.returning(PathEnrollment.id, PathEnrollment.path_id, PathEnrollment.user_id).execution_options(
            synchronize_session=False
        )
    )
    found = rows.all()
    for each in found:
        names = {"path_enrollment_id": each.id, "path_id": each.path_id, "account_id": each.user_id}
        emit(session, PathEnrollmentExpired(**names, reason="time"))
    return len(found)
