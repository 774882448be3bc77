"""An assessment's statistics through the API: from the attempts of a class, for those who teach it."""

import random
from decimal import Decimal

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.gain import service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.models import AssessmentQuestion, AssessmentType, QuestionType
from app.academy.psychometrics import numerics
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.gain.conftest import HOUSE
from tests.academy.gain.world import World, ask, create, enroll, take
from tests.factories import academy, learning
from tests.support.client import ApiClient
from tests.support.queries import recorded


@pytest_asyncio.fixture
async def world(session: AsyncSession) -> World:
    """Four questions of five points, two skills."""
    return await create(session)


async def sit(session: AsyncSession, world: World, people: int) -> np.ndarray:
    """A class that takes the post-assessment; what they earned."""
    chance = random.Random("a class")  # noqa: S311  (made-up learners)
    earned = []
    for _ in range(people):
        able = chance.random()
        row = [5 if chance.random() < able else 0 for _ in world.questions[world.post.id]]
        await take(session, world, await enroll(session, world), world.post, row)
        earned.append(row)
    return np.array(earned, dtype=float)


async def test_statistics_are_those_of_the_classes_answers(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    """Which are those of SciPy and pingouin: test_rules.py."""
    earned = await sit(session, world, 30)
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/assessments/{world.post.id}/statistics")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["learners"], found["n"]) == (30, 30)
    whole = earned.sum(axis=1)
    assert found["average_score"] == pytest.approx(whole.mean() * 5, abs=1e-9)
    assert found["standard_deviation"] == pytest.approx((whole * 5).std(ddof=1), abs=1e-9)
    alpha = numerics.reliability(earned).alpha.value
    assert found["reliability"]["alpha"]["value"] == pytest.approx(alpha, abs=1e-9)
    by_id = {each["question_id"]: each["statistics"] for each in found["questions"]}
    for column, question in enumerate(world.questions[world.post.id]):
        mine, statistics = earned[:, column], by_id[str(question.id)]
        assert statistics["difficulty"]["value"] == pytest.approx(mine.mean() / 5, abs=1e-9)
        for name, other in (("uncorrected", whole), ("corrected", whole - mine)):
            expected = np.corrcoef(mine, other)[0, 1]
            assert statistics[f"point_biserial_{name}"]["value"] == pytest.approx(expected, abs=1e-9)


async def test_only_the_first_graded_attempt_of_a_person_counts_and_only_what_can_earn_points(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    rated = {"question_type": QuestionType.rating_scale, "answers": None, "scale_min": 1, "scale_max": 5}
    await ask(session, world, world.post, 0, None, **rated)
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.post, [5, 0, 0, None, 0])
    await take(session, world, enrollment, world.post, [5, 5, 5, 5, 0], number=2)
    running = await take(session, world, await enroll(session, world), world.post, [5, 5, 5, 5, 0])
    await session.refresh(running)
    running.status, running.score, running.graded_at = "submitted", None, None
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/assessments/{world.post.id}/statistics")
    found = answer.json()
    assert (found["learners"], found["average_score"], found["standard_deviation"]) == (1, 25, None)
    assert [each["statistics"]["difficulty"]["value"] for each in found["questions"]].count(0) == 3
    assert len(found["questions"]) == 4
    assert found["reliability"]["alpha"] == {"value": None, "reason": "too_few"}


async def test_an_assessment_that_nobody_took_has_reasons(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/assessments/{world.pre.id}/statistics")
    found = answer.json()
    assert (found["learners"], found["questions"], found["average_score"]) == (0, [], None)
    assert found["reliability"]["alpha"]["reason"] == "too_few"


@pytest.mark.req("A-GAN-05", "Z-94")
async def test_both_assessments_of_a_pair_say_what_they_do_not_share(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    enrollment, other = await enroll(session, world), await enroll(session, world)
    for each, drawn in ((enrollment, 4), (other, 2)):
        await take(session, world, each, world.pre, [5, 0, 0, 0])
        await take(session, world, each, world.post, [5, 5, 5, 5][:drawn])
    await service.write_measured(session, HOUSE, Scope(ScopeKind.everybody))
    first, *_, last = world.questions[world.post.id]
    first.points, last.source_question_id = Decimal(7), None
    await session.commit()
    asking = await client.as_(world.instructor)
    expected = {
        "pre_assessment_id": str(world.pre.id),
        "post_assessment_id": str(world.post.id),
        "is_equivalent": False,
        "findings": [
            {"code": "only_in_pre", "questions": [str(world.questions[world.pre.id][3].id)]},
            {"code": "only_in_post", "questions": [str(last.id)]},
            {"code": "points_differ", "questions": [str(first.id)]},
        ],
        "pairs": 2,
        "pairs_with_same_questions": 0,  # the last question repeats none any more
    }
    for assessment in (world.pre, world.post):
        answer = await asking.get(f"/academy/assessments/{assessment.id}/statistics")
        assert answer.json()["equivalence"] == expected
    source = world.questions[world.pre.id][3].id
    for question, values in ((first, {"points": 5}), (last, {"source_question_id": source})):
        await session.execute(update(AssessmentQuestion).where(AssessmentQuestion.id == question.id).values(**values))
    await session.commit()
    found = (await asking.get(f"/academy/assessments/{world.post.id}/statistics")).json()["equivalence"]
    assert (found["is_equivalent"], found["findings"]) == (True, [])
    assert (found["pairs"], found["pairs_with_same_questions"]) == (2, 1)


async def test_what_is_not_before_or_after_a_course_has_no_pair(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    alone = learning.assessment(world.course, type=AssessmentType.certification)
    session.add(alone)
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/assessments/{alone.id}/statistics")
    assert answer.json()["equivalence"] is None


async def test_statistics_are_for_those_who_teach_and_for_platform_admins(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, learner: Account, manager: Account
) -> None:
    draft = academy.course(status="draft")
    session.add(draft)
    await session.flush()  # the assessment points at it
    hidden = learning.assessment(draft)
    of_a_lesson, of_none = await _others(session, world)
    session.add(hidden)
    other_teacher = (await create(session)).instructor
    learning_it = await enter(session)
    await enroll(session, world, learning_it)
    await session.commit()
    whose = {
        world.instructor: (200, 404, 200, 404),
        admin: (200, 200, 200, 200),
        other_teacher: (403, 404, 403, 404),
        learning_it: (403, 404, 403, 404),
        learner: (403, 404, 403, 404),
        manager: (403, 404, 403, 404),
    }
    for who, statuses in whose.items():
        asking = await client.as_(who)
        for assessment, status in zip((world.post.id, hidden.id, of_a_lesson, of_none), statuses, strict=True):
            answer = await asking.get(f"/academy/assessments/{assessment}/statistics")
            assert answer.status_code == status, (who, assessment)
    assert (await client.get(f"/academy/assessments/{world.post.id}/statistics")).status_code == 401


async def _others(session: AsyncSession, world: World) -> tuple[object, object]:
    item = academy.class_session(world.course)
    session.add(item)
    await session.flush()  # the lesson points at it
    lesson = learning.lesson(item)
    session.add(lesson)
    await session.flush()  # the knowledge check points at it
    check = learning.assessment(world.course, course_id=None, lesson_id=lesson.id, type=AssessmentType.knowledge_check)
    skill = learning.assessment(world.course, course_id=None, type=AssessmentType.skill_assessment)
    session.add_all([check, skill])
    return check.id, skill.id


async def test_statistics_cost_the_same_statements_for_one_and_for_many(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, engine: AsyncEngine
) -> None:
    asking = await client.as_(admin)
    counts = []
    for people in (1, 12):
        await sit(session, world, people)
        await session.commit()
        with recorded(engine) as statements:
            await asking.get(f"/academy/assessments/{world.post.id}/statistics")
        counts.append(len(statements))
    assert counts[0] == counts[1]
