"""What can be done with an enrollment in one step: give a seat, end it, move it, answer the survey."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import counters, seats
from app.academy.cohorts import queries as cohorts
from app.academy.enrollments import queries
from app.academy.enrollments.errors import (
    CheckoutSessionTaken,
    EnrollmentEnded,
    EnrollmentNotPaid,
    IntakeSurveyDone,
    NotInOrganization,
    OtherCourse,
)
from app.academy.enrollments.schemas import AcademyIntakeSurveyCreate
from app.academy.models import (
    Cohort,
    Enrollment,
    EnrollmentStatus,
    Learner,
    PathEnrollment,
    PathPaymentType,
    PaymentState,
    PaymentStatus,
    PaymentType,
)
from app.academy.payments import queries as payments_read
from app.academy.payments import refunds, stripe_pages
from app.academy.payments import service as payments
from app.academy.payments.errors import NothingToRefund, PaymentSettling
from app.academy.payments.rules import Fact, FactKind
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow, permits
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    CohortDrifted,
    EnrollmentCancelled,
    EnrollmentConfirmed,
    EnrollmentCreated,
    EnrollmentTransferred,
    IntakeSurveyCompleted,
)

AT_NIGHT = timedelta(hours=3)


def announce_enrollment(session: AsyncSession, enrollment: Enrollment) -> None:
    """Tell of a new enrollment, and of its confirmation when nothing has to be paid."""
    names = {
        "enrollment_id": enrollment.id,
        "cohort_id": enrollment.cohort_id,
        "course_id": enrollment.course_id,
        "account_id": enrollment.user_id,
    }
    emit(
        session,
        EnrollmentCreated(**names, payment_status=enrollment.payment_status, payment_type=enrollment.payment_type),
    )
    if enrollment.payment_status == PaymentStatus.completed:
        emit(session, EnrollmentConfirmed(**names))


async def enroll(
    session: AsyncSession, actor: AcademyActor, cohort_id: UUID, account_id: UUID | None = None
) -> Enrollment:
    """Give somebody a seat without a checkout: a seat of the organization, or one granted by a platform admin.

    Raises what `seats.take` raises; Forbidden, NotFound, NotInOrganization, AccountUnknown.
    """
    cohort = await cohorts.get_cohort(session, actor, cohort_id)
    learner = await _who_may_sit(session, actor, cohort, account_id or actor.account_id)
    organization_id = learner.organization_id
    enrollment_id = await seats.take(
        session,
        seats.SeatOrder(
            cohort_id=cohort.id,
            user_id=learner.id,
            payment_type=PaymentType.b2c if organization_id is None else PaymentType.b2b,
            organization_id=organization_id,
            past_queue=permits(actor, Permission.SEAT_GRANT),
        ),
    )
    enrollment = await queries.get_enrollment(session, actor, enrollment_id)
    announce_enrollment(session, enrollment)
    return enrollment


async def _who_may_sit(session: AsyncSession, actor: AcademyActor, cohort: Cohort, account_id: UUID) -> Learner:
    """The learner who gets the seat, once it is clear that the actor may give it to them."""
    if not permits(actor, Permission.SEAT_GRANT, cohort):
        own = account_id == actor.account_id
        allow(actor, Permission.ORGANIZATION_SEAT_USE if own else Permission.ORGANIZATION_SEAT_ASSIGN, cohort)
    learner = await people.ensure_learner(session, actor, account_id)
    granted = permits(actor, Permission.SEAT_GRANT, cohort)
    if not granted and learner.organization_id != actor.organization_id:
        raise NotInOrganization
    if cohort.is_b2b and learner.organization_id != cohort.organization_id:
        raise NotInOrganization
    return learner


async def enroll_by_path(
    session: AsyncSession, actor: AcademyActor, cohort_id: UUID, path: PathEnrollment, course_id: UUID
) -> Enrollment:
    """The seat in a cohort of `course_id` that somebody's path entitles to (Z-127); an organization's path uses one
    of its seats. Asks for no right: the path's step was asked before.

    Raises OtherCourse, NotInOrganization, NotFound, and what `seats.take` raises.
    """
    cohort = await cohorts.get_cohort(session, actor, cohort_id)
    if cohort.course_id != course_id:
        raise OtherCourse
    if cohort.is_b2b and cohort.organization_id != path.organization_id:
        raise NotInOrganization
    is_theirs = path.payment_type == PathPaymentType.organization
    enrollment_id = await seats.take(
        session,
        seats.SeatOrder(
            cohort_id=cohort.id,
            user_id=path.user_id,
            payment_type=PaymentType.b2b if is_theirs else PaymentType.b2c,
            organization_id=path.organization_id if is_theirs else None,
            path_enrollment_id=path.id,
        ),
    )
    enrollment = await queries.get_enrollment(session, AcademyActor.system(), enrollment_id)
    announce_enrollment(session, enrollment)
    return enrollment


async def end_with_path(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> None:
    """The path that entitled to it was paid back: what is not completed ends, its seat goes to the next."""
    enrollment, cohort = await seats.lock_enrollment(session, enrollment_id)
    if enrollment.enrollment_status != EnrollmentStatus.active or enrollment.completed_at is not None:
        return
    enrollment.enrollment_status = EnrollmentStatus.cancelled
    enrollment.ended_at = func.now()
    enrollment.end_reason = "path_refunded"
    await seats.give_back(session, enrollment, cohort, "cancelled")
    emit(
        session,
        EnrollmentCancelled(
            enrollment_id=enrollment.id,
            cohort_id=enrollment.cohort_id,
            account_id=enrollment.user_id,
            reason="path_refunded",
        ),
    )


async def create_enrollment(
    session: AsyncSession, actor: AcademyActor, user_id: UUID, cohort_id: UUID, checkout_session_id: str
) -> Enrollment:
    """A pending enrollment for a checkout that was opened elsewhere; the same session, the same enrollment (A-ENR-02).

    Raises CheckoutSessionTaken for another person's or cohort's session (Z-63), Forbidden, AccountUnknown, and what
    `seats.take` raises.
    """
    allow(actor, Permission.SEAT_GRANT, await cohorts.get_cohort(session, actor, cohort_id))
    await people.ensure_learner(session, actor, user_id)
    cohort = await counters.lock_cohort(session, cohort_id)  # two deliveries of one session wait for each other here
    known = await queries.find_by_checkout_session(session, checkout_session_id)
    if known is not None:
        if (known.user_id, known.cohort_id) != (user_id, cohort_id):
            raise CheckoutSessionTaken
        return await queries.get_enrollment(session, actor, known.id)
    enrollment_id = await seats.take(
        session,
        seats.SeatOrder(
            cohort_id=cohort_id,
            user_id=user_id,
            payment_status=PaymentStatus.pending,
            hold=seats.HOLD,
            checkout_session_id=checkout_session_id,
        ),
    )
    enrollment = await queries.get_enrollment(session, actor, enrollment_id)
    announce_enrollment(session, enrollment)
    await stripe_pages.adopt_page(session, actor, enrollment, cohort.course, checkout_session_id)
    return enrollment


async def page_to_close(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> str | None:
    """The Stripe session that is still open for an enrollment which the actor may end: close it there first."""
    allow(actor, Permission.ENROLLMENT_END, await queries.get_enrollment(session, actor, enrollment_id))
    unsettled = await payments_read.find_unsettled(session, enrollment_id)
    return None if unsettled is None else unsettled.stripe_checkout_session_id


async def cancel(
    session: AsyncSession,
    actor: AcademyActor,
    enrollment_id: UUID,
    reason: str | None = None,
    *,
    last_word: Fact | None = None,
) -> Enrollment:
    """End an enrollment; its seat goes to the next (A-ENR-16). The payment stays what it is: refunds are their own act.

    An open checkout must have been closed at Stripe before; `last_word` is what became of it. Whoever paid there in
    that very moment gave up a seat that was not paid for, and gets the money back.
    Raises EnrollmentEnded, PaymentSettling, Forbidden.
    """
    allow(actor, Permission.ENROLLMENT_END, await queries.get_enrollment(session, actor, enrollment_id))
    enrollment, cohort = await seats.lock_enrollment(session, enrollment_id)
    if enrollment.enrollment_status != EnrollmentStatus.active or enrollment.payment_status == PaymentStatus.refunded:
        raise EnrollmentEnded
    unsettled = await payments_read.find_unsettled(session, enrollment_id)
    is_settling = unsettled is not None and unsettled.state == PaymentState.processing
    if is_settling or (last_word is not None and last_word.kind is FactKind.processing):
        raise PaymentSettling
    enrollment.enrollment_status = EnrollmentStatus.cancelled
    enrollment.ended_at = func.now()
    enrollment.end_reason = reason
    if unsettled is not None:
        unsettled.state = PaymentState.expired
        enrollment.payment_status = PaymentStatus.failed
    await seats.give_back(session, enrollment, cohort, "cancelled")
    emit(
        session,
        EnrollmentCancelled(
            enrollment_id=enrollment.id,
            cohort_id=enrollment.cohort_id,
            account_id=enrollment.user_id,
            reason="requested",
        ),
    )
    if last_word is not None and last_word.kind is FactKind.paid:
        await payments.apply_fact(session, actor, last_word)
        await _return_payment(session, actor, enrollment_id, "cancelled")
    return await queries.get_enrollment(session, actor, enrollment_id)


async def _return_payment(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, reason: str) -> None:
    """Have the payment of a locked enrollment go back, if there is one that has not."""
    payment = await payments_read.find_refundable(session, enrollment_id)
    if payment is not None:
        locked = await payments_read.lock_payment(session, payment.id)
        await refunds.request_refund(session, actor, locked, reason)


async def transfer(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, cohort_id: UUID) -> Enrollment:
    """Move somebody to another cohort of the course: one transaction, money and history kept (A-ENR-16).

    Raises OtherCourse, EnrollmentEnded, EnrollmentNotPaid, Forbidden, NotFound, and what `seats.take` raises.
    """
    enrollment = await queries.get_enrollment(session, actor, enrollment_id)
    allow(actor, Permission.ENROLLMENT_END, enrollment)
    target = await cohorts.get_cohort(session, actor, cohort_id)
    if target.course_id != enrollment.course_id:
        raise OtherCourse
    if enrollment.enrollment_status != EnrollmentStatus.active:
        raise EnrollmentEnded
    if enrollment.payment_status != PaymentStatus.completed:
        raise EnrollmentNotPaid
    if target.is_b2b and target.organization_id != enrollment.organization_id:
        raise NotInOrganization
    moved = await seats.move(session, enrollment, cohort_id)
    if moved is None:  # cancelled, refunded or moved while we waited for the locks
        raise EnrollmentEnded
    await payments.carry_over(session, actor, enrollment_id, moved)
    emit(
        session,
        EnrollmentTransferred(enrollment_id=moved, former_enrollment_id=enrollment_id, account_id=enrollment.user_id),
    )
    return await queries.get_enrollment(session, actor, moved)


async def answer_intake_survey(
    session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, body: AcademyIntakeSurveyCreate
) -> Enrollment:
    """Keep the learner's answers, once (A-ENR-13). Raises IntakeSurveyDone, EnrollmentNotPaid, EnrollmentEnded."""
    allow(actor, Permission.ENROLLMENT_STUDY, await queries.get_enrollment(session, actor, enrollment_id))
    enrollment, _ = await seats.lock_enrollment(session, enrollment_id)
    if enrollment.enrollment_status != EnrollmentStatus.active:
        raise EnrollmentEnded
    if enrollment.payment_status != PaymentStatus.completed:
        raise EnrollmentNotPaid
    if enrollment.intake_survey_completed:
        raise IntakeSurveyDone
    enrollment.intake_survey_completed = True
    enrollment.intake_answers = dict(body.answers)
    emit(session, IntakeSurveyCompleted(enrollment_id=enrollment.id))
    await session.flush()  # read back below as the answer shows it
    return await queries.get_enrollment(session, actor, enrollment_id)


