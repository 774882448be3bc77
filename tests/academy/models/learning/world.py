"""One learner in the middle of everything: a course with a lesson and a test, a skill, a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentQuestion,
    AttemptQuestion,
    ClassSession,
    Cohort,
    Competency,
    Course,
    CourseSkill,
    Enrollment,
    LearningGain,
    LearningPath,
    LearningPathStep,
    Lesson,
    LessonCompetency,
    LessonProgress,
    PathEnrollment,
    PathOffer,
    PathStepCompletion,
    PathStepGroup,
    QuestionResponse,
    SessionAttendance,
    Skill,
    SkillProgress,
)
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.factories import academy, learning


@dataclass(frozen=True)
class World:
    """Who and what there is, saved; its methods build one more row around it, unsaved."""

    learner: Account
    instructor: Account
    course: Course
    item: ClassSession
    cohort: Cohort
    enrollment: Enrollment
    skill: Skill
    competency: Competency
    lesson: Lesson
    assessment: Assessment
    question: AssessmentQuestion
    attempt: AssessmentAttempt
    path: LearningPath
    step: LearningPathStep
    path_enrollment: PathEnrollment

    def course_skill(self, **more: Any) -> CourseSkill:
        return CourseSkill(
            **{"course_id": self.course.id, "skill_id": self.skill.id, "skill_level": "develops", "weight": 40} | more
        )

    def lesson_competency(self, **more: Any) -> LessonCompetency:
        values = {"lesson_id": self.lesson.id, "competency_id": self.competency.id, "contribution_level": "assesses"}
        return LessonCompetency(**values | more)

    def attendance(self, **more: Any) -> SessionAttendance:
        values = {"enrollment_id": self.enrollment.id, "session_id": self.item.id}
        return SessionAttendance(**values | {"status": "attended", "minutes_attended": 30} | more)

    def lesson_progress(self, **more: Any) -> LessonProgress:
        return LessonProgress(**{"enrollment_id": self.enrollment.id, "lesson_id": self.lesson.id} | more)

    def response(self, **more: Any) -> QuestionResponse:
        return QuestionResponse(**{"attempt_id": self.attempt.id, "question_id": self.question.id} | more)

    def progress(self, **more: Any) -> SkillProgress:
        return SkillProgress(**{"user_id": self.learner.id, "skill_id": self.skill.id} | more)

    def gain(self, **more: Any) -> LearningGain:
        """From 40 to 85, the first example of the seed."""
        values = {
            "user_id": self.learner.id,
            "course_id": self.course.id,
            "enrollment_id": self.enrollment.id,
            "pre_assessment_id": self.assessment.id,
            "pre_attempt_id": self.attempt.id,
            "pre_score": 40,
            "post_assessment_id": self.assessment.id,
            "post_attempt_id": self.attempt.id,
            "post_score": 85,
            "score_improvement": 45,
            "percentage_gain": 112.5,
            "normalized_gain": 0.75,
        }
        return LearningGain(**values | more)

    def offer(self, **more: Any) -> PathOffer:
        return PathOffer(**{"path_id": self.path.id, "kind": "bundle", "price_cents": 249_700} | more)

    def group(self, **more: Any) -> PathStepGroup:
        return PathStepGroup(**{"path_id": self.path.id, "title": "Choose your specialization"} | more)

    def next_step(self, **more: Any) -> LearningPathStep:
        return learning.path_step(self.path, self.course, **{"step_number": 2, "unlock_rule": "sequential"} | more)

    def completion(self, **more: Any) -> PathStepCompletion:
        values = {"path_enrollment_id": self.path_enrollment.id, "step_id": self.step.id, "path_id": self.path.id}
        return PathStepCompletion(**values | more)


async def create(session: AsyncSession) -> World:
    """The world, flushed parents first."""

    async def saved(row: Any) -> Any:
        session.add(row)
        await session.flush()
        return row

    person, instructor = await enter(session), await enter(session)
    course = await saved(academy.course())
    item = await saved(academy.class_session(course))
    cohort = await saved(academy.cohort(course))
    skill = await saved(learning.skill())
    path = await saved(learning.path())
    assessment = await saved(learning.assessment(course))
    question = await saved(learning.question(assessment))
    await saved(learning.question_version(question))
    attempt = await saved(learning.attempt(person, assessment))
    await saved(
        AttemptQuestion(
            attempt_id=attempt.id, question_id=question.id, question_version=1, position=1, answer_order=["b", "a"]
        )
    )
    return World(
        learner=person,
        instructor=instructor,
        course=course,
        item=item,
        cohort=cohort,
        enrollment=await saved(learning.enrollment(person, cohort)),
        skill=skill,
        competency=await saved(learning.competency(skill)),
        lesson=await saved(learning.lesson(item)),
        assessment=assessment,
        question=question,
        attempt=attempt,
        path=path,
        step=await saved(learning.path_step(path, course)),
        path_enrollment=await saved(learning.path_enrollment(person, path)),
    )
