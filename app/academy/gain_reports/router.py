"""The door to reports of learning gain: of a cohort, a course, an organization."""

from app.academy.cohorts.deps import CohortPath
from app.academy.courses.deps import CoursePath
from app.academy.deps import CurrentAcademyActor
from app.academy.gain_reports import service
from app.academy.gain_reports.rules import Report
from app.academy.gain_reports.schemas import AcademyCohortGainReport, AcademyGainReport
from app.academy.people.deps import OrganizationPath
from app.core.errors import Forbidden
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/cohorts/{cohort_id}/gain", response_model=AcademyCohortGainReport, responses=refusals(Forbidden))
async def get_cohort_gain(actor: CurrentAcademyActor, cohort: CohortPath, session: Session) -> Report:
    """Report what a cohort gained, beside published ranges. Its instructor does, and platform admins."""
    return await service.report_cohort(session, actor, cohort)


@router.get("/courses/{course_id}/gain", response_model=AcademyGainReport, responses=refusals(Forbidden))
async def get_course_gain(actor: CurrentAcademyActor, course: CoursePath, session: Session) -> Report:
    """Report what all cohorts of a course gained. Those who teach it do, and platform admins."""
    return await service.report_course(session, actor, course)


@router.get("/organizations/{organization_id}/gain", response_model=AcademyGainReport, responses=refusals(Forbidden))
async def get_organization_gain(actor: CurrentAcademyActor, organization: OrganizationPath, session: Session) -> Report:
    """Report what an organization's people gained, and nothing about fewer than five of them.

    Its admins do, its managers with `view_analytics` for all teams, and platform admins.
    """
    return await service.report_organization(session, actor, organization)
