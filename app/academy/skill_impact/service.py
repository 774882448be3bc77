"""Impact for those who may have it: all of it for who teaches the course, sums for who answers for its learners."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain_reports.queries import Answerable, analysts_of, teachers_of
from app.academy.models import Course
from app.academy.permissions import AcademyActor, Permission, allow, permits
from app.academy.skill_impact import queries, rules
from app.academy.skill_impact.rules import Impact
from app.academy.skill_impact.schemas import AcademyLearnerImpact
from app.core.http.pages import PageQuery, Rows


async def report_impact(session: AsyncSession, actor: AcademyActor, course: Course) -> Impact:
    """How far the learners of a course are: all of them for its teachers and platform admins.

    Managers are told of their own organization's people, of five or more. Raises `Forbidden` for everybody else.
    """
    if permits(actor, Permission.COURSE_READ_IMPACT, await teachers_of(session, course.id)):
        return await queries.get_impact(session, course)
    answerable = Answerable(frozenset())
    if actor.organization_id is not None:
        answerable = await analysts_of(session, actor.organization_id)
    allow(actor, Permission.ORGANIZATION_READ_IMPACT, answerable)
    return rules.anonymous(await queries.get_impact(session, course, answerable.organization_id))


async def list_learners(
    session: AsyncSession, actor: AcademyActor, course: Course, query: PageQuery
) -> Rows[AcademyLearnerImpact]:
    """Each paid enrollment with its learner's standing, for the course's teachers and platform admins.

    Raises `Forbidden` for everybody else, managers included: theirs are sums (A-PRV-02).
    """
    allow(actor, Permission.COURSE_READ_IMPACT, await teachers_of(session, course.id))
    return await queries.list_learners(session, course, query)
