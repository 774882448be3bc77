"""Verbs on what is taught where, each under the lock of the course."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.competencies import queries as competencies
from app.academy.course_skills import queries
from app.academy.course_skills.errors import CompetencyArchived, CompetencyUnknown, SkillArchived
from app.academy.course_skills.schemas import (
    AcademyCourseSkillCreate,
    AcademyCourseSkillUpdate,
    AcademyLessonCompetencyCreate,
    AcademyLessonCompetencyUpdate,
)
from app.academy.courses.queries import lock_course
from app.academy.lessons.queries import course_of, get_lesson
from app.academy.models import Course, CourseSkill, Lesson, LessonCompetency
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.skills import queries as skills
from app.academy.skills.errors import SkillUnknown
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import CourseSkillsChanged, LessonCompetenciesChanged


async def add_skill(
    session: AsyncSession, actor: AcademyActor, course: Course, data: AcademyCourseSkillCreate
) -> CourseSkill:
    """Say that a course teaches a skill. Raises `SkillUnknown`, `SkillArchived`, `CourseHasSkill`."""
    allow(actor, Permission.COURSE_EDIT, course)
    await lock_course(session, course.id)
    exists, is_active = await skills.find_unarchived(session, data.skill_id)
    if not exists:
        raise SkillUnknown(errors=(FieldError("/skill_id", "unknown", "There is no such skill"),))
    if not is_active:
        raise SkillArchived(errors=(FieldError("/skill_id", "archived", "This skill is archived"),))
    session.add(CourseSkill(id=new_id(), course_id=course.id, **data.model_dump()))
    emit(session, CourseSkillsChanged(course_id=course.id, skill_id=data.skill_id))
    return await queries.get_course_skill(session, course.id, data.skill_id)


async def update_skill(
    session: AsyncSession,
    actor: AcademyActor,
    link: CourseSkill,
    data: AcademyCourseSkillUpdate,
    if_match: str | None = None,
) -> CourseSkill:
    """Change how far a course teaches a skill, or its weight. Raises `NotFound`, `Stale`."""
    allow(actor, Permission.COURSE_EDIT, link)
    link = await _lock_course_skill(session, link)
    require_match(link, if_match)
    if patch(link, data):
        emit(session, CourseSkillsChanged(course_id=link.course_id, skill_id=link.skill_id))
    return await queries.get_course_skill(session, link.course_id, link.skill_id)


async def remove_skill(
    session: AsyncSession, actor: AcademyActor, link: CourseSkill, if_match: str | None = None
) -> None:
    """Say no longer that a course teaches a skill. Raises `NotFound`, `Stale`."""
    allow(actor, Permission.COURSE_EDIT, link)
    link = await _lock_course_skill(session, link)
    require_match(link, if_match)
    await session.execute(delete(CourseSkill).where(CourseSkill.id == link.id))
    emit(session, CourseSkillsChanged(course_id=link.course_id, skill_id=link.skill_id))


async def _lock_course_skill(session: AsyncSession, link: CourseSkill) -> CourseSkill:
    await lock_course(session, link.course_id)
    return await queries.get_course_skill(session, link.course_id, link.skill_id)


async def add_competency(
    session: AsyncSession, actor: AcademyActor, lesson: Lesson, data: AcademyLessonCompetencyCreate
) -> LessonCompetency:
    """Say that a lesson works on a competency.

    Raises `CompetencyUnknown`, `CompetencyArchived`, `LessonHasCompetency`.
    """
    allow(actor, Permission.COURSE_EDIT, lesson)
    course_id = await _lock_course_of(session, lesson)
    exists, is_active = await competencies.find_unarchived(session, data.competency_id)
    if not exists:
        raise CompetencyUnknown(errors=(FieldError("/competency_id", "unknown", "There is no such competency"),))
    if not is_active:
        raise CompetencyArchived(errors=(FieldError("/competency_id", "archived", "This competency is archived"),))
    session.add(LessonCompetency(id=new_id(), lesson_id=lesson.id, **data.model_dump()))
    _announce(session, course_id, lesson.id, data.competency_id)
    return await queries.get_lesson_competency(session, lesson.id, data.competency_id)


async def update_competency(
    session: AsyncSession,
    actor: AcademyActor,
    link: LessonCompetency,
    data: AcademyLessonCompetencyUpdate,
    if_match: str | None = None,
) -> LessonCompetency:
    """Change what a lesson does for a competency. Raises `NotFound`, `Stale`."""
    allow(actor, Permission.COURSE_EDIT, link)
    link, course_id = await _lock_lesson_competency(session, actor, link)
    require_match(link, if_match)
    if patch(link, data):
        _announce(session, course_id, link.lesson_id, link.competency_id)
    return await queries.get_lesson_competency(session, link.lesson_id, link.competency_id)


async def remove_competency(
    session: AsyncSession, actor: AcademyActor, link: LessonCompetency, if_match: str | None = None
) -> None:
    """Say no longer that a lesson works on a competency. Raises `NotFound`, `Stale`."""
    allow(actor, Permission.COURSE_EDIT, link)
    link, course_id = await _lock_lesson_competency(session, actor, link)
    require_match(link, if_match)
    await session.execute(delete(LessonCompetency).where(LessonCompetency.id == link.id))
    _announce(session, course_id, link.lesson_id, link.competency_id)


async def _lock_lesson_competency(
    session: AsyncSession, actor: AcademyActor, link: LessonCompetency
) -> tuple[LessonCompetency, UUID]:
    course_id = await _lock_course_of(session, await get_lesson(session, actor, link.lesson_id))
    return await queries.get_lesson_competency(session, link.lesson_id, link.competency_id), course_id


async def _lock_course_of(session: AsyncSession, lesson: Lesson) -> UUID:
    course_id = await course_of(session, lesson)
    await lock_course(session, course_id)
    return course_id


def _announce(session: AsyncSession, course_id: UUID, lesson_id: UUID, competency_id: UUID) -> None:
    emit(session, LessonCompetenciesChanged(lesson_id=lesson_id, course_id=course_id, competency_id=competency_id))
