"""What a path names: a skill of a course, a competency of a lesson; seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.course_skills import queries
from app.academy.courses.deps import CoursePath
from app.academy.lessons.deps import LessonPath
from app.academy.models import CourseSkill, LessonCompetency
from app.core.http.session import Session


async def course_skill_from_path(course: CoursePath, skill_id: UUID, session: Session) -> CourseSkill:
    """What a course that the caller may know of says of a skill. Raises `NotFound`."""
    return await queries.get_course_skill(session, course.id, skill_id)


async def lesson_competency_from_path(lesson: LessonPath, competency_id: UUID, session: Session) -> LessonCompetency:
    """What a lesson of such a course says of a competency. Raises `NotFound`."""
    return await queries.get_lesson_competency(session, lesson.id, competency_id)


CourseSkillPath = Annotated[CourseSkill, Depends(course_skill_from_path)]
LessonCompetencyPath = Annotated[LessonCompetency, Depends(lesson_competency_from_path)]
