"""The door to people: one's own profile, and for platform admins everybody's role and every organization's seats."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.models import Learner, Organization
from app.academy.people import queries, service
from app.academy.people.deps import LearnerPath, OrganizationPath
from app.academy.people.errors import (
    AccountUnknown,
    NotAMember,
    OrganizationHasBilling,
    OrganizationTransitionRefused,
    SeatsInUse,
)
from app.academy.people.schemas import (
    AcademyLearner,
    AcademyLearnerFilter,
    AcademyLearnerSummary,
    AcademyLearnerUpdate,
    AcademyOrganization,
    AcademyOrganizationCreate,
    AcademyOrganizationFilter,
    AcademyOrganizationUpdate,
    AcademyProfile,
    AcademyProfileUpdate,
    AcademyTimezoneBackfill,
)
from app.academy.permissions import Permission, allow
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, etag_of, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/me/profile", response_model=AcademyProfile)
async def get_profile(
    actor: CurrentAcademyActor,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Learner:
    """Read the caller's profile; it begins with the first look at it."""
    learner = await service.ensure_learner(session, actor)
    tag(response, request, learner)
    return learner


@router.patch("/me/profile", response_model=AcademyProfile, responses=refusals(Stale))
async def update_profile(
    body: AcademyProfileUpdate,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Learner:
    """Change the caller's profile."""
    learner = await service.update_profile(session, actor, body, if_match)
    tag(response, request, learner)
    return learner


@router.get("/learners", response_model=Page[AcademyLearnerSummary], responses=refusals(InvalidCursor))
async def list_learners(
    wanted: Annotated[AcademyLearnerFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[Learner]:
    """List who is in the academy, by name. Platform admins do."""
    allow(actor, Permission.LEARNERS_READ)
    return await queries.list_learners(session, actor, wanted)


@router.get("/learners/{account_id}", response_model=AcademyLearner)
async def get_learner(
    learner: LearnerPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Learner:
    """Read somebody's profile. Platform admins do, and everybody their own."""
    tag(response, request, learner)
    return learner


@router.patch(
    "/learners/{account_id}", response_model=AcademyLearner, responses=refusals(AccountUnknown, NotAMember, Stale)
)
async def update_learner(
    account_id: UUID,
    body: AcademyLearnerUpdate,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Learner:
    """Give somebody a role or an organization; it counts from their next request on. Platform admins do."""
    learner = await service.appoint(session, actor, account_id, body, if_match)
    tag(response, request, learner)
    return learner


@router.post(
    "/timezone-backfills",
    status_code=202,
    response_model=AcademyTimezoneBackfill,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_timezone_backfill(
    actor: CurrentAcademyActor, key: Idempotent, session: Session
) -> AcademyTimezoneBackfill:
    """Give everybody without a time zone the academy's own, in the background. A second time changes nothing."""
    return AcademyTimezoneBackfill(id=await service.request_timezone_backfill(session, actor))


@router.get("/organizations", response_model=Page[AcademyOrganization], responses=refusals(InvalidCursor))
async def list_organizations(
    wanted: Annotated[AcademyOrganizationFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[Organization]:
    """List the organizations that buy seats, by name. Platform admins do."""
    allow(actor, Permission.ORGANIZATION_BILLING)
    return await queries.list_organizations(session, actor, wanted)


@router.post(
    "/organizations",
    status_code=201,
    response_model=AcademyOrganization,
    responses=refusals(OrganizationHasBilling, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_organization(
    body: AcademyOrganizationCreate,
    actor: CurrentAcademyActor,
    key: Idempotent,
    *,
    session: Session,
    request: Request,
    response: Response,
) -> Organization:
    """Let an organization buy seats. It waits for its payment; its members become its people here."""
    organization = await service.create_organization(session, actor, body)
    tag(response, request, organization)
    return organization


@router.get("/organizations/{organization_id}", response_model=AcademyOrganization)
async def get_organization(
    organization: OrganizationPath, actor: CurrentAcademyActor, response: Response
) -> Organization:
    """Read the billing side of an organization. Platform admins do, and its own admins."""
    allow(actor, Permission.ORGANIZATION_READ_BILLING, organization)
    # No 304 here: seats are used and returned, the version stays.
    response.headers["ETag"] = etag_of(organization)
    return organization


@router.patch(
    "/organizations/{organization_id}",
    response_model=AcademyOrganization,
    responses=refusals(OrganizationTransitionRefused, SeatsInUse, Stale),
)
async def update_organization(
    organization: OrganizationPath,
    body: AcademyOrganizationUpdate,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Organization:
    """Change the billing side: status, seats, domain, whom to write to. Platform admins do."""
    changed = await service.update_organization(session, actor, organization, body, if_match)
    tag(response, request, changed)
    return changed
