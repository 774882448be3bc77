"""The web door of enrollments in paths: get in, see how it stands, rest."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathEnrollment
from app.academy.path_enrollments import errors, queries, service
from app.academy.path_enrollments.deps import Desk
from app.academy.path_enrollments.schemas import (
    AcademyPathEnrollmentCreate,
    AcademyPathEnrollmentDetail,
    AcademyPathEnrollmentFilter,
    AcademyPathPersonQuery,
)
from app.academy.path_payments.errors import PathAlreadyEnrolled, PathNotForSale
from app.academy.path_payments.queries import get_path
from app.academy.path_progress import queries as progress
from app.academy.path_progress.errors import PathEnrollmentOver
from app.academy.path_progress.schemas import AcademyPathEnrollment
from app.academy.people.errors import AccountUnknown
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.gateways.errors import GatewayUnavailable

router = Router()


@router.post(
    "/paths/{path_id}/enrollments",
    status_code=201,
    response_model=AcademyPathEnrollment,
    responses=refusals(
        PathAlreadyEnrolled,
        PathNotForSale,
        errors.PathNotPaid,
        errors.PathSeatsUsed,
        errors.PathWithoutOrganization,
        AccountUnknown,
        GatewayUnavailable,
    ),
)
async def create_path_enrollment(path_id: UUID, body: AcademyPathEnrollmentCreate, desk: Desk) -> PathEnrollment:
    """Enroll in a path by what entitles to it; an expired enrollment is renewed.

    `individual`: nothing is paid beforehand, each course by itself. `bundle`, `subscription`: there is a checkout that
    was paid; Stripe is asked if we have not heard of it. `organization`: one's own, active and with a seat left.
    Admins may grant a bundle; an organization's admins enroll its people.
    """
    return await desk.enroll(path_id, body)


@router.get(
    "/paths/{path_id}/enrollments",
    response_model=Page[AcademyPathEnrollment],
    responses=refusals(InvalidCursor),
)
async def list_path_enrollments(
    path_id: UUID,
    wanted: Annotated[AcademyPathEnrollmentFilter, Query()],
    actor: CurrentAcademyActor,
    session: Session,
) -> Rows[PathEnrollment]:
    """List who is in a path: all for admins and instructors of its courses, otherwise whom one may see."""
    await get_path(session, actor, path_id)
    return await queries.list_of_path(session, actor, path_id, wanted)


@router.get("/paths/{path_id}/enrollment", response_model=AcademyPathEnrollmentDetail)
async def get_enrollment_of_path(
    path_id: UUID,
    whose: Annotated[AcademyPathPersonQuery, Query()],
    actor: CurrentAcademyActor,
    session: Session,
) -> dict[str, object]:
    """Get one's own enrollment in a path, or somebody's whom one may see, with every step as they stand in it."""
    account_id = whose.account_id or actor.account_id
    enrollment = await queries.get_of_person(session, actor, path_id, account_id)
    return (await queries.get_detail(session, enrollment)).shown()


@router.get("/me/path-enrollments", response_model=Page[AcademyPathEnrollment], responses=refusals(InvalidCursor))
async def list_my_path_enrollments(
    wanted: Annotated[AcademyPathEnrollmentFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[PathEnrollment]:
    """List the paths that one is or was in."""
    return await queries.list_own(session, actor, wanted)


@router.get("/path-enrollments/{path_enrollment_id}", response_model=AcademyPathEnrollmentDetail)
async def get_path_enrollment(
    path_enrollment_id: UUID, actor: CurrentAcademyActor, session: Session
) -> dict[str, object]:
    """Get an enrollment in a path with every step: what is done, what is open, and what the others wait for."""
    enrollment = await progress.get_path_enrollment(session, actor, path_enrollment_id)
    return (await queries.get_detail(session, enrollment)).shown()


@router.put(
    "/path-enrollments/{path_enrollment_id}/pause",
    response_model=AcademyPathEnrollment,
    responses=refusals(errors.PathNotPausable, PathEnrollmentOver),
)
async def pause_path(path_enrollment_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathEnrollment:
    """Let a path rest: no step is done and no seat taken meanwhile. Its end stays where it is."""
    return await service.pause(session, actor, path_enrollment_id)


@router.delete(
    "/path-enrollments/{path_enrollment_id}/pause",
    response_model=AcademyPathEnrollment,
    responses=refusals(errors.PathNotPausable, PathEnrollmentOver),
)
async def resume_path(path_enrollment_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathEnrollment:
    """Go on with a path that rests; courses completed in the meantime count."""
    return await service.resume(session, actor, path_enrollment_id)
