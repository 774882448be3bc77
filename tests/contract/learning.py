"""The learning side of the contract's world: a lesson, assessments in every state, and who gets what of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Assessment,
    AssessmentQuestion,
    AssessmentType,
    AttemptQuestion,
    AttemptStatus,
    ClassSession,
    Course,
    QuestionResponse,
    ReviewState,
)
from app.core.clock import utc_now
from app.core.ids import new_id
from tests.factories import learning

if TYPE_CHECKING:
    from tests.contract.world import World

ACCESS = """
                                    anonymous learner other instructor member org_admin foreign admin  suspended
academy_check_assessment            401       403     404   200        403    404       404     200    403
academy_close_attempts              401       200     404   403        404    404       404     403    403
academy_complete_enrollment         401       403     404   200        404    404       404     200    403
academy_complete_lesson             401       200     404   403        404    404       404     403    403
academy_confirm_attempt             401       404     404   200        404    404       404     200    403
academy_create_assessment           401       403     403   403        403    403       403     201    403
academy_create_attempt              401       201     404   access     201    404       404     access 403
academy_create_lesson               401       403     403   403        403    403       403     201    403
academy_create_question             401       403     404   403        403    404       404     201    403
academy_delete_lesson               401       403     403   403        403    403       403     204    403
academy_delete_question             401       403     404   403        403    404       404     204    403
academy_get_assessment              401       200     404   200        200    404       404     200    403
academy_get_assessment_calibration  401       403     404   200        403    404       404     200    403
academy_get_attempt                 401       200     404   200        404    404       404     200    403
academy_get_lesson                  401       200     403   200        200    403       403     200    403
academy_get_progress                401       200     404   200        404    404       404     200    403
academy_get_question                401       403     404   200        403    404       404     200    403
academy_get_question_calibration    401       403     404   200        403    404       404     200    403
academy_get_response                401       404     404   200        404    404       404     200    403
academy_grade_response              401       404     404   200        404    404       404     200    403
academy_list_assessment_attempts    401       200     404   200        200    404       404     200    403
academy_list_assessment_results     401       404     404   404        403    200       404     200    403
academy_list_assessments            401       200     200   200        200    200       200     200    403
academy_list_lessons                401       200     403   200        200    403       403     200    403
academy_list_my_attempts            401       200     200   200        200    200       200     200    403
academy_list_questions              401       403     404   200        403    404       404     200    403
academy_list_reviews                401       200     200   200        200    200       200     200    403
academy_pair_assessment             401       403     404   403        403    404       404     200    403
academy_publish_assessment          401       404     404   403        404    404       404     200    403
academy_raise_threshold             401       403     404   403        403    404       404     200    403
academy_record_attendance           401       403     403   200        403    403       403     200    403
academy_save_response               401       200     404   403        404    404       404     403    403
academy_submit_attempt              401       200     404   403        404    404       404     403    403
academy_unpublish_assessment        401       403     404   403        403    404       404     200    403
academy_update_assessment           401       403     404   403        403    404       404     200    403
academy_update_lesson               401       403     403   403        403    403       403     200    403
academy_update_question             401       403     404   403        403    404       404     200    403
"""


def bodies(world: World) -> dict[str, Any]:
    """Bodies that name something of this world."""
    return {
        "academy_pair_assessment": {"pre_assessment_id": str(world.ids["pre_assessment_id"])},
        "academy_save_response": {"selected_answer_ids": ["a"], "revision": 3},
        "academy_grade_response": {"points_earned": 3, "feedback": "Good", "reason": "It says so"},
        "academy_record_attendance": {
            "session_id": str(world.ids["academy.session_id"]),
            "items": [{"enrollment_id": str(world.ids["enrollment_id"]), "status": "attended", "minutes_attended": 30}],
        },
    }


async def furnish(session: AsyncSession, world: World) -> None:
    """A lesson; a pair of assessments; one that is being taken, one that waits for a person, one not yet open."""
    course = await session.get_one(Course, world.ids["course_id"])
    kinds: dict[str, dict[str, Any]] = {
        "pre_assessment_id": {"type": AssessmentType.pre_course, "passing_score": Decimal(0)},
        "assessment_id": {},
        "taken_assessment_id": {"type": AssessmentType.certification},
        "waiting_assessment_id": {"type": AssessmentType.certification},
        "academy_publish_assessment.assessment_id": {"type": AssessmentType.certification, "is_active": False},
    }
    usual: dict[str, Any] = {"type": AssessmentType.post_course, "passing_score": Decimal(70), "is_active": True}
    made: dict[str, Assessment] = {
        name: learning.assessment(course, title=f"Number {number}", **(usual | more))
        for number, (name, more) in enumerate(kinds.items())
    }
    session.add_all(made.values())
    await session.flush()  # questions point at them
    questions = {name: [learning.question(each) for _ in range(2)] for name, each in made.items()}
    session.add_all(question for pair in questions.values() for question in pair)
    lesson = learning.lesson(await _item(session, world))
    session.add(lesson)
    await session.flush()  # versions point at them
    world.ids |= {name: each.id for name, each in made.items()} | {"lesson_id": lesson.id}
    world.ids["question_id"] = questions["assessment_id"][0].id
    world.ids["academy_save_response.question_id"] = questions["taken_assessment_id"][0].id
    world.ids["attempt_id"] = await _attempt(
        session, world, made["taken_assessment_id"], questions["taken_assessment_id"]
    )
    await _waiting(session, world, made["waiting_assessment_id"], questions["waiting_assessment_id"])


async def _item(session: AsyncSession, world: World) -> Any:
    return await session.get_one(ClassSession, world.ids["academy.session_id"])


async def _attempt(
    session: AsyncSession, world: World, assessment: Assessment, questions: list[AssessmentQuestion], **more: Any
) -> Any:
    """An attempt of the learner's with everything drawn."""
    attempt = learning.attempt(world.people["learner"], assessment, enrollment_id=world.ids["enrollment_id"], **more)
    session.add_all([attempt, *(learning.question_version(each) for each in questions)])
    await session.flush()  # the draw points at both
    session.add_all(
        AttemptQuestion(
            attempt_id=attempt.id, question_id=each.id, question_version=1, position=place, answer_order=["a", "b"]
        )
        for place, each in enumerate(questions, start=1)
    )
    await session.flush()  # responses point at the draw
    return attempt.id


async def _waiting(
    session: AsyncSession, world: World, assessment: Assessment, questions: list[AssessmentQuestion]
) -> None:
    over = {"status": AttemptStatus.submitted, "submitted_at": utc_now()}
    attempt_id = await _attempt(session, world, assessment, questions, **over)
    responses = [
        QuestionResponse(
            id=new_id(),
            attempt_id=attempt_id,
            question_id=each.id,
            selected_answer_ids=["a"],
            points_earned=each.points,
            is_correct=True,
            review_state=ReviewState.flagged,
        )
        for each in questions
    ]
    session.add_all(responses)
    world.ids |= {
        "response_id": responses[0].id,
        "academy_confirm_attempt.attempt_id": attempt_id,
        "academy_close_attempts.attempt_id": attempt_id,
    }
