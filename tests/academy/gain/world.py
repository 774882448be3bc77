"""A course with the same questions before and after it, and people who answer them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentQuestion,
    AssessmentType,
    AttemptQuestion,
    AttemptStatus,
    Cohort,
    Course,
    Enrollment,
    QuestionResponse,
    QuestionSkill,
    Skill,
)
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.factories import academy, learning

CENT = Decimal("0.01")


@dataclass
class World:
    """What there is; `skills[i]` is what question `i` asks for."""

    course: Course
    cohort: Cohort
    instructor: Account
    pre: Assessment
    post: Assessment
    skills: list[Skill]
    questions: dict[UUID, list[AssessmentQuestion]]
    began: datetime = field(default_factory=lambda: utc_now() - timedelta(days=30))


async def create(
    session: AsyncSession,
    points: Sequence[Any] = (5, 5, 5, 5),
    skill_of: Sequence[int] = (0, 0, 1, 1),
    **post: Any,
) -> World:
    """A course whose assessments ask as many questions as there are points; `post` belongs to the second one."""
    instructor = await enter(session)
    course = academy.course()
    session.add(course)
    await session.flush()  # the rest points at it
    cohort = academy.cohort(course, instructor_id=instructor.id)
    before = learning.assessment(course)
    more = {"type": AssessmentType.post_course, "title": "What you know now", "passing_score": Decimal(70)}
    after = learning.assessment(course, **more | post)
    skills = [learning.skill(name=f"Skill {n}") for n in range(max(skill_of, default=-1) + 1)]
    session.add_all([cohort, before, after, *skills])
    await session.flush()  # questions point at them
    world = World(course, cohort, instructor, before, after, skills, {before.id: [], after.id: []})
    for n, worth in enumerate(points):
        first = await ask(session, world, before, worth, skills[skill_of[n]] if n < len(skill_of) else None)
        source = {"source_question_id": first.id}
        await ask(session, world, after, worth, skills[skill_of[n]] if n < len(skill_of) else None, **source)
    return world


async def ask(
    session: AsyncSession, world: World, assessment: Assessment, worth: Any, skill: Skill | None, **more: Any
) -> AssessmentQuestion:
    """One more question of an assessment."""
    question = learning.question(assessment, points=Decimal(str(worth)), **more)
    session.add(question)
    await session.flush()  # its version and its skill point at it
    session.add(learning.question_version(question))
    if skill is not None:
        session.add(QuestionSkill(question_id=question.id, skill_id=skill.id))
    await session.flush()  # attempts point at the version
    world.questions[assessment.id].append(question)
    return question


async def enroll(session: AsyncSession, world: World, person: Account | None = None, **more: Any) -> Enrollment:
    """Somebody with a paid place in the cohort."""
    person = person or await enter(session)
    enrollment = learning.enrollment(person, more.pop("cohort", world.cohort), **more)
    session.add(enrollment)
    await session.flush()  # attempts point at it
    return enrollment


async def take(
    session: AsyncSession,
    world: World,
    enrollment: Enrollment,
    assessment: Assessment,
    earned: Sequence[Any],
    *,
    number: int = 1,
    day: float | None = None,
    **more: Any,
) -> AssessmentAttempt:
    """A graded attempt that earned so many points per question; None is a question that was drawn and not answered."""
    questions = world.questions[assessment.id][: len(earned)]
    got = sum((Decimal(str(each or 0)) for each in earned), Decimal(0))
    most = sum((question.points for question in questions), Decimal(0))
    is_post = assessment.type == AssessmentType.post_course
    at = world.began + timedelta(days=(10 * is_post + number) if day is None else day)
    values = {
        "id": new_id(),
        "user_id": enrollment.user_id,
        "assessment_id": assessment.id,
        "enrollment_id": enrollment.id,
        "attempt_number": number,
        "status": AttemptStatus.graded,
        "started_at": at,
        "submitted_at": at,
        "graded_at": at,
        "score": percent(got, most),
        "points_earned": got,
        "points_possible": most,
    }
    attempt = AssessmentAttempt(**values | more)
    session.add(attempt)
    await session.flush()  # the draw points at it
    session.add_all(
        AttemptQuestion(attempt_id=attempt.id, question_id=question.id, question_version=question.version, position=n)
        for n, question in enumerate(questions, start=1)
    )
    await session.flush()  # responses point at the draw
    session.add_all(
        QuestionResponse(attempt_id=attempt.id, question_id=question.id, points_earned=Decimal(str(each)))
        for question, each in zip(questions, earned, strict=True)
        if each is not None
    )
    await session.flush()  # statements of the test read them
    return attempt


async def score(
    session: AsyncSession, world: World, enrollment: Enrollment, assessment: Assessment, value: Any, **more: Any
) -> AssessmentAttempt:
    """A graded attempt of which only the score is known."""
    known = {"score": Decimal(str(value)), "points_earned": None, "points_possible": None}
    return await take(session, world, enrollment, assessment, (), **known | more)


def percent(earned: Decimal, possible: Decimal) -> Decimal | None:
    """As attempts keep it: two decimals, none for nothing."""
    return None if possible == 0 else (100 * earned / possible).quantize(CENT, ROUND_HALF_UP)
