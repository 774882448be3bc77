"""The web door of enrollments: buy a seat, get one, see it, end it, move it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.cohorts import errors as cohort_errors
from app.academy.deps import CurrentAcademyActor, StepwiseAcademyActor
from app.academy.enrollments import checkout, errors, queries, service
from app.academy.enrollments.checkout import Checkout
from app.academy.enrollments.deps import SeatTill, Stripe, close_page
from app.academy.enrollments.express import serve_checkout
from app.academy.enrollments.schemas import (
    AcademyCancellationCreate,
    AcademyCheckout,
    AcademyCheckoutCreate,
    AcademyEnrolledCohort,
    AcademyEnrollment,
    AcademyEnrollmentCreate,
    AcademyEnrollmentFilter,
    AcademyIntakeSurveyCreate,
    AcademyRefundCreate,
    AcademyTransferCreate,
)
from app.academy.models import Enrollment
from app.academy.models.base import Base
from app.academy.payments.errors import NothingToRefund, PaymentRefused, PaymentSettling
from app.core.http.express import express
from app.core.http.pages import Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session, StepwiseSession
from app.gateways.errors import GatewayUnavailable
from app.identity.deps import IdempotencyRequired, Idempotent, MoneyIdempotency

router = Router()

NO_SEAT = (
    cohort_errors.CohortFull,
    cohort_errors.CohortNotOpen,
    cohort_errors.CohortStarted,
    cohort_errors.CourseArchived,
    cohort_errors.AlreadyEnrolled,
    cohort_errors.ReservedForWaitlist,
)
NO_ORGANIZATION_SEAT = (cohort_errors.NoSeats, cohort_errors.OrganizationNotActive)


@router.post(
    "/cohorts/{cohort_id}/checkout",
    status_code=201,
    response_model=AcademyCheckout,
    responses=refusals(*NO_SEAT, PaymentRefused, GatewayUnavailable),
)
@express(serve_checkout)
async def create_checkout(cohort_id: UUID, body: AcademyCheckoutCreate, till: SeatTill) -> Checkout:
    """Hold a seat and open a page to pay for it; a free course enrolls at once."""
    return await till.sell(lambda session, actor: checkout.begin_checkout(session, actor, cohort_id, body))


@router.post(
    "/cohorts/{cohort_id}/enrollments",
    status_code=201,
    response_model=AcademyEnrollment,
    responses=refusals(*NO_SEAT, *NO_ORGANIZATION_SEAT, errors.NotInOrganization, errors.CheckoutSessionTaken),
)
async def create_enrollment(
    cohort_id: UUID, body: AcademyEnrollmentCreate, actor: CurrentAcademyActor, session: Session, _: IdempotencyRequired
) -> Enrollment:
    """Give a seat without a checkout of ours: one of the organization's, or one granted by a platform admin."""
    account_id = body.account_id or actor.account_id
    if body.stripe_checkout_session_id is not None:
        checkout_id = body.stripe_checkout_session_id
        return await service.create_enrollment(session, actor, account_id, cohort_id, checkout_id)
    return await service.enroll(session, actor, cohort_id, account_id)


@router.get("/cohorts/{cohort_id}/enrollments", response_model=Page[AcademyEnrollment])
async def list_cohort_enrollments(
    cohort_id: UUID,
    wanted: Annotated[AcademyEnrollmentFilter, Query()],
    actor: CurrentAcademyActor,
    session: Session,
) -> Rows[Enrollment]:
    """List who is or was in a cohort: all for admins and its instructor, otherwise whom one may see."""
    return await queries.list_of_cohort(session, actor, cohort_id, wanted)


@router.get("/me/enrollments", response_model=Page[AcademyEnrollment])
async def list_my_enrollments(
    wanted: Annotated[AcademyEnrollmentFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[Enrollment]:
    """List one's own enrollments, whatever became of them."""
    return await queries.list_own(session, actor, wanted)


@router.get("/me/cohorts", response_model=Page[AcademyEnrolledCohort])
async def list_my_cohorts(
    wanted: Annotated[PageQuery, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[dict[str, Base]]:
    """List the cohorts one has paid for, each with its course."""
    found = await queries.list_enrolled_cohorts(session, actor, wanted)
    items: list[dict[str, Base]] = [
        {"enrollment": each, "cohort": each.cohort, "course": each.course} for each in found.items
    ]
    return Rows(items, found.next_cursor)


@router.get("/enrollments/{enrollment_id}", response_model=AcademyEnrollment)
async def get_enrollment(enrollment_id: UUID, actor: CurrentAcademyActor, session: Session) -> Enrollment:
    """Get one enrollment."""
    return await queries.get_enrollment(session, actor, enrollment_id)


@router.post(
    "/enrollments/{enrollment_id}/cancellation",
    response_model=AcademyEnrollment,
    responses=refusals(errors.EnrollmentEnded, PaymentSettling, GatewayUnavailable),
)
async def cancel_enrollment(
    enrollment_id: UUID,
    body: AcademyCancellationCreate,
    actor: StepwiseAcademyActor,
    transactions: StepwiseSession,
    stripe: Stripe,
) -> Enrollment:
    """Cancel an enrollment. An open checkout is closed at Stripe first, so that nobody pays for a seat they gave up."""
    async with transactions.begin() as session:
        open_page = await service.page_to_close(session, actor, enrollment_id)
    last_word = await close_page(stripe, open_page) if open_page else None
    async with transactions.begin() as session:
        return await service.cancel(session, actor, enrollment_id, body.reason, last_word=last_word)


@router.post(
    "/enrollments/{enrollment_id}/transfer",
    status_code=201,
    response_model=AcademyEnrollment,
    responses=refusals(
        *NO_SEAT, errors.EnrollmentEnded, errors.EnrollmentNotPaid, errors.OtherCourse, errors.NotInOrganization
    ),
)
async def create_transfer(
    enrollment_id: UUID, body: AcademyTransferCreate, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> Enrollment:
    """Move to another cohort of the course; answers with the new enrollment."""
    return await service.transfer(session, actor, enrollment_id, body.cohort_id)


@router.post(
    "/enrollments/{enrollment_id}/refund",
    status_code=202,
    response_model=AcademyEnrollment,
    responses=refusals(NothingToRefund),
)
async def create_refund(
    enrollment_id: UUID, body: AcademyRefundCreate, actor: CurrentAcademyActor, session: Session, _: MoneyIdempotency
) -> Enrollment:
    """Send money back: all of it, which ends access, or a part. It leaves from a job; the enrollment shows when."""
    return await service.refund(session, actor, enrollment_id, body.amount_cents, body.reason)


@router.post(
    "/enrollments/{enrollment_id}/intake-survey",
    status_code=201,
    response_model=AcademyEnrollment,
    responses=refusals(errors.IntakeSurveyDone, errors.EnrollmentEnded, errors.EnrollmentNotPaid),
)
async def create_intake_survey(
    enrollment_id: UUID, body: AcademyIntakeSurveyCreate, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> Enrollment:
    """Answer the intake survey, once."""
    return await service.answer_intake_survey(session, actor, enrollment_id, body)
