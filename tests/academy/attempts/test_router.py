"""Taking an assessment through the door: what is drawn, saved, handed in and shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Assessment, AssessmentAttempt, AssessmentType
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import (
    Classroom,
    ask,
    asked,
    begin,
    choice,
    essay,
    hand_in,
    rating,
    say,
    several,
    short,
    truth,
)
from tests.factories import academy, learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

ALL = (choice(), several(), truth(), short(), rating())


async def age(session: AsyncSession, attempt: dict[str, Any], **back: float) -> None:
    """Let the limit of an attempt lie so far in the past."""
    ended = utc_now() - timedelta(**back)
    here = update(AssessmentAttempt).where(AssessmentAttempt.id == UUID(attempt["id"]))
    await session.execute(here.values(expires_at=ended, started_at=ended - timedelta(minutes=30)))
    await session.commit()


async def answer_all(client: ApiClient, attempt: dict[str, Any]) -> None:
    """Everything right."""
    right: dict[str, dict[str, Any]] = {
        "multiple_choice": {"selected_answer_ids": ["a"]},
        "multiple_select": {"selected_answer_ids": ["a", "c", "d"]},
        "true_false": {"selected_answer_ids": ["no"]},
        "short_answer": {"text_response": "  gpu. "},
        "rating_scale": {"rating_value": 4},
    }
    for question in attempt["questions"]:
        assert await say(client, attempt, question, **right[question["question_type"]]) == 200


def order_of(attempt: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(each["question_id"], [answer["id"] for answer in each["answers"] or []]) for each in attempt["questions"]]


# Beginning


@pytest.mark.req("A-ASM-04")
@pytest.mark.parametrize(("wanted", "drawn"), [(None, 12), (5, 5), (20, 12)])
async def test_as_many_active_questions_are_drawn_as_the_rules_say_and_they_stay(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, wanted: int | None, drawn: int
) -> None:
    test = await room.test(
        session,
        *(choice() for _ in range(12)),
        choice(is_active=False),
        questions_per_attempt=wanted,
        type=AssessmentType.certification,
    )
    begun = await begin(learner_client, test)
    ids = {each["question_id"] for each in begun["questions"]}
    assert len(ids) == len(begun["questions"]) == drawn
    withdrawn = (await session.execute(text("SELECT id FROM academy.assessment_questions WHERE NOT is_active"))).all()
    assert not ids & {str(row.id) for row in withdrawn}
    await session.execute(text("UPDATE academy.assessment_questions SET is_active = NOT is_active"))
    await session.commit()
    again = (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()
    assert {each["question_id"] for each in again["questions"]} == ids


@pytest.mark.req("A-ASM-05")
async def test_each_attempt_has_an_order_of_its_own_that_a_reload_does_not_change(
    client: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    test = await room.test(session, *(choice() for _ in range(8)), randomize_questions=True, randomize_answers=True)
    orders = []
    for person in (room.learner, await room.colleague(session), await room.colleague(session)):
        theirs = await client.as_(person)
        begun = await begin(theirs, test)
        again = (await theirs.get(f"/academy/attempts/{begun['id']}")).json()
        assert order_of(again) == order_of(begun)
        orders.append(order_of(begun))
    assert orders[0] != orders[1] or orders[1] != orders[2]
    assert any(answers != sorted(answers) for order in orders for _, answers in order)


@pytest.mark.req("A-ASM-05")
async def test_without_shuffling_questions_and_answers_keep_their_order(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, *ALL)
    begun = await begin(learner_client, test)
    kinds = [each["question_type"] for each in begun["questions"]]
    assert kinds == [each["question_type"] for each in ALL]
    assert [each["position"] for each in begun["questions"]] == [1, 2, 3, 4, 5]
    assert order_of(begun)[0][1] == ["a", "b", "c"]


@pytest.mark.req("A-ASM-03")
@pytest.mark.parametrize(
    ("allow_retake", "max_attempts", "most"), [(False, None, 1), (False, 3, 1), (True, 2, 2), (True, None, 4)]
)
async def test_there_are_as_many_attempts_as_the_rules_allow(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    *,
    allow_retake: bool,
    max_attempts: int | None,
    most: int,
) -> None:
    test = await room.test(session, choice(), allow_retake=allow_retake, max_attempts=max_attempts)
    for number in range(1, most + 1):
        begun = await begin(learner_client, test)
        assert begun["attempt_number"] == number
        second = await learner_client.post(f"/academy/assessments/{test.id}/attempts")
        assert (second.status_code, second.json()["code"]) == (409, "academy.attempt_in_progress")
        await hand_in(learner_client, begun)
    if max_attempts is not None or not allow_retake:
        refused = await learner_client.post(f"/academy/assessments/{test.id}/attempts")
        assert (refused.status_code, refused.json()["code"]) == (409, "academy.no_attempts_left")


async def test_the_same_key_begins_the_same_attempt(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, choice(), allow_retake=True)
    first, second = [await learner_client.post(f"/academy/assessments/{test.id}/attempts", key="one") for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]


async def test_what_is_not_open_or_not_theirs_is_not_begun(
    client: ApiClient, session: AsyncSession, room: Classroom, learner_client: ApiClient, learner: Account
) -> None:
    test = await room.test(session, choice())
    path = f"/academy/assessments/{test.id}/attempts"
    assert (await client.post(path)).status_code == 401
    assert (await (await client.as_(learner)).post(path)).status_code == 404
    teaches = await (await client.as_(room.instructor)).post(path)
    assert (teaches.status_code, teaches.json()["code"]) == (409, "academy.no_course_access")
    begun = await begin(learner_client, test)
    await session.execute(update(Assessment).where(Assessment.id == test.id).values(is_active=False))
    await session.commit()
    closed = await learner_client.post(path)
    assert (closed.status_code, closed.json()["code"]) == (409, "academy.assessment_not_open")
    assert (await hand_in(learner_client, begun))["status"] == "graded"


# Answering


async def test_an_attempt_is_resumed_where_it_was_left(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, *ALL)
    begun = await begin(learner_client, test)
    await answer_all(learner_client, begun)
    open_ones = (await learner_client.get("/academy/me/attempts", params={"status": "in_progress"})).json()["items"]
    assert [each["id"] for each in open_ones] == [begun["id"]]
    again = (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()
    assert asked(again, "multiple_select")["response"]["selected_answer_ids"] == ["a", "c", "d"]
    assert asked(again, "short_answer")["response"]["text_response"] == "gpu."
    assert asked(again, "rating_scale")["response"]["rating_value"] == 4


@pytest.mark.parametrize(
    ("kind", "body", "pointer"),
    [
        ("multiple_choice", {"selected_answer_ids": ["z"]}, "/selected_answer_ids"),
        ("multiple_choice", {"selected_answer_ids": ["a", "b"]}, "/selected_answer_ids"),
        ("multiple_choice", {"text_response": "a"}, "/text_response"),
        ("multiple_select", {"selected_answer_ids": ["a", "a"]}, "/selected_answer_ids"),
        ("true_false", {"rating_value": 1}, "/rating_value"),
        ("short_answer", {"selected_answer_ids": ["a"]}, "/selected_answer_ids"),
        ("rating_scale", {"rating_value": 6}, "/rating_value"),
        ("rating_scale", {"text_response": "five"}, "/text_response"),
    ],
)
async def test_an_answer_that_does_not_fit_its_question_is_refused(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, kind: str, body: dict[str, Any], pointer: str
) -> None:
    begun = await begin(learner_client, await room.test(session, *ALL))
    path = f"/academy/attempts/{begun['id']}/responses/{asked(begun, kind)['question_id']}"
    refused = await learner_client.put(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.response_unfit")
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_an_answer_can_be_taken_back(session: AsyncSession, room: Classroom, learner_client: ApiClient) -> None:
    begun = await begin(learner_client, await room.test(session, choice()))
    question = begun["questions"][0]
    assert await say(learner_client, begun, question, selected_answer_ids=["a"]) == 200
    assert await say(learner_client, begun, question) == 200
    assert (await hand_in(learner_client, begun))["score"] == 0


async def test_of_two_savings_the_one_with_the_higher_number_stays(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    begun = await begin(learner_client, await room.test(session, short()))
    question = begun["questions"][0]
    assert await say(learner_client, begun, question, text_response="new", revision=7) == 200
    assert await say(learner_client, begun, question, text_response="overtaken", revision=6) == 200
    kept = (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()["questions"][0]["response"]
    assert (kept["text_response"], kept["revision"]) == ("new", 7)


async def test_only_its_learner_answers_and_only_what_was_drawn(
    client: ApiClient, session: AsyncSession, room: Classroom, learner_client: ApiClient, learner: Account
) -> None:
    begun = await begin(learner_client, await room.test(session, choice()))
    question = begun["questions"][0]
    assert await say(await client.as_(learner), begun, question, selected_answer_ids=["a"]) == 404
    assert await say(await client.as_(room.instructor), begun, question, selected_answer_ids=["a"]) == 403
    assert await say(learner_client, begun, {"question_id": new_id()}, selected_answer_ids=["a"]) == 404
    submission = f"/academy/attempts/{begun['id']}/submission"
    assert (await (await client.as_(room.instructor)).put(submission)).status_code == 403


# The clock


@pytest.mark.req("A-ASM-02")
async def test_the_servers_clock_gives_thirty_seconds_of_grace(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, choice(), time_limit=30, allow_retake=True)
    begun = await begin(learner_client, test)
    assert 1_790 <= begun["seconds_left"] <= 1_800
    await age(session, begun, seconds=25)
    assert await say(learner_client, begun, begun["questions"][0], selected_answer_ids=["a"]) == 200
    assert (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()["seconds_left"] == 0
    assert (await hand_in(learner_client, begun))["passed"] is True


@pytest.mark.req("A-ASM-02")
async def test_after_the_grace_nothing_is_taken_and_the_server_closes_with_what_was_saved(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, choice(points=6), truth(points=2), time_limit=30)
    begun = await begin(learner_client, test)
    assert await say(learner_client, begun, asked(begun, "multiple_choice"), selected_answer_ids=["a"]) == 200
    await age(session, begun, seconds=31)
    for call in (
        await learner_client.put(f"/academy/attempts/{begun['id']}/submission"),
        await learner_client.put(
            f"/academy/attempts/{begun['id']}/responses/{asked(begun, 'true_false')['question_id']}",
            json={"selected_answer_ids": ["no"]},
        ),
    ):
        assert (call.status_code, call.json()["code"]) == (409, "academy.attempt_expired")
    await worker.run_schedule("academy.close_overdue_attempts")
    closed = (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()
    assert (closed["status"], closed["score"], closed["passed"], closed["time_spent"]) == ("expired", 75.0, True, 1800)
    assert closed["submitted_at"] is None
    late = await learner_client.put(f"/academy/attempts/{begun['id']}/submission")
    assert (late.status_code, late.json()["code"]) == (409, "academy.attempt_expired")
    await worker.run_schedule("academy.close_overdue_attempts")
    assert len(await worker.announced("academy.attempt_graded")) == 1


async def test_the_clock_leaves_alone_what_still_has_time(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    begun = await begin(learner_client, await room.test(session, choice(), time_limit=30))
    await age(session, begun, seconds=20)
    await worker.run_schedule("academy.close_overdue_attempts")
    assert (await learner_client.get(f"/academy/attempts/{begun['id']}")).json()["status"] == "in_progress"


# Outcomes


@pytest.mark.req("A-ASM-08")
async def test_an_attempt_is_graded_when_it_is_handed_in_and_told_of(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, *ALL)
    begun = await begin(learner_client, test)
    await answer_all(learner_client, begun)
    done = await hand_in(learner_client, begun)
    assert (done["status"], done["score"], done["passed"]) == ("graded", 100.0, True)
    assert (done["points_earned"], done["points_possible"]) == (22.0, 22.0)
    assert await hand_in(learner_client, begun) == done
    [told] = await worker.announced("academy.attempt_graded")
    assert told.payload == {
        "attempt_id": begun["id"],
        "assessment_id": str(test.id),
        "account_id": str(room.learner.id),
        "enrollment_id": str(room.enrollment.id),
        "is_regrade": False,
    }


@pytest.mark.req("A-ASM-08")
async def test_an_attempt_without_anything_to_earn_has_no_score(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    begun = await begin(learner_client, await room.test(session, rating()))
    done = await hand_in(learner_client, begun)
    assert (done["status"], done["score"], done["passed"]) == ("graded", None, None)


@pytest.mark.parametrize("kind", [AssessmentType.pre_course, AssessmentType.self_assessment])
async def test_nobody_passes_or_fails_what_only_measures(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, kind: AssessmentType
) -> None:
    test = await room.test(session, choice(), type=kind, passing_score=0)
    done = await hand_in(learner_client, await begin(learner_client, test))
    assert (done["status"], done["score"], done["passed"]) == ("graded", 0.0, None)


@pytest.mark.req("A-ASM-11")
async def test_while_an_answer_waits_for_a_person_nobody_has_passed_or_failed(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, choice(), essay(), is_required=True, show_correct_answers="after_submit")
    begun = await begin(learner_client, test)
    await say(learner_client, begun, asked(begun, "multiple_choice"), selected_answer_ids=["a"])
    await say(learner_client, begun, asked(begun, "open_ended"), text_response="We sort tickets.")
    done = await hand_in(learner_client, begun)
    await worker.drain()
    assert (done["status"], done["score"], done["passed"], done["graded_at"]) == ("submitted", None, None, None)
    assert asked(done, "multiple_choice")["solution"]["is_correct"] is True
    waiting = asked(done, "open_ended")["solution"]
    assert (waiting["is_correct"], waiting["points_earned"], waiting["feedback"]) == (None, None, None)
    assert await worker.announced("academy.attempt_graded") == []
    assert await worker.announced("academy.enrollment_completed") == []


# A question that is edited


@pytest.mark.req("A-ASM-12")
async def test_a_question_edited_after_use_leaves_past_attempts_as_they_were(
    client: ApiClient, session: AsyncSession, room: Classroom, admin: Account
) -> None:
    learner_client, author = await client.as_(room.learner), await client.as_(admin)
    test = await room.test(
        session,
        choice(points=5),
        truth(points=5),
        allow_retake=True,
        show_correct_answers="after_submit",
        type=AssessmentType.knowledge_check,
    )
    begun = await begin(learner_client, test)
    await say(learner_client, begun, asked(begun, "multiple_choice"), selected_answer_ids=["a"])
    before = await hand_in(learner_client, begun)
    path = f"/academy/questions/{asked(begun, 'multiple_choice')['question_id']}"
    edit = {
        "question_text": "Which one now?",
        "points": 50,
        "answers": [
            {"id": "b", "text": "Right by now", "is_correct": True},
            {"id": "x", "text": "New", "is_correct": False},
        ],
    }
    edited = await author.patch(path, json=edit)
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    assert (await learner_client.get(f"/academy/attempts/{begun['id']}")).json() == before
    fresh = await begin(learner_client, test)
    assert asked(fresh, "multiple_choice")["question_text"] == "Which one now?"
    assert [each["id"] for each in asked(fresh, "multiple_choice")["answers"]] == ["b", "x"]
    await say(learner_client, fresh, asked(fresh, "multiple_choice"), selected_answer_ids=["b"])
    assert (await hand_in(learner_client, fresh))["points_possible"] == 55.0


@pytest.mark.req("A-ASM-12")
async def test_an_edit_in_the_middle_of_an_attempt_does_not_reach_it(
    client: ApiClient, session: AsyncSession, room: Classroom, admin: Account
) -> None:
    learner_client, author = await client.as_(room.learner), await client.as_(admin)
    begun = await begin(learner_client, await room.test(session, truth(points=5)))
    question = begun["questions"][0]
    swapped = [{"id": "yes", "text": "True", "is_correct": True}, {"id": "no", "text": "False", "is_correct": False}]
    edited = await author.patch(f"/academy/questions/{question['question_id']}", json={"answers": swapped})
    assert edited.status_code == 200
    await say(learner_client, begun, question, selected_answer_ids=["no"])
    assert (await hand_in(learner_client, begun))["score"] == 100.0


# Before and after the course


@pytest.mark.req("A-GAN-05")
async def test_the_post_attempt_asks_the_twenty_questions_that_the_pre_attempt_drew(
    client: ApiClient, session: AsyncSession, room: Classroom, admin: Account
) -> None:
    learner_client, author = await client.as_(room.learner), await client.as_(admin)
    settings = {"questions_per_attempt": 20, "randomize_questions": True, "randomize_answers": True}
    pre = await room.test(
        session,
        *(choice(question_text=f"Question {number}") for number in range(40)),
        type=AssessmentType.pre_course,
        passing_score=0,
        **settings,
    )
    post = await room.test(session, choice(), allow_retake=True, max_attempts=3, is_active=False, **settings)
    await session.execute(text("DELETE FROM academy.assessment_questions WHERE assessment_id = :id"), {"id": post.id})
    await session.commit()
    paired = await author.put(f"/academy/assessments/{post.id}/pair", json={"pre_assessment_id": str(pre.id)})
    assert paired.json() == {"copied": 40, "updated": 0, "withdrawn": 0}
    assert (await author.put(f"/academy/assessments/{post.id}/publication")).status_code == 200

    texts: list[set[str]] = []
    for test in (pre, post, post):
        begun = await begin(learner_client, test)
        texts.append({each["question_text"] for each in begun["questions"]})
        await hand_in(learner_client, begun)
    assert len(texts[0]) == 20
    assert texts[0] == texts[1] == texts[2]

    other = await client.as_(await room.colleague(session))
    theirs = {each["question_text"] for each in (await begin(other, pre))["questions"]}
    assert theirs != texts[0]
    assert {each["question_text"] for each in (await begin(other, post))["questions"]} == theirs


@pytest.mark.req("A-GAN-05")
async def test_without_a_pre_attempt_the_post_attempt_draws_for_itself(
    client: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    post = await room.test(session, *(choice() for _ in range(8)), questions_per_attempt=3, allow_retake=True)
    learner_client = await client.as_(room.learner)
    first = await begin(learner_client, post)
    await hand_in(learner_client, first)
    again = await begin(learner_client, post)
    assert len(first["questions"]) == 3
    assert {each["question_id"] for each in again["questions"]} == {each["question_id"] for each in first["questions"]}


@pytest.mark.req("A-GAN-05")
async def test_of_two_enrollments_the_pre_attempt_of_the_same_one_counts(
    client: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    pre = await room.test(
        session,
        *(choice(question_text=f"Question {number}") for number in range(9)),
        type=AssessmentType.pre_course,
        passing_score=0,
        allow_retake=True,
        questions_per_attempt=3,
    )
    post = await room.test(session, choice(), questions_per_attempt=3)
    questions = await session.execute(
        text("SELECT id, question_text FROM academy.assessment_questions WHERE assessment_id = :id"), {"id": pre.id}
    )
    for row in questions.all():
        await ask(session, post, source_question_id=row.id, **choice(question_text=row.question_text))
    earlier_cohort = academy.cohort(room.course)
    session.add(earlier_cohort)
    await session.flush()
    earlier = learning.enrollment(room.learner, earlier_cohort, purchase_date=utc_now() - timedelta(days=400))
    session.add(earlier)
    await session.commit()
    learner_client = await client.as_(room.learner)
    begun = await begin(learner_client, pre)
    assert begun["enrollment_id"] == str(room.enrollment.id)
    await hand_in(learner_client, begun)
    after = await begin(learner_client, post)
    assert {each["question_text"] for each in after["questions"]} == {
        each["question_text"] for each in begun["questions"]
    }


# Lists


@pytest.mark.req("A-ASM-16")
async def test_scores_are_for_the_learner_and_those_who_teach_them(
    client: ApiClient,
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    manager: Account,
) -> None:
    test = await room.test(session, choice())
    done = await hand_in(learner_client, await begin(learner_client, test))
    colleague = await client.as_(await room.colleague(session))
    path = f"/academy/assessments/{test.id}/attempts"
    for reader, seen in ((learner_client, [done["id"]]), (teacher_client, [done["id"]]), (colleague, [])):
        listed = (await reader.get(path)).json()["items"]
        assert [each["id"] for each in listed] == seen
    assert (await teacher_client.get(f"/academy/attempts/{done['id']}")).json()["questions"][0]["solution"] is not None
    room.enrollment.organization_id = None
    for stranger in (colleague, await client.as_(manager)):
        assert (await stranger.get(f"/academy/attempts/{done['id']}")).status_code == 404


async def test_a_list_of_many_attempts_costs_what_a_list_of_one_costs(
    client: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    test = await room.test(session, choice(), allow_retake=True)
    learner_client = await client.as_(room.learner)
    costs = []
    for wanted in (1, 6):
        while len((await learner_client.get("/academy/me/attempts")).json()["items"]) < wanted:
            await hand_in(learner_client, await begin(learner_client, test))
        with recorded(engine) as statements:
            assert len((await learner_client.get("/academy/me/attempts")).json()["items"]) == wanted
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_reading_a_long_attempt_costs_what_a_short_one_costs(
    client: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    learner_client = await client.as_(room.learner)
    costs = []
    for count in (1, 20):
        begun = await begin(learner_client, await room.test(session, *(choice() for _ in range(count))))
        with recorded(engine) as statements:
            await learner_client.get(f"/academy/attempts/{begun['id']}")
        costs.append(len(statements))
    assert costs[0] == costs[1]
