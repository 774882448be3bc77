"""Reads of what is taught where."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.course_skills.schemas import (
    AcademyCourseOutcomes,
    AcademyOutcomeCompetency,
    AcademyOutcomeLesson,
    AcademySkillCounts,
    AcademySkillOutcome,
)
from app.academy.models import (
    ClassSession,
    Competency,
    Course,
    CourseSkill,
    Lesson,
    LessonCompetency,
    Skill,
    SkillCategory,
)
from app.academy.skills.schemas import AcademySkillCompetency, AcademySkillReference
from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate


async def get_course_skill(session: AsyncSession, course_id: UUID, skill_id: UUID) -> CourseSkill:
    """What a course says of a skill, as it is now. Raises `NotFound`."""
    rows = select(CourseSkill).where(CourseSkill.course_id == course_id, CourseSkill.skill_id == skill_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_course_skills(session: AsyncSession, course: Course, query: PageQuery) -> Rows[CourseSkill]:
    """The skills that a course names, in the order in which it came to name them."""
    rows = select(CourseSkill).where(CourseSkill.course_id == course.id).execution_options(populate_existing=True)
    return await paginate(session, rows, query, SortBy("created_at", CourseSkill.created_at))


async def get_lesson_competency(session: AsyncSession, lesson_id: UUID, competency_id: UUID) -> LessonCompetency:
    """What a lesson says of a competency, as it is now. Raises `NotFound`."""
    rows = select(LessonCompetency).where(
        LessonCompetency.lesson_id == lesson_id, LessonCompetency.competency_id == competency_id
    )
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_lesson_competencies(session: AsyncSession, lesson: Lesson, query: PageQuery) -> Rows[LessonCompetency]:
    """The competencies that a lesson names, in the order in which it came to name them."""
    rows = select(LessonCompetency).where(LessonCompetency.lesson_id == lesson.id)
    rows = rows.execution_options(populate_existing=True)
    return await paginate(session, rows, query, SortBy("created_at", LessonCompetency.created_at))


# Outcomes: three statements, however much the course teaches


async def list_taught(session: AsyncSession, course_id: UUID) -> Sequence[Row[CourseSkill, Skill]]:
    """The active skills that a course names, the weightiest first."""
    rows = (
        select(CourseSkill, Skill)
        .join(Skill, Skill.id == CourseSkill.skill_id)
        .where(CourseSkill.course_id == course_id, Skill.is_active)
        .order_by(CourseSkill.weight.desc(), Skill.sort_order, Skill.name, Skill.id)
    )
    return (await session.execute(rows.execution_options(populate_existing=True))).all()


async def _competencies(
    session: AsyncSession, course_id: UUID, skill_ids: Sequence[UUID]
) -> dict[UUID, list[AcademyOutcomeCompetency]]:
    lessons = await _lessons(session, course_id, skill_ids)
    rows = (
        select(Competency)
        .where(Competency.skill_id.in_(skill_ids), Competency.is_active)
        .order_by(Competency.created_at, Competency.id)
    )
    found = defaultdict(list)
    for each in await session.scalars(rows):
        found[each.skill_id].append(
            AcademyOutcomeCompetency(
                **AcademySkillCompetency.model_validate(each).model_dump(), lessons=lessons.get(each.id, [])
            )
        )
    return found


async def _lessons(
    session: AsyncSession, course_id: UUID, skill_ids: Sequence[UUID]
) -> dict[UUID, list[AcademyOutcomeLesson]]:
    """By competency, the lessons of this course alone: another course may be nobody's to know of yet."""
    rows = (
        select(LessonCompetency.competency_id, Lesson, LessonCompetency.contribution_level)
        .join(Lesson, Lesson.id == LessonCompetency.lesson_id)
        .join(ClassSession, ClassSession.id == Lesson.session_id)
        .join(Competency, Competency.id == LessonCompetency.competency_id)
        .where(ClassSession.course_id == course_id, Competency.skill_id.in_(skill_ids))
        .order_by(ClassSession.day_number, ClassSession.order_in_day, Lesson.order_in_session, Lesson.id)
    )
    found = defaultdict(list)
    for competency_id, lesson, contribution in await session.execute(rows):
        found[competency_id].append(
            AcademyOutcomeLesson(
                id=lesson.id, title=lesson.title, session_id=lesson.session_id, contribution_level=contribution
            )
        )
    return found


async def get_outcomes(session: AsyncSession, course: Course) -> AcademyCourseOutcomes:
    """What a course gives (A-SKL-02)."""
    taught = await list_taught(session, course.id)
    competencies = await _competencies(session, course.id, [skill.id for _, skill in taught])
    counts = Counter(skill.category for _, skill in taught)
    return AcademyCourseOutcomes(
        course_id=course.id,
        total_skills=len(taught),
        total_weight=float(sum(link.weight for link, _ in taught)),
        by_category=AcademySkillCounts(**{category.value: counts[category] for category in SkillCategory}),
        outcomes=[
            AcademySkillOutcome(
                skill=AcademySkillReference.model_validate(skill),
                skill_level=link.skill_level,
                weight=float(link.weight),
                competencies=competencies.get(skill.id, []),
            )
            for link, skill in taught
        ],
    )
