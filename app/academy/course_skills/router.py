"""The door to what is taught where: seen by whoever sees the course or its lessons, written by platform admins."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.academy.course_skills import queries, service
from app.academy.course_skills.deps import CourseSkillPath, LessonCompetencyPath
from app.academy.course_skills.errors import (
    CompetencyArchived,
    CompetencyUnknown,
    CourseHasSkill,
    LessonHasCompetency,
    SkillArchived,
)
from app.academy.course_skills.schemas import (
    AcademyCourseOutcomes,
    AcademyCourseSkill,
    AcademyCourseSkillCreate,
    AcademyCourseSkillUpdate,
    AcademyLessonCompetency,
    AcademyLessonCompetencyCreate,
    AcademyLessonCompetencyUpdate,
)
from app.academy.courses.deps import CoursePath
from app.academy.deps import CurrentAcademyActor
from app.academy.lessons.deps import LessonPath
from app.academy.lessons.queries import course_of
from app.academy.lessons.service import require_access
from app.academy.models import CourseSkill, LessonCompetency
from app.academy.skills.errors import SkillUnknown
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/courses/{course_id}/outcomes", response_model=AcademyCourseOutcomes, openapi_extra=public(or_bearer=True))
async def get_course_outcomes(course: CoursePath, session: Session) -> AcademyCourseOutcomes:
    """Read what a course gives: its skills with their competencies, and the lessons that work on them."""
    return await queries.get_outcomes(session, course)


@router.get(
    "/courses/{course_id}/skills",
    response_model=Page[AcademyCourseSkill],
    responses=refusals(InvalidCursor),
    openapi_extra=public(or_bearer=True),
)
async def list_course_skills(
    query: Annotated[PageQuery, Query()], course: CoursePath, session: Session
) -> Rows[CourseSkill]:
    """List the skills that a course teaches."""
    return await queries.list_course_skills(session, course, query)


@router.post(
    "/courses/{course_id}/skills",
    status_code=201,
    response_model=AcademyCourseSkill,
    responses=refusals(SkillUnknown, SkillArchived, CourseHasSkill, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_course_skill(
    actor: CurrentAcademyActor,
    course: CoursePath,
    body: AcademyCourseSkillCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> CourseSkill:
    """Say that a course teaches a skill. A second time is refused: change what is there."""
    link = await service.add_skill(session, actor, course, body)
    tag(response, request, link)
    return link


@router.get(
    "/courses/{course_id}/skills/{skill_id}", response_model=AcademyCourseSkill, openapi_extra=public(or_bearer=True)
)
async def get_course_skill(
    link: CourseSkillPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> CourseSkill:
    """Read how far a course teaches a skill, and its weight."""
    tag(response, request, link)
    return link


@router.patch("/courses/{course_id}/skills/{skill_id}", response_model=AcademyCourseSkill, responses=refusals(Stale))
async def update_course_skill(
    actor: CurrentAcademyActor,
    link: CourseSkillPath,
    body: AcademyCourseSkillUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> CourseSkill:
    """Change how far a course teaches a skill, or its weight."""
    changed = await service.update_skill(session, actor, link, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/courses/{course_id}/skills/{skill_id}", status_code=204, responses=refusals(Stale))
async def delete_course_skill(
    actor: CurrentAcademyActor, link: CourseSkillPath, session: Session, if_match: IfMatch = None
) -> None:
    """Say no longer that a course teaches a skill."""
    await service.remove_skill(session, actor, link, if_match)


@router.get(
    "/lessons/{lesson_id}/competencies",
    response_model=Page[AcademyLessonCompetency],
    responses=refusals(InvalidCursor),
)
async def list_lesson_competencies(
    actor: CurrentAcademyActor, query: Annotated[PageQuery, Query()], lesson: LessonPath, session: Session
) -> Rows[LessonCompetency]:
    """List the competencies that a lesson works on. Those do who learn or teach in the course."""
    await require_access(session, actor, await course_of(session, lesson))
    return await queries.list_lesson_competencies(session, lesson, query)


@router.post(
    "/lessons/{lesson_id}/competencies",
    status_code=201,
    response_model=AcademyLessonCompetency,
    responses=refusals(
        CompetencyUnknown, CompetencyArchived, LessonHasCompetency, IdempotencyInFlight, IdempotencyKeyReused
    ),
)
async def create_lesson_competency(
    actor: CurrentAcademyActor,
    lesson: LessonPath,
    body: AcademyLessonCompetencyCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> LessonCompetency:
    """Say that a lesson works on a competency. A second time is refused: change what is there."""
    link = await service.add_competency(session, actor, lesson, body)
    tag(response, request, link)
    return link


@router.get("/lessons/{lesson_id}/competencies/{competency_id}", response_model=AcademyLessonCompetency)
async def get_lesson_competency(
    actor: CurrentAcademyActor,
    lesson: LessonPath,
    link: LessonCompetencyPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> LessonCompetency:
    """Read what a lesson does for a competency. Those do who learn or teach in the course."""
    await require_access(session, actor, await course_of(session, lesson))
    tag(response, request, link)
    return link


@router.patch(
    "/lessons/{lesson_id}/competencies/{competency_id}",
    response_model=AcademyLessonCompetency,
    responses=refusals(Stale),
)
async def update_lesson_competency(
    actor: CurrentAcademyActor,
    link: LessonCompetencyPath,
    body: AcademyLessonCompetencyUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> LessonCompetency:
    """Change what a lesson does for a competency."""
    changed = await service.update_competency(session, actor, link, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/lessons/{lesson_id}/competencies/{competency_id}", status_code=204, responses=refusals(Stale))
async def delete_lesson_competency(
    actor: CurrentAcademyActor, link: LessonCompetencyPath, session: Session, if_match: IfMatch = None
) -> None:
    """Say no longer that a lesson works on a competency."""
    await service.remove_competency(session, actor, link, if_match)
