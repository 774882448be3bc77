"""A course that is being held: somebody who teaches, somebody who learns, and assessments of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Assessment,
    AssessmentQuestion,
    AssessmentSkill,
    AssessmentType,
    ClassSession,
    Cohort,
    CohortStatus,
    Course,
    Enrollment,
    Lesson,
    QuestionSkill,
    QuestionType,
    Skill,
)
from app.academy.models.shapes import Answer, Criterion, ScaleLabels
from app.core.clock import utc_now
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.factories import academy, learning
from tests.support.client import ApiClient

Content = dict[str, Any]


@dataclass(frozen=True)
class Classroom:
    """Who and what there is, committed."""

    course: Course
    cohort: Cohort
    item: ClassSession
    lesson: Lesson
    skill: Skill
    learner: Account
    instructor: Account
    enrollment: Enrollment

    async def test(self, session: AsyncSession, *questions: Content, **settings: Any) -> Assessment:
        """An assessment that can be taken, with these questions."""
        values = {"type": AssessmentType.post_course, "passing_score": Decimal(70), "is_active": True} | settings
        if values["type"] == AssessmentType.knowledge_check:
            values |= {"lesson_id": self.lesson.id}
        made = learning.assessment(self.course, **values)
        session.add(made)
        await session.flush()
        for order, content in enumerate(questions):
            await ask(session, made, sort_order=order, skills=(self.skill,), **content)
        await session.commit()
        return made

    async def colleague(self, session: AsyncSession) -> Account:
        """Another learner of the cohort."""
        person = await enter(session)
        session.add(learning.enrollment(person, self.cohort))
        await session.commit()
        return person


async def open_classroom(session: AsyncSession, **course: Any) -> Classroom:
    """A cohort in the middle of its two days."""
    learner, instructor = await enter(session), await enter(session)
    held = academy.course(**course)
    skill = learning.skill()
    session.add_all([held, skill])
    await session.flush()
    item = academy.class_session(held)
    cohort = academy.cohort(
        held,
        instructor_id=instructor.id,
        status=CohortStatus.in_progress,
        start_date=utc_now() - timedelta(days=1),
        end_date=utc_now() + timedelta(days=1),
    )
    session.add_all([item, cohort])
    await session.flush()
    lesson, enrollment = learning.lesson(item), learning.enrollment(learner, cohort)
    session.add_all([lesson, enrollment])
    await session.commit()
    return Classroom(held, cohort, item, lesson, skill, learner, instructor, enrollment)


async def ask(
    session: AsyncSession, assessment: Assessment, *, skills: tuple[Skill, ...] = (), **content: Any
) -> AssessmentQuestion:
    """A saved question of an assessment."""
    question = learning.question(assessment, **content)
    session.add(question)
    await session.flush()
    session.add_all(QuestionSkill(question_id=question.id, skill_id=skill.id) for skill in skills)
    await session.flush()
    return question


async def name_skill(session: AsyncSession, assessment: Assessment, skill: Skill) -> None:
    """An assessment says that it tests a skill."""
    session.add(AssessmentSkill(assessment_id=assessment.id, skill_id=skill.id))
    await session.commit()


def choice(points: float = 5, **more: Any) -> Content:
    """One right answer of three: `a`."""
    answers = [
        Answer(id="a", text="Right", is_correct=True, feedback="Yes: told only afterwards."),
        Answer(id="b", text="Wrong", is_correct=False, feedback="No: told only afterwards."),
        Answer(id="c", text="Also wrong", is_correct=False),
    ]
    values = {"question_type": QuestionType.multiple_choice, "answers": answers, "explanation": "Because of a."}
    return values | {"points": Decimal(str(points)), "question_text": "Which one?"} | more


def several(points: float = 10, **more: Any) -> Content:
    """Three right answers of four: `a`, `c`, `d`."""
    answers = [Answer(id=each, text=each.upper(), is_correct=each != "b") for each in "abcd"]
    values = {"question_type": QuestionType.multiple_select, "answers": answers}
    return values | {"points": Decimal(str(points)), "question_text": "Which ones?"} | more


def truth(points: float = 3, **more: Any) -> Content:
    """It is false: `no`."""
    answers = [Answer(id="yes", text="True", is_correct=False), Answer(id="no", text="False", is_correct=True)]
    values = {"question_type": QuestionType.true_false, "answers": answers}
    return values | {"points": Decimal(str(points)), "question_text": "Is it so?"} | more


def short(points: float = 4, **more: Any) -> Content:
    """A word, in two spellings."""
    values = {"question_type": QuestionType.short_answer, "answers": None, "accepted_answers": ["GPU", "graphics card"]}
    return values | {"points": Decimal(str(points)), "question_text": "What computes it?"} | more


def rating(**more: Any) -> Content:
    """How one feels, from 1 to 5."""
    values = {"question_type": QuestionType.rating_scale, "answers": None, "scale_min": 1, "scale_max": 5}
    labels = {"scale_labels": ScaleLabels(min="Not at all", max="Very")}
    return values | labels | {"points": Decimal(0), "question_text": "How sure are you?"} | more


def essay(points: float = 15, *, by_model: bool = False, **more: Any) -> Content:
    """A free answer about sorting tickets, by a rubric of three lines."""
    rubric = [
        Criterion(id="process", text="Names a specific process such as sorting tickets", points=5),
        Criterion(id="tasks", text="Explains which tasks would be automated", points=5),
        Criterion(id="outcome", text="Names expected outcomes such as faster response", points=5),
    ]
    values = {
        "question_type": QuestionType.open_ended,
        "answers": None,
        "sample_answer": "In support we spend ten hours weekly categorising tickets; a system reads and routes them.",
        "rubric": rubric,
        "ai_grading_enabled": by_model,
    }
    return values | {"points": Decimal(str(points)), "question_text": "Describe a process."} | more


async def begin(client: ApiClient, assessment: Assessment) -> dict[str, Any]:
    """An attempt that has begun."""
    answer = await client.post(f"/academy/assessments/{assessment.id}/attempts")
    assert answer.status_code == 201, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def asked(attempt: dict[str, Any], kind: str) -> dict[str, Any]:
    """The first question of a type."""
    found: dict[str, Any] = next(each for each in attempt["questions"] if each["question_type"] == kind)
    return found


async def say(client: ApiClient, attempt: dict[str, Any], question: dict[str, Any], **body: Any) -> int:
    """Save an answer. Returns the status."""
    path = f"/academy/attempts/{attempt['id']}/responses/{question['question_id']}"
    return (await client.put(path, json=body)).status_code


async def hand_in(client: ApiClient, attempt: dict[str, Any]) -> dict[str, Any]:
    """The attempt after it was handed in."""
    answer = await client.put(f"/academy/attempts/{attempt['id']}/submission")
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done
