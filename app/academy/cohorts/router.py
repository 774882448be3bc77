"""The door to cohorts: anybody sees what they could enroll in, a platform admin plans and moves them."""

from typing import Annotated

from fastapi import Query, Response

from app.academy.cohorts import queries, service
from app.academy.cohorts.deps import CohortPath
from app.academy.cohorts.errors import (
    CapacityBelowSeatsTaken,
    CohortDatesReversed,
    CohortTransitionRefused,
    CourseArchived,
)
from app.academy.cohorts.schemas import (
    AcademyCohort,
    AcademyCohortCreate,
    AcademyCohortFilter,
    AcademyCohortStatusUpdate,
    AcademyCohortSummary,
    AcademyCohortUpdate,
)
from app.academy.courses.deps import CoursePath
from app.academy.deps import CurrentAcademyActor, OptionalAcademyActor
from app.academy.models import Cohort
from app.core.errors import Forbidden, Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


def _tagged(response: Response, cohort: Cohort) -> Cohort:
    """Adds the ETag, for `If-Match`. No 304 here: seats move with every sale, the version does not."""
    response.headers["ETag"] = etag_of(cohort)
    return cohort


@router.get(
    "/courses/{course_id}/cohorts",
    response_model=Page[AcademyCohortSummary],
    responses=refusals(Forbidden, InvalidCursor),
    openapi_extra=public(or_bearer=True),
)
async def list_cohorts(
    wanted: Annotated[AcademyCohortFilter, Query()], actor: OptionalAcademyActor, course: CoursePath, session: Session
) -> Rows[Cohort]:
    """The cohorts of a course that the caller could enroll in, soonest first."""
    service.require_selection(actor, wanted)
    return await queries.list_cohorts(session, actor, course, wanted)


@router.post(
    "/courses/{course_id}/cohorts",
    status_code=201,
    response_model=AcademyCohort,
    responses=refusals(CourseArchived, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_cohort(
    actor: CurrentAcademyActor,
    course: CoursePath,
    body: AcademyCohortCreate,
    *,
    key: Idempotent,
    session: Session,
    response: Response,
) -> Cohort:
    """Plan a cohort. It is scheduled, and sells nothing before it is opened."""
    return _tagged(response, await service.create_cohort(session, actor, course, body))


@router.get("/cohorts/{cohort_id}", response_model=AcademyCohort, openapi_extra=public(or_bearer=True))
async def get_cohort(cohort: CohortPath, response: Response) -> Cohort:
    """Read a cohort."""
    return _tagged(response, cohort)


@router.patch(
    "/cohorts/{cohort_id}",
    response_model=AcademyCohort,
    responses=refusals(CapacityBelowSeatsTaken, CohortDatesReversed, Stale),
)
async def update_cohort(
    actor: CurrentAcademyActor,
    cohort: CohortPath,
    body: AcademyCohortUpdate,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> Cohort:
    """Change a cohort: its name, dates, seats, link or instructor."""
    return _tagged(response, await service.update_cohort(session, actor, cohort, body, if_match))


@router.put(
    "/cohorts/{cohort_id}/status",
    response_model=AcademyCohort,
    responses=refusals(CohortTransitionRefused, CourseArchived),
)
async def update_cohort_status(
    actor: CurrentAcademyActor,
    cohort: CohortPath,
    body: AcademyCohortStatusUpdate,
    session: Session,
    response: Response,
) -> Cohort:
    """Move a cohort along: scheduled → open → in_progress → completed; cancelled from any but completed."""
    return _tagged(response, await service.move_cohort(session, actor, cohort, body.status))
