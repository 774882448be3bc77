"""People grade: the queue, grades, overrides with what they replaced, and confirmations."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import AssessmentType, CourseInstructor
from app.identity.models import Account
from tests.academy.classroom import Classroom, asked, begin, choice, essay, hand_in, rating, say
from tests.academy.conftest import enter
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


async def submit(
    client: ApiClient, session: AsyncSession, room: Classroom, *questions: dict[str, Any], **rules: Any
) -> dict[str, Any]:
    """An attempt with one right choice and one essay, handed in."""
    test = await room.test(session, *(questions or (choice(points=5), essay(points=15))), **rules)
    begun = await begin(client, test)
    for each in begun["questions"]:
        said: dict[str, Any] = {"text_response": "We sort tickets."}
        if each["question_type"] == "multiple_choice":
            said = {"selected_answer_ids": ["a"]}
        if each["question_type"] == "rating_scale":
            said = {"rating_value": 3}
        assert await say(client, begun, each, **said) == 200
    return await hand_in(client, begun)


async def queue(client: ApiClient, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/academy/reviews", params=params)).json()["items"]
    return found


@pytest.mark.req("A-ASM-11")
async def test_the_queue_lists_what_waits_for_those_who_may_grade_it(
    client: ApiClient,
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    admin: Account,
) -> None:
    attempt = await submit(learner_client, session, room)
    [review] = await queue(teacher_client)
    assert (review["attempt_id"], review["review_state"]) == (attempt["id"], "required")
    assert (review["text_response"], review["question"]["points"]) == ("We sort tickets.", 15)
    assert room.learner.name not in str(review)
    assert str(room.learner.id) not in str(review)
    assert len(await queue(await client.as_(admin))) == 1
    co_teacher, other_teacher = await enter(session), await enter(session)
    session.add(CourseInstructor(course_id=room.course.id, user_id=co_teacher.id))
    await session.commit()
    assert len(await queue(await client.as_(co_teacher))) == 1
    for stranger in (learner_client, await client.as_(other_teacher)):
        assert await queue(stranger) == []
        assert (await stranger.get(f"/academy/responses/{review['id']}")).status_code == 404
    assert (await client.get("/academy/reviews")).status_code == 401
    assert await queue(teacher_client, state="flagged") == []
    assert await queue(teacher_client, attempt_id=attempt["id"], assessment_id=attempt["assessment_id"])
    assert await queue(teacher_client, attempt_id=review["id"]) == []


@pytest.mark.req("A-ASM-10")
async def test_a_persons_grade_completes_the_attempt_and_tells_of_it(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    attempt = await submit(learner_client, session, room, show_correct_answers="after_submit")
    [review] = await queue(teacher_client)
    path = f"/academy/responses/{review['id']}/grade"
    given = (await teacher_client.put(path, json={"points_earned": 12.5, "feedback": "Good."})).json()
    assert (given["points_earned"], given["manual_override"], given["review_state"]) == (12.5, False, "done")
    done = (await learner_client.get(f"/academy/attempts/{attempt['id']}")).json()
    assert (done["status"], done["score"], done["passed"]) == ("graded", 87.5, True)
    assert asked(done, "open_ended")["solution"]["feedback"] == "Good."
    [told] = await worker.announced("academy.attempt_graded")
    assert told.payload["is_regrade"] is False
    assert await queue(teacher_client) == []


@pytest.mark.req("A-ASM-10")
async def test_an_override_recomputes_the_attempt_is_told_of_and_leaves_what_it_replaced(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    attempt = await submit(learner_client, session, room)
    [review] = await queue(teacher_client)
    path = f"/academy/responses/{review['id']}/grade"
    await teacher_client.put(path, json={"points_earned": 15})
    changed = (await teacher_client.put(path, json={"points_earned": 3, "reason": "Copied from the slides."})).json()
    assert (changed["manual_override"], changed["points_earned"]) == (True, 3)
    assert [(each["grader"], each["points"], each["reason"], each["graded_by_id"]) for each in changed["grades"]] == [
        ("person", 15.0, None, str(room.instructor.id)),
        ("person", 3.0, "Copied from the slides.", str(room.instructor.id)),
    ]
    done = (await learner_client.get(f"/academy/attempts/{attempt['id']}")).json()
    assert (done["score"], done["passed"]) == (40.0, False)
    assert [each.payload["is_regrade"] for each in await worker.announced("academy.attempt_graded")] == [False, True]
    told = await worker.announced("academy.response_graded")
    assert [each.payload["is_override"] for each in told] == [False, True]
    row = (await session.execute(text("SELECT graded_by FROM academy.question_responses WHERE manual_override"))).one()
    assert row.graded_by == room.instructor.id


@pytest.mark.req("A-ASM-10")
async def test_what_rules_graded_can_be_overridden_too(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, teacher_client: ApiClient
) -> None:
    attempt = await submit(learner_client, session, room, choice(points=5), choice(points=5))
    assert attempt["score"] == 100
    ids = await session.scalars(text("SELECT id FROM academy.question_responses ORDER BY id LIMIT 1"))
    changed = (await teacher_client.put(f"/academy/responses/{ids.one()}/grade", json={"points_earned": 0})).json()
    assert (changed["manual_override"], changed["is_correct"]) == (True, False)
    assert (await learner_client.get(f"/academy/attempts/{attempt['id']}")).json()["score"] == 50


async def test_what_cannot_be_graded_is_refused(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
) -> None:
    test = await room.test(session, essay(points=15), rating())
    begun = await begin(learner_client, test)
    await say(learner_client, begun, asked(begun, "open_ended"), text_response="Not yet.")
    running = (await session.scalars(text("SELECT id FROM academy.question_responses"))).one()
    path = "/academy/responses/{}/grade"
    early = await teacher_client.put(path.format(running), json={"points_earned": 1})
    assert (early.status_code, early.json()["code"]) == (409, "academy.attempt_still_open")
    assert (await teacher_client.get(f"/academy/responses/{running}")).status_code == 409
    confirmed = await teacher_client.put(f"/academy/attempts/{begun['id']}/confirmation", json={})
    assert (confirmed.status_code, confirmed.json()["code"]) == (409, "academy.attempt_still_open")
    await hand_in(learner_client, begun)
    much = await teacher_client.put(path.format(running), json={"points_earned": 15.01})
    assert (much.status_code, much.json()["errors"][0]["pointer"]) == (422, "/points_earned")
    other = (
        await session.scalars(text("SELECT id FROM academy.question_responses WHERE id <> :id"), {"id": running})
    ).one()
    rated = await teacher_client.put(path.format(other), json={"points_earned": 0})
    assert (rated.status_code, rated.json()["code"]) == (409, "academy.not_gradable")
    assert await session.scalar(text("SELECT count(*) FROM academy.response_grades")) == 0


@pytest.mark.req("A-ASM-10")
async def test_nobody_grades_themselves(session: AsyncSession, room: Classroom, learner_client: ApiClient) -> None:
    attempt = await submit(learner_client, session, room)
    session.add(CourseInstructor(course_id=room.course.id, user_id=room.learner.id))
    await session.commit()
    [review] = await queue(learner_client)
    assert (
        await learner_client.put(f"/academy/responses/{review['id']}/grade", json={"points_earned": 15})
    ).status_code == 403
    own = await learner_client.put(f"/academy/attempts/{attempt['id']}/confirmation", json={})
    assert own.status_code == 403


@pytest.mark.req("A-ASM-09")
async def test_a_certification_of_choices_alone_is_still_confirmed_by_a_person(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    attempt = await submit(
        learner_client, session, room, choice(), choice(), rating(), type=AssessmentType.certification
    )
    assert (attempt["status"], attempt["passed"]) == ("submitted", None)
    assert [each["review_state"] for each in await queue(teacher_client)] == ["flagged", "flagged"]
    for _ in range(2):
        confirmed = await teacher_client.put(
            f"/academy/attempts/{attempt['id']}/confirmation", json={"overall_feedback": "Congratulations."}
        )
        assert (confirmed.json()["status"], confirmed.json()["passed"]) == ("graded", True)
    assert len(await worker.announced("academy.attempt_graded")) == 1
    mine = (await learner_client.get(f"/academy/attempts/{attempt['id']}")).json()
    assert mine["overall_feedback"] == "Congratulations."


@pytest.mark.req("A-ASM-11")
async def test_a_confirmation_does_not_grade_what_has_no_grade(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, teacher_client: ApiClient
) -> None:
    attempt = await submit(
        learner_client, session, room, choice(), essay(), type=AssessmentType.certification, passing_score=Decimal(10)
    )
    confirmed = (await teacher_client.put(f"/academy/attempts/{attempt['id']}/confirmation", json={})).json()
    assert (confirmed["status"], confirmed["passed"]) == ("submitted", None)
    [left] = await queue(teacher_client)
    assert left["review_state"] == "required"


async def test_a_long_queue_costs_what_a_short_one_costs(
    client: ApiClient, session: AsyncSession, room: Classroom, teacher_client: ApiClient, engine: AsyncEngine
) -> None:
    costs = []
    for count in (1, 4):
        while len(await queue(teacher_client)) < count:
            await submit(await client.as_(await room.colleague(session)), session, room)
        with recorded(engine) as statements:
            assert len(await queue(teacher_client)) == count
        costs.append(len(statements))
    assert costs[0] == costs[1]
    first = (await teacher_client.get("/academy/reviews", params={"limit": 3})).json()
    rest = (await teacher_client.get("/academy/reviews", params={"cursor": first["next_cursor"]})).json()
    assert len(first["items"]) == 3
    assert len(rest["items"]) == 1
