"""The demo's assessments are those of the description (A-ASM-13)."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Assessment, AssessmentQuestion, Course
from app.demo import assessments, skills
from tests.factories import academy

SETTINGS = (
    *("type", "passing_score", "allow_retake", "max_attempts", "show_correct_answers", "questions_per_attempt"),
    *("time_limit", "randomize_questions", "randomize_answers", "is_active"),
)


async def planted(session: AsyncSession) -> Course:
    course = academy.course(title="AI Fundamentals")
    session.add(course)
    await session.flush()
    await assessments.furnish(session, course, (await skills.plant(session)).skills)
    await session.flush()
    return course


@pytest.mark.req("A-ASM-13")
async def test_the_pair_of_ai_fundamentals_has_the_settings_of_the_description(session: AsyncSession) -> None:
    course = await planted(session)
    rows = await session.scalars(select(Assessment).where(Assessment.course_id == course.id).order_by(Assessment.type))
    assert [tuple(getattr(each, name) for name in SETTINGS) for each in rows] == [
        ("post_course", Decimal(70), True, 3, "after_passing", 20, 30, True, True, True),
        ("pre_course", Decimal(0), False, 1, "never", 20, 30, True, True, True),
    ]


@pytest.mark.req("A-ASM-13")
async def test_the_five_sample_questions_are_in_both_halves(session: AsyncSession) -> None:
    course = await planted(session)
    rows = (
        select(AssessmentQuestion)
        .join(Assessment, Assessment.id == AssessmentQuestion.assessment_id)
        .where(Assessment.course_id == course.id)
        .order_by(Assessment.type.desc(), AssessmentQuestion.sort_order)
    )
    questions = list(await session.scalars(rows))
    pre, post = questions[:5], questions[5:]
    assert [(each.question_type, int(each.points)) for each in pre] == [
        ("multiple_choice", 5),
        ("multiple_select", 10),
        ("true_false", 3),
        ("open_ended", 15),
        ("rating_scale", 0),
    ]
    assert "(150-300 words)" in pre[3].question_text
    assert pre[3].ai_grading_enabled
    assert (pre[4].scale_min, pre[4].scale_max) == (1, 5)
    assert [each.source_question_id for each in post] == [each.id for each in pre]
    assert [each.question_text for each in post] == [each.question_text for each in pre]
