"""The door to an organization's results."""

from typing import Annotated

from fastapi import Query

from app.academy.deps import CurrentAcademyActor
from app.academy.people.deps import OrganizationPath
from app.academy.permissions import Permission, allow
from app.academy.results import queries
from app.academy.results.schemas import AcademyAssessmentResult, AcademyAssessmentResultFilter
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get(
    "/organizations/{organization_id}/assessment-results",
    response_model=Page[AcademyAssessmentResult],
    responses=refusals(InvalidCursor),
)
async def list_assessment_results(
    actor: CurrentAcademyActor,
    organization: OrganizationPath,
    wanted: Annotated[AcademyAssessmentResultFilter, Query()],
    session: Session,
) -> Rows[AcademyAssessmentResult]:
    """What an organization's people reached, together and without names; nothing of groups below five."""
    allow(actor, Permission.ORGANIZATION_READ_RESULTS, organization)
    return await queries.list_results(session, organization.id, wanted)
