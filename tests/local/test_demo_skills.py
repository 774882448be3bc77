"""The demo's taxonomy is that of the description: sixteen skills, four of each category, forty-nine competencies."""

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import (
    Assessment,
    AssessmentQuestion,
    Competency,
    Course,
    CourseSkill,
    Lesson,
    LessonCompetency,
    QuestionSkill,
    Skill,
)
from app.demo.seed import seed
from app.demo.skills import TAUGHT

# What the description lists: category, skill, first and last level, competencies.
DESCRIBED = """
technical  | Prompt Engineering        | foundational expert       | System prompts, chain-of-thought, few-shot learning, prompt optimization
technical  | AI Tool Selection         | foundational advanced     | Vendor evaluation, use case mapping, cost-benefit analysis
technical  | Data Literacy             | foundational practitioner | Data quality assessment, bias detection, data preparation
technical  | Workflow Automation       | practitioner advanced     | Process mapping, integration design, automation testing
strategic  | AI Strategy Development   | practitioner expert       | Opportunity assessment, roadmap creation, stakeholder alignment
strategic  | Use Case Identification   | foundational advanced     | Problem framing, ROI estimation, feasibility analysis
strategic  | ROI Measurement           | practitioner advanced     | Metrics definition, baseline measurement, impact tracking
strategic  | Risk Assessment           | practitioner advanced     | Risk identification, mitigation planning, compliance validation
leadership | Change Management         | practitioner expert       | Resistance handling, communication planning, adoption tracking
leadership | Team Enablement           | practitioner advanced     | Training design, coaching, skill gap analysis
leadership | Stakeholder Communication | foundational advanced     | Executive storytelling, technical translation, presentation design
leadership | AI Governance             | advanced expert           | Policy development, ethical frameworks, audit processes
domain     | Marketing AI              | foundational advanced     | Content generation, personalization, campaign optimization
domain     | Sales AI                  | foundational advanced     | Lead scoring, conversation intelligence, pipeline forecasting
domain     | Operations AI             | practitioner advanced     | Process optimization, quality control, predictive maintenance
domain     | HR AI                     | foundational practitioner | Candidate screening, employee engagement, performance analytics
"""  # noqa: E501  (a table)


def described() -> list[tuple[str, str, str, list[str]]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in DESCRIBED.strip().splitlines()]
    return [(category, name, levels, names.lower().split(", ")) for category, name, levels, names in rows]


@pytest.mark.req("A-SKL-13", "Z-118")
async def test_seeding_gives_the_skills_and_competencies_of_the_description(
    session: AsyncSession, sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await seed(sessions)
    assert not await seed(sessions)
    found = []
    for skill in await session.scalars(select(Skill).order_by(Skill.sort_order)):
        rows = select(Competency).where(Competency.skill_id == skill.id).order_by(Competency.id)
        names = [each.name.lower() for each in await session.scalars(rows)]
        found.append((skill.category, skill.name, f"{skill.level} {skill.max_level}", names))
    assert found == described()
    assert (len(found), sum(len(row[3]) for row in found)) == (16, 49)
    assert set(Counter(row[0] for row in found).values()) == {4}
    await look_at_what_is_taught(session)


async def look_at_what_is_taught(session: AsyncSession) -> None:
    """Every course teaches something, weights fill it, lessons show something, questions test what is taught."""
    weights = await session.execute(
        select(Course.title, func.sum(CourseSkill.weight))
        .join(CourseSkill, CourseSkill.course_id == Course.id)
        .group_by(Course.title)
    )
    assert {row[0]: int(row[1]) for row in weights} == dict.fromkeys(TAUGHT, 100)
    assert set(await session.scalars(select(Course.title))) == set(TAUGHT)
    lessons = set(await session.scalars(select(Lesson.id)))
    assert lessons
    assert set(await session.scalars(select(LessonCompetency.lesson_id))) == lessons
    tested = (
        select(QuestionSkill.skill_id)
        .join(AssessmentQuestion, AssessmentQuestion.id == QuestionSkill.question_id)
        .join(Assessment, Assessment.id == AssessmentQuestion.assessment_id)
        .outerjoin(
            CourseSkill,
            (CourseSkill.course_id == Assessment.course_id) & (CourseSkill.skill_id == QuestionSkill.skill_id),
        )
    )
    assert set(await session.scalars(tested.where(CourseSkill.id.is_(None)))) == set()
    assert len(set(await session.scalars(tested))) == 4
