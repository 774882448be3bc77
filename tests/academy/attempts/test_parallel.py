"""Attempts on real parallel connections: never too many, nothing saved is lost, one end and not two."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.attempts import service
from app.academy.models import AssessmentAttempt, AttemptStatus
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.ids import new_id
from tests.academy.classroom import Classroom, begin, choice, hand_in, open_classroom, say, short
from tests.support.client import ApiClient, patiently
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


async def enter_room(parallel: Sessions) -> Classroom:
    async with parallel() as session:
        return await open_classroom(session)


async def set_test(parallel: Sessions, room: Classroom, *questions: dict[str, Any], **settings: Any) -> Any:
    async with parallel() as session:
        return await room.test(session, *questions, **settings)


@pytest.mark.req("A-ASM-03")
@pytest.mark.parametrize(("allow_retake", "max_attempts", "most"), [(False, None, 1), (True, 2, 2)])
async def test_of_fifty_who_begin_at_once_one_does_and_never_more_than_the_rules_allow(
    crowd: ApiClient, parallel: Sessions, *, allow_retake: bool, max_attempts: int | None, most: int
) -> None:
    room = await enter_room(parallel)
    test = await set_test(
        parallel, room, *(choice() for _ in range(5)), allow_retake=allow_retake, max_attempts=max_attempts
    )
    client = await crowd.as_(room.learner)
    path = f"/academy/assessments/{test.id}/attempts"
    for number in range(1, most + 2):
        answers = await asyncio.gather(*(patiently(partial(client.post, path, key=str(new_id()))) for _ in range(50)))
        by_code = Counter(each.json().get("code") if each.status_code == 409 else each.status_code for each in answers)
        if number > most:
            assert by_code == {"academy.no_attempts_left": 50}
            break
        assert by_code == {201: 1, "academy.attempt_in_progress": 49}
        begun = next(each.json() for each in answers if each.status_code == 201)
        assert begun["attempt_number"] == number
        assert len(begun["questions"]) == 5
        await hand_in(client, begun)
    async with parallel() as session:
        assert await session.scalar(select(func.count(AssessmentAttempt.id))) == most


@pytest.mark.req("A-ASM-02")
async def test_an_answer_that_was_accepted_is_graded_and_one_that_was_not_is_refused(
    crowd: ApiClient, parallel: Sessions
) -> None:
    """Savings race with handing in: what came through before it counts, what came after it is told so."""
    room = await enter_room(parallel)
    test = await set_test(parallel, room, *(choice(points=1) for _ in range(30)))
    client = await crowd.as_(room.learner)
    begun = await begin(client, test)
    saves: list[Callable[[], Awaitable[int]]] = [
        partial(say, client, begun, question, selected_answer_ids=["a"]) for question in begun["questions"]
    ]

    async def submit() -> None:
        await asyncio.sleep(0.05)
        await hand_in(client, begun)

    *statuses, _ = await asyncio.gather(*(save() for save in saves), submit())
    assert set(statuses) <= {200, 409}
    done = (await client.get(f"/academy/attempts/{begun['id']}")).json()
    assert done["points_earned"] == Counter(statuses)[200]


@pytest.mark.req("A-ASM-02")
async def test_of_many_savings_of_one_answer_the_newest_stays_whatever_their_order(
    crowd: ApiClient, parallel: Sessions
) -> None:
    room = await enter_room(parallel)
    test = await set_test(parallel, room, short())
    client = await crowd.as_(room.learner)
    begun = await begin(client, test)
    question = begun["questions"][0]
    order = [*range(1, 41)]
    order = order[1::2] + order[::2]
    statuses = await asyncio.gather(
        *(say(client, begun, question, text_response=f"text {number}", revision=number) for number in order)
    )
    assert set(statuses) == {200}
    kept = (await client.get(f"/academy/attempts/{begun['id']}")).json()["questions"][0]["response"]
    assert (kept["text_response"], kept["revision"]) == ("text 40", 40)


@pytest.mark.req("A-ASM-02")
async def test_handing_in_races_with_the_clock_and_there_is_one_end(crowd: ApiClient, parallel: Sessions) -> None:
    """At the very end of the grace both come: the attempt is handed in or expired, graded once, and says so."""
    room = await enter_room(parallel)
    ends: Counter[str] = Counter()
    for _ in range(6):
        async with parallel() as session:
            person = await room.colleague(session)
        test = await set_test(parallel, room, choice(points=1), time_limit=30)
        client = await crowd.as_(person)
        begun = await begin(client, test)
        assert await say(client, begun, begun["questions"][0], selected_answer_ids=["a"]) == 200
        async with parallel.begin() as session:
            ended = utc_now() - timedelta(seconds=29.9)
            here = update(AssessmentAttempt).where(AssessmentAttempt.id == UUID(begun["id"]))
            await session.execute(here.values(expires_at=ended, started_at=ended - timedelta(minutes=30)))

        async def close() -> None:
            for _ in range(12):
                async with parallel.begin() as session:
                    await service.close_overdue(session, AcademyActor.system())
                await asyncio.sleep(0.02)

        async def submit(client: ApiClient = client, begun: dict[str, Any] = begun) -> int:
            await asyncio.sleep(0.09)
            return (await client.put(f"/academy/attempts/{begun['id']}/submission")).status_code

        status, *_ = await asyncio.gather(submit(), close(), close())
        done = (await client.get(f"/academy/attempts/{begun['id']}")).json()
        assert (status, done["status"]) in {(200, AttemptStatus.graded), (409, AttemptStatus.expired)}
        assert (done["score"], done["passed"]) == (100.0, True)
        ends[done["status"]] += 1
    graded = await WorkerOnDemand(parallel, {}).announced("academy.attempt_graded")
    assert len(graded) == len({each.payload["attempt_id"] for each in graded}) == 6
    async with parallel() as session:
        twice = text(
            "SELECT count(*) FROM (SELECT FROM academy.question_responses GROUP BY attempt_id, question_id"
            " HAVING count(*) > 1) AS twice"
        )
        assert await session.scalar(twice) == 0


@pytest.mark.req("A-ASM-12")
async def test_questions_edited_while_many_begin_are_frozen_whole(crowd: ApiClient, parallel: Sessions) -> None:
    """Each attempt has one version or the other of a question, and its answers' order is of that version."""
    room = await enter_room(parallel)
    test = await set_test(parallel, room, *(choice() for _ in range(4)), randomize_answers=True)
    async with parallel() as session:
        people = [await room.colleague(session) for _ in range(15)]
    clients = [await crowd.as_(person) for person in people]

    async def edit() -> None:
        for name in "xyz":
            async with parallel.begin() as session:
                swap = """UPDATE academy.assessment_questions SET version = version + 1, answers = jsonb_build_array(
                    jsonb_build_object('id', CAST(:a AS text), 'text', 'Right', 'is_correct', true),
                    jsonb_build_object('id', CAST(:b AS text), 'text', 'Wrong', 'is_correct', false))"""
                await session.execute(text(swap), {"a": f"{name}1", "b": f"{name}2"})
            await asyncio.sleep(0.03)

    *begun, _ = await asyncio.gather(*(begin(client, test) for client in clients), edit())
    for attempt in begun:
        for question in (attempt or {})["questions"]:
            ids = sorted(answer["id"] for answer in question["answers"])
            assert ids in [["a", "b", "c"], ["x1", "x2"], ["y1", "y2"], ["z1", "z2"]]