async def refund(
    session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, amount_cents: int | None, reason: str | None
) -> Enrollment:
    """Have the payment of an enrollment go back: all of it, which ends access when it has gone, or a part.

    Raises NothingToRefund, Forbidden, NotFound.
    """
    allow(actor, Permission.PAYMENT_REFUND, await queries.get_enrollment(session, actor, enrollment_id))
    await seats.lock_enrollment(session, enrollment_id)
    payment = await payments_read.find_refundable(session, enrollment_id)
    if payment is None:
        raise NothingToRefund
    locked = await payments_read.lock_payment(session, payment.id)
    await refunds.request_refund(session, actor, locked, reason or "requested", amount_cents)
    return await queries.get_enrollment(session, actor, enrollment_id)


async def end_for_cancelled_cohort(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> None:
    """The cohort will not take place: the seat is void, money goes back, an organization's seat returns (A-COH-07)."""
    enrollment, cohort = await seats.lock_enrollment(session, enrollment_id)
    if enrollment.enrollment_status != EnrollmentStatus.active:
        return
    enrollment.enrollment_status = EnrollmentStatus.cancelled
    enrollment.ended_at = func.now()
    enrollment.end_reason = "cohort_cancelled"
    if enrollment.payment_status == PaymentStatus.pending:
        enrollment.payment_status = PaymentStatus.failed
    unsettled = await payments_read.find_unsettled(session, enrollment_id)
    if unsettled is not None and unsettled.state != PaymentState.processing:  # what is settling may still come in
        unsettled.state = PaymentState.expired
    await seats.give_back(session, enrollment, cohort, "cohort_cancelled")
    await _return_payment(session, actor, enrollment_id, "cohort_cancelled")
    emit(
        session,
        EnrollmentCancelled(
            enrollment_id=enrollment.id,
            cohort_id=enrollment.cohort_id,
            account_id=enrollment.user_id,
            reason="cohort_cancelled",
        ),
    )


async def move_windows(session: AsyncSession, actor: AcademyActor, cohort_id: UUID, *, may_shorten: bool) -> int:
    """Set the access windows of a cohort's enrollments by its end as it is now; returns how many changed (A-ENR-09).

    What was granted is shortened only on an admin's word.
    """

    def due(column: Any, after: timedelta) -> ColumnElement[datetime]:
        return Cohort.end_date + after if may_shorten else func.greatest(column, Cohort.end_date + after)

    windows = {
        Enrollment.office_hours_eligible_until: seats.OFFICE_HOURS,
        Enrollment.materials_access_until: seats.MATERIALS,
        Enrollment.chatbot_access_until: seats.CHATBOT,
    }
    changed = await session.execute(
        update(Enrollment)
        .where(
            Enrollment.cohort_id == cohort_id,
            Cohort.id == Enrollment.cohort_id,
            Enrollment.enrollment_status != EnrollmentStatus.transferred,
        )
        .values({column: due(column, after) for column, after in windows.items()})
        .returning(Enrollment.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def repair_counters(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> bool:
    """Set a cohort's counters by its rows; a drift is announced. False: they agreed, seen under the lock (A-COH-04)."""
    count = await seats.recount(session, cohort_id)
    if count.has_drifted:
        emit(
            session,
            CohortDrifted(
                cohort_id=cohort_id,
                current_enrollment_was=count.current_enrollment,
                current_enrollment_is=count.seated_rows,
                held_was=count.held,
                held_is=count.offered_rows,
                waiting_was=count.waiting,
                waiting_is=count.waiting_rows,
            ),
        )
    return count.has_drifted
