"""Assessments, their questions, and what an attempt keeps of both."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    AssessmentQuestion,
    AssessmentSkill,
    AttemptQuestion,
    LearningGain,
    QuestionResponse,
    QuestionSkill,
    QuestionVersion,
)
from app.academy.models.shapes import Answer, ScaleLabels, SkillGain
from app.core.clock import utc_now
from app.media.models import StoredFile
from tests.academy.models.learning.world import World
from tests.factories import learning
from tests.support.refusals import kept, refused

SCALE = {"question_type": "rating_scale", "answers": None, "scale_min": 1, "scale_max": 5}
SHORT = {"question_type": "short_answer", "answers": None}
OPEN = {"question_type": "open_ended", "answers": None}
LABELS = ScaleLabels(min="Not confident at all", max="Very confident")


@pytest.mark.req("A-TAB-36")
@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"type": "pop_quiz"}, "ck_assessments_type"),
        ({"course_id": None}, "ck_assessments_of_a_course"),
        ({"type": "post_course", "course_id": None}, "ck_assessments_of_a_course"),
        ({"type": "knowledge_check"}, "ck_assessments_of_a_lesson"),
        ({"type": "certification", "course_id": None, "is_required": True}, "ck_assessments_required_by_a_course"),
        ({"passing_score": 101}, "ck_assessments_passing_score"),
        ({"show_correct_answers": "sometimes"}, "ck_assessments_show_correct_answers"),
        ({"counted_attempt": "luckiest"}, "ck_assessments_counted_attempt"),
        ({"time_limit": 0}, "ck_assessments_limits"),
        ({"max_attempts": 0, "time_limit": 30}, "ck_assessments_limits"),
        ({"questions_per_attempt": 0}, "ck_assessments_limits"),
        ({"type": "skill_assessment", "course_id": None}, None),
        ({"type": "self_assessment", "course_id": None}, None),
        ({"time_limit": 30, "max_attempts": 1, "questions_per_attempt": 20}, None),
        ({"type": "certification", "is_required": True}, None),
    ],
)
async def test_an_assessment_belongs_somewhere_and_has_sensible_limits(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, learning.assessment(world.course, **more)) == constraint


@pytest.mark.parametrize("table", ["assessment_questions", "assessment_question_versions"])
@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"question_type": "essay", "answers": None}, "question_type"),
        ({"answers": None}, "answers"),
        (OPEN | {"answers": [Answer(id="a", text="Yes", is_correct=True)]}, "answers"),
        ({"accepted_answers": ["42"]}, "accepted_answers"),
        (SCALE | {"scale_max": None}, "scale_ends"),
        (SCALE | {"scale_min": None, "scale_max": None}, "scale"),
        ({"scale_min": 1, "scale_max": 5}, "scale"),
        (SCALE | {"scale_max": 7}, "scale_range"),
        (SCALE | {"scale_min": 0}, "scale_range"),
        ({"scale_labels": LABELS}, "scale_labels"),
        ({"points": -1}, "points"),
        ({"question_type": "multiple_select"}, None),
        ({"question_type": "true_false"}, None),
        (SHORT, None),
        (SHORT | {"accepted_answers": ["forty-two", "42"], "ai_grading_enabled": True}, None),
        (OPEN | {"sample_answer": "In our department …", "ai_grading_enabled": True}, None),
        (SCALE | {"points": 0, "scale_labels": LABELS}, None),
        (SCALE | {"scale_max": 10}, None),
    ],
)
async def test_a_question_has_what_its_type_needs_and_nothing_else(
    session: AsyncSession, world: World, table: str, more: dict[str, Any], rule: str | None
) -> None:
    made: Any = learning.question(world.assessment, **more)
    if table == "assessment_question_versions":
        made = learning.question_version(world.question, **{"version": 2, "answers": made.answers} | more)
    # Where a scale has only one end, either rule of scales may be the one that says so.
    said = await refused(session, made)
    either = (
        {f"ck_{table}_scale_ends", f"ck_{table}_scale"} if rule == "scale_ends" else {rule and f"ck_{table}_{rule}"}
    )
    assert said in either


async def test_difficulty_is_one_of_three(session: AsyncSession, world: World) -> None:
    made = learning.question(world.assessment, difficulty="brutal")
    assert await refused(session, made) == "ck_assessment_questions_difficulty"


@pytest.mark.parametrize(
    "answers",
    [
        '{"id": "a"}',
        '[{"id": "a", "text": "Yes"}]',
        '[{"id": "a", "text": "Yes", "is_correct": "true"}]',
        '[{"id": 1, "text": "Yes", "is_correct": true}]',
        '[{"id": "a", "text": "Yes", "is_correct": true, "feedback": 1}]',
        '["Yes"]',
    ],
)
async def test_answers_have_their_shape_for_hand_written_statements_too(
    session: AsyncSession, world: World, answers: str
) -> None:
    statement = text("UPDATE academy.assessment_questions SET answers = CAST(:answers AS jsonb) WHERE id = :id")
    with pytest.raises(DBAPIError, match="ck_assessment_questions_answers_shape"):
        await session.execute(statement, {"answers": answers, "id": world.question.id})


@pytest.mark.req("A-TAB-57")
async def test_answers_and_labels_come_back_as_what_they_are(session: AsyncSession, world: World) -> None:
    answers = [
        Answer(id="a", text="Yes", is_correct=True, feedback="Right."),
        Answer(id="b", text="No", is_correct=False),
    ]
    session.add(choice := learning.question(world.assessment, answers=answers))
    session.add(scale := learning.question(world.assessment, **SCALE, scale_labels=LABELS))
    await session.flush()
    session.expunge_all()
    assert (await session.get_one(AssessmentQuestion, choice.id)).answers == answers
    found = await session.get_one(AssessmentQuestion, scale.id)
    assert (found.answers, found.scale_labels) == (None, LABELS)


async def test_answers_of_another_shape_do_not_get_as_far_as_the_database(session: AsyncSession, world: World) -> None:
    session.add(learning.question(world.assessment, answers=[{"id": "a", "text": "Yes", "correct": True}]))
    with pytest.raises(StatementError) as refusal:
        await session.flush()
    assert isinstance(refusal.value.orig, ValidationError)


async def test_a_question_and_an_assessment_name_their_skills_once(session: AsyncSession, world: World) -> None:
    def links() -> tuple[Any, Any]:
        return (
            AssessmentSkill(assessment_id=world.assessment.id, skill_id=world.skill.id),
            QuestionSkill(question_id=world.question.id, skill_id=world.skill.id),
        )

    session.add_all(links())
    await session.flush()
    session.expunge_all()
    assert [await refused(session, link) for link in links()] == [
        "pk_assessment_skills",
        "pk_assessment_question_skills",
    ]


async def test_a_question_of_the_post_assessment_points_at_the_one_it_repeats(
    session: AsyncSession, world: World
) -> None:
    session.add(post := learning.assessment(world.course, type="post_course", passing_score=70))
    await session.flush()
    assert await refused(session, learning.question(post, source_question_id=world.question.id)) is None
    itself = learning.question(post)
    itself.source_question_id = itself.id
    assert await refused(session, itself) == "ck_assessment_questions_source_question"


# What attempts keep


async def test_an_attempt_keeps_the_question_as_it_met_it(session: AsyncSession, world: World) -> None:
    edited = {"question_text": "What is a system prompt for?", "points": 10, "version": 2}
    await session.execute(update(AssessmentQuestion).where(AssessmentQuestion.id == world.question.id).values(edited))
    session.expunge_all()
    question = await session.get_one(AssessmentQuestion, world.question.id)
    session.add(learning.question_version(question))
    await session.flush()
    drawn = select(QuestionVersion).join(
        AttemptQuestion,
        (AttemptQuestion.question_id == QuestionVersion.question_id)
        & (AttemptQuestion.question_version == QuestionVersion.version),
    )
    met = await session.scalar(drawn.where(AttemptQuestion.attempt_id == world.attempt.id))
    assert met is not None
    assert (met.version, met.question_text, met.points) == (1, "What is a system prompt?", Decimal(5))
    assert met.answers is not None
    assert [answer.id for answer in met.answers] == ["a", "b"]


async def test_a_version_is_kept_once(session: AsyncSession, world: World) -> None:
    again = learning.question_version(world.question)
    assert await refused(session, again) == "uq_assessment_question_versions_question_id_version"
    assert await refused(session, learning.question_version(world.question, version=0)) == (
        "ck_assessment_question_versions_version"
    )


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"question_version": 2}, "fk_attempt_questions_question_id_question_version"),
        ({"position": 0}, "ck_attempt_questions_position"),
        ({"position": 1}, "uq_attempt_questions_attempt_id_position"),
        ({}, None),
    ],
)
async def test_a_draw_has_versions_that_were_kept_and_places_of_their_own(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    session.add(second := learning.question(world.assessment))
    await session.flush()
    session.add(learning.question_version(second))
    await session.flush()
    values = {"attempt_id": world.attempt.id, "question_id": second.id, "question_version": 1, "position": 2}
    assert await refused(session, AttemptQuestion(**values | more)) == constraint


async def test_the_order_of_answers_stays_as_it_was_drawn(session: AsyncSession, world: World) -> None:
    session.expunge_all()
    drawn = await session.get_one(AttemptQuestion, (world.attempt.id, world.question.id))
    assert drawn.answer_order == ["b", "a"]


# Attempts


@pytest.mark.req("A-TAB-38")
@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"status": "lost"}, "ck_assessment_attempts_status"),
        ({"attempt_number": 0}, "ck_assessment_attempts_attempt_number"),
        ({"attempt_number": 1}, "uq_assessment_attempts_number"),
        ({"status": "in_progress"}, "uq_assessment_attempts_in_progress"),
        ({"submitted_at": None}, "ck_assessment_attempts_submitted"),
        ({"status": "graded", "submitted_at": None}, "ck_assessment_attempts_submitted"),
        ({"passed": True}, "ck_assessment_attempts_passed_when_graded"),
        ({"score": 101}, "ck_assessment_attempts_score"),
        ({"points_earned": 11, "points_possible": 10}, "ck_assessment_attempts_points"),
        ({"points_earned": -1, "points_possible": 10}, "ck_assessment_attempts_points"),
        ({"time_spent": -1}, "ck_assessment_attempts_time_spent"),
        ({"started_at": utc_now(), "expires_at": utc_now().replace(year=2000)}, "ck_assessment_attempts_expires_at"),
        ({"status": "graded", "score": Decimal("66.67"), "passed": False, "is_final": True}, None),
        ({"status": "graded", "points_earned": 0, "points_possible": 0, "score": None, "passed": None}, None),
        ({"status": "expired", "submitted_at": None, "score": 20, "passed": False}, None),
    ],
)
async def test_a_second_attempt_follows_the_first_and_is_worth_what_it_says(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    values = {"attempt_number": 2, "status": "submitted", "submitted_at": utc_now()}
    assert await refused(session, learning.attempt(world.learner, world.assessment, **values | more)) == constraint


async def test_one_attempt_at_a_time_is_per_person_and_assessment(session: AsyncSession, world: World) -> None:
    session.add(other := learning.assessment(world.course))
    await session.flush()
    assert await refused(session, learning.attempt(world.instructor, world.assessment)) is None
    assert await refused(session, learning.attempt(world.learner, other)) is None


# Responses


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"selected_answer_ids": ["a"], "text_response": "Yes"}, "ck_question_responses_one_response"),
        ({"text_response": "Yes", "rating_value": 3}, "ck_question_responses_one_response"),
        ({"points_earned": -1}, "ck_question_responses_points_earned"),
        ({"ai_score": 101}, "ck_question_responses_ai_score"),
        ({"ai_confidence": 1.01}, "ck_question_responses_ai_confidence"),
        ({"review_state": "someday"}, "ck_question_responses_review_state"),
        ({}, None),
        ({"selected_answer_ids": ["a"], "is_correct": True, "points_earned": 5}, None),
        ({"text_response": "Yes", "ai_score": 80, "ai_confidence": 0.9, "review_state": "none"}, None),
        ({"text_response": "Yes", "ai_score": 80, "ai_confidence": 0.7, "review_state": "flagged"}, None),
        ({"text_response": "Yes", "ai_confidence": 0.2, "review_state": "required"}, None),
        ({"rating_value": 3}, None),
    ],
)
async def test_a_response_says_one_thing_and_is_graded_within_the_scale(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, world.response(**more)) == constraint


@pytest.mark.parametrize("confidence", [0.7, 0.9, 0.6999999999])
async def test_confidence_is_kept_to_the_last_digit(session: AsyncSession, world: World, confidence: float) -> None:
    session.add(made := world.response(text_response="Yes", ai_confidence=confidence))
    await session.flush()
    session.expunge_all()
    assert (await session.get_one(QuestionResponse, made.id)).ai_confidence == confidence


@pytest.mark.req("A-TAB-39")
async def test_a_question_is_answered_once_and_only_if_it_was_drawn(session: AsyncSession, world: World) -> None:
    assert await refused(session, world.response(), world.response()) == (
        "uq_question_responses_attempt_id_question_id"
    )
    session.add(stranger := learning.question(world.assessment))
    await session.flush()
    assert await refused(session, world.response(question_id=stranger.id)) == (
        "fk_question_responses_attempt_id_question_id"
    )


# Deleting


async def test_an_attempt_takes_its_draw_and_its_responses_with_it(session: AsyncSession, world: World) -> None:
    session.add(world.response())
    await session.flush()
    assert await kept(session, world.attempt) is None
    assert (await session.scalars(select(AttemptQuestion))).all() == []
    assert (await session.scalars(select(QuestionResponse))).all() == []


async def test_an_assessment_that_nobody_took_goes_with_its_questions(session: AsyncSession, world: World) -> None:
    assert await kept(session, world.attempt) is None
    assert await kept(session, world.assessment) is None
    assert (await session.scalars(select(QuestionVersion))).all() == []


@pytest.mark.parametrize(
    ("of", "constraint"),
    [
        ("assessment", "fk_assessment_attempts_assessment_id"),
        ("question", "fk_attempt_questions_question_id_question_version"),
    ],
)
async def test_an_attempt_keeps_what_it_was_an_attempt_at(
    session: AsyncSession, world: World, of: str, constraint: str
) -> None:
    assert await kept(session, getattr(world, of)) == constraint


async def test_a_lost_picture_leaves_the_question(session: AsyncSession, world: World) -> None:
    session.add(picture := StoredFile(storage_key="k", name="q.png", media_type="image/png"))
    await session.flush()
    session.add(made := learning.question(world.assessment, question_image_id=picture.id))
    await session.flush()
    assert await kept(session, picture) is None
    session.expunge_all()
    assert (await session.get_one(AssessmentQuestion, made.id)).question_image_id is None


# Gains


@pytest.mark.req("A-TAB-40", "Z-91")
@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({}, None),
        ({"pre_score": 101}, "ck_learning_gain_analytics_pre_score"),
        ({"score_improvement": 46}, "ck_learning_gain_analytics_score_improvement"),
        ({"normalized_gain": None}, "ck_learning_gain_analytics_normalized_gain"),
        ({"percentage_gain": None}, "ck_learning_gain_analytics_percentage_gain"),
        # A ceiling: nothing could be gained.
        ({"pre_score": 100, "score_improvement": -15, "percentage_gain": -15, "normalized_gain": None}, None),
        (
            {"pre_score": 100, "score_improvement": -15, "percentage_gain": -15, "normalized_gain": 0},
            "ck_learning_gain_analytics_normalized_gain",
        ),
        # A floor: no percentage of nothing, but a gain.
        ({"pre_score": 0, "score_improvement": 85, "percentage_gain": None, "normalized_gain": 0.85}, None),
        (
            {"pre_score": 0, "score_improvement": 85, "percentage_gain": 0, "normalized_gain": 0.85},
            "ck_learning_gain_analytics_percentage_gain",
        ),
        # Below 0 is said as it is (Z-92).
        (
            {"pre_score": 90, "score_improvement": -5, "percentage_gain": -5.5556, "normalized_gain": -0.5},
            None,
        ),
        ({"best_post_score": 90}, "ck_learning_gain_analytics_best_post"),
    ],
)
async def test_a_gain_is_the_difference_and_has_no_ratio_where_there_is_none(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, world.gain(**more)) == constraint


async def test_the_best_attempt_is_no_worse_than_the_official_one(session: AsyncSession, world: World) -> None:
    worse = world.gain(best_post_attempt_id=world.attempt.id, best_post_score=80)
    assert await refused(session, worse) == "ck_learning_gain_analytics_best_post_score"
    better = world.gain(best_post_attempt_id=world.attempt.id, best_post_score=95)
    assert await refused(session, better) is None


async def test_an_enrollment_has_one_gain_and_it_keeps_what_it_compares(session: AsyncSession, world: World) -> None:
    assert await refused(session, world.gain(), world.gain()) == "uq_learning_gain_analytics_enrollment_id"
    assert await kept(session, world.attempt) in {
        "fk_learning_gain_analytics_pre_attempt_id",
        "fk_learning_gain_analytics_post_attempt_id",
    }


async def test_gains_per_skill_come_back_as_what_they_are(session: AsyncSession, world: World) -> None:
    gains = [SkillGain(skill_id=world.skill.id, pre_score=37.5, post_score=87.5, improvement=50)]
    session.add(made := world.gain(skill_gains=gains))
    await session.flush()
    session.expunge_all()
    found = await session.get_one(LearningGain, made.id)
    assert (found.skill_gains, found.normalized_gain) == (gains, Decimal("0.75"))


@pytest.mark.parametrize("gains", ["{}", '[{"skill_id": "x", "pre_score": "37", "post_score": 87, "improvement": 50}]'])
async def test_gains_per_skill_have_their_shape_for_hand_written_statements_too(
    session: AsyncSession, world: World, gains: str
) -> None:
    session.add(world.gain())
    await session.flush()
    with pytest.raises(DBAPIError, match="ck_learning_gain_analytics_skill_gains_shape"):
        await session.execute(
            text("UPDATE academy.learning_gain_analytics SET skill_gains = CAST(:gains AS jsonb)"), {"gains": gains}
        )
