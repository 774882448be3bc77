"""The door to the impact of courses on skills."""

from typing import Annotated

from fastapi import Query

from app.academy.courses.deps import CoursePath
from app.academy.deps import CurrentAcademyActor
from app.academy.skill_impact import service
from app.academy.skill_impact.rules import Impact
from app.academy.skill_impact.schemas import AcademyCourseImpact, AcademyLearnerImpact
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/courses/{course_id}/skill-impact", response_model=AcademyCourseImpact)
async def get_course_skill_impact(actor: CurrentAcademyActor, course: CoursePath, session: Session) -> Impact:
    """Report how far those who paid for a course are in its skills. Those who teach it do, and platform admins.

    Admins of an organization, and managers who see analytics for all of it, are told of their own people alone, and of
    nothing that is about fewer than five of them.
    """
    return await service.report_impact(session, actor, course)


@router.get(
    "/courses/{course_id}/learner-skills", response_model=Page[AcademyLearnerImpact], responses=refusals(InvalidCursor)
)
async def list_course_learner_skills(
    actor: CurrentAcademyActor, query: Annotated[PageQuery, Query()], course: CoursePath, session: Session
) -> Rows[AcademyLearnerImpact]:
    """List who paid for a course, with how far each is in its skills. Those who teach it do, and platform admins."""
    return await service.list_learners(session, actor, course, query)
