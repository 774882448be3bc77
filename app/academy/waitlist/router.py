"""The web door of the waitlist: join, look, accept, leave."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.cohorts import errors as cohort_errors
from app.academy.cohorts import queries as cohorts
from app.academy.deps import CurrentAcademyActor
from app.academy.enrollments.checkout import Checkout
from app.academy.enrollments.deps import SeatTill
from app.academy.enrollments.schemas import AcademyCheckout, AcademyCheckoutCreate
from app.academy.models import WaitlistEntry
from app.academy.payments.errors import PaymentRefused
from app.academy.permissions import Permission, allow
from app.academy.waitlist import queries, service
from app.academy.waitlist.errors import AlreadyWaiting, EntryEnded, NotOffered, OfferExpired, SeatsAvailable
from app.academy.waitlist.schemas import (
    AcademyOffersMade,
    AcademyQueueFilter,
    AcademyWaitlistEntry,
    AcademyWaitlistFilter,
)
from app.core.http.pages import Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.gateways.errors import GatewayUnavailable
from app.identity.deps import IdempotencyRequired

router = Router()


@router.post(
    "/cohorts/{cohort_id}/waitlist",
    status_code=201,
    response_model=AcademyWaitlistEntry,
    responses=refusals(
        SeatsAvailable,
        AlreadyWaiting,
        cohort_errors.AlreadyEnrolled,
        cohort_errors.CohortNotOpen,
        cohort_errors.CohortStarted,
        cohort_errors.CourseArchived,
    ),
)
async def create_waitlist_entry(
    cohort_id: UUID, actor: CurrentAcademyActor, session: Session, _: IdempotencyRequired
) -> WaitlistEntry:
    """Wait for a seat in a full cohort."""
    return await service.join_cohort(session, actor, cohort_id)


@router.post(
    "/courses/{course_id}/waitlist",
    status_code=201,
    response_model=AcademyWaitlistEntry,
    responses=refusals(SeatsAvailable, AlreadyWaiting, cohort_errors.AlreadyEnrolled, cohort_errors.CourseArchived),
)
async def create_course_waitlist_entry(
    course_id: UUID, actor: CurrentAcademyActor, session: Session, _: IdempotencyRequired
) -> WaitlistEntry:
    """Wait for whichever cohort of a course has a seat next."""
    return await service.join_course(session, actor, course_id)


@router.get("/cohorts/{cohort_id}/waitlist", response_model=Page[AcademyWaitlistEntry])
async def list_cohort_waitlist(
    cohort_id: UUID, wanted: Annotated[AcademyQueueFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[WaitlistEntry]:
    """List a cohort's queue from its front, for those who run the cohort."""
    allow(actor, Permission.COHORT_READ_ROSTER, await cohorts.get_cohort(session, actor, cohort_id))
    return await queries.list_queue(session, cohort_id, wanted)


@router.post("/cohorts/{cohort_id}/waitlist/offers", response_model=AcademyOffersMade)
async def create_offers(cohort_id: UUID, actor: CurrentAcademyActor, session: Session) -> AcademyOffersMade:
    """Offer free seats to those who wait, now. It happens by itself; running it twice offers nothing twice."""
    return AcademyOffersMade(offered_count=await service.process(session, actor, cohort_id))


@router.get("/me/waitlist", response_model=Page[AcademyWaitlistEntry])
async def list_my_waitlist(
    wanted: Annotated[AcademyWaitlistFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[WaitlistEntry]:
    """List one's own places in queues, with rank and offers."""
    return await queries.list_own(session, actor, wanted)


@router.get("/waitlist/{entry_id}", response_model=AcademyWaitlistEntry)
async def get_waitlist_entry(entry_id: UUID, actor: CurrentAcademyActor, session: Session) -> WaitlistEntry:
    """Get one place in a queue."""
    return await queries.get_entry(session, actor, entry_id)


@router.post(
    "/waitlist/{entry_id}/acceptance",
    status_code=201,
    response_model=AcademyCheckout,
    responses=refusals(
        OfferExpired,
        NotOffered,
        EntryEnded,
        cohort_errors.AlreadyEnrolled,
        cohort_errors.CohortNotOpen,
        cohort_errors.CohortStarted,
        cohort_errors.CourseArchived,
        PaymentRefused,
        GatewayUnavailable,
    ),
)
async def create_acceptance(entry_id: UUID, body: AcademyCheckoutCreate, till: SeatTill) -> Checkout:
    """Accept an offer: a checkout of the seat that it holds."""
    return await till.sell(lambda session, actor: service.accept(session, actor, entry_id, body))


@router.delete("/waitlist/{entry_id}", status_code=204, responses=refusals(EntryEnded))
async def delete_waitlist_entry(entry_id: UUID, actor: CurrentAcademyActor, session: Session) -> None:
    """Leave a queue, or decline an offer."""
    await service.leave(session, actor, entry_id)
