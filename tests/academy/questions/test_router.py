"""Writing questions through the door: versions, pairs, thresholds, and who sees what is right."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Assessment, AssessmentType
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import Classroom, choice, essay
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

NEW: dict[str, dict[str, Any]] = {
    "multiple_choice": {"answers": [{"text": "Yes", "is_correct": True}, {"text": "No", "is_correct": False}]},
    "multiple_select": {"answers": [{"text": "A", "is_correct": True}, {"text": "B", "is_correct": True}]},
    "true_false": {
        "answers": [{"id": "t", "text": "True", "is_correct": True}, {"id": "f", "text": "False", "is_correct": False}]
    },
    "short_answer": {"accepted_answers": ["GPU"], "sample_answer": "A graphics card"},
    "rating_scale": {"scale_max": 5, "scale_labels": {"min": "Not", "max": "Very"}, "points": 0},
    "open_ended": {"ai_grading_enabled": True, "rubric": [{"text": "Names one", "points": 2.5}]},
}


def body(kind: str, **more: Any) -> dict[str, Any]:
    return {"question_type": kind, "question_text": "Which?", "points": 5, "difficulty": "easy"} | NEW[kind] | more


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """Who writes questions."""
    return await client.as_(admin)


@pytest_asyncio.fixture
async def draft(session: AsyncSession, room: Classroom) -> Assessment:
    """An assessment without questions."""
    return await room.test(session, is_active=False)


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize("kind", NEW)
async def test_a_question_of_each_type_is_written_and_read_as_it_was(
    author: ApiClient, draft: Assessment, room: Classroom, worker: WorkerOnDemand, kind: str
) -> None:
    sent = body(kind, skill_ids=[str(room.skill.id)], tags=["basics"])
    made = await author.post(f"/academy/assessments/{draft.id}/questions", sent)
    assert made.status_code == 201, made.text
    read = (await author.get(f"/academy/questions/{made.json()['id']}")).json()
    assert read == made.json()
    assert {name: read[name] for name in ("points", "skill_ids", "tags")} == {
        name: sent[name] for name in ("points", "skill_ids", "tags")
    }
    assert all(each["id"] for each in read["answers"] or read["rubric"] or [{"id": "none"}])
    assert (read["scale_min"], read["version"]) == (1 if kind == "rating_scale" else None, 1)
    [told] = await worker.announced("academy.question_changed")
    assert told.payload["question_id"] == read["id"]


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize(
    ("kind", "change", "pointer"),
    [
        ("multiple_choice", {"answers": None}, "/answers"),
        ("rating_scale", {"points": 5}, "/points"),
        ("open_ended", {"accepted_answers": ["x"]}, "/accepted_answers"),
    ],
)
async def test_parts_that_do_not_fit_are_refused(
    author: ApiClient, draft: Assessment, kind: str, change: dict[str, Any], pointer: str
) -> None:
    refused = await author.post(f"/academy/assessments/{draft.id}/questions", body(kind, **change))
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.question_unfit")
    assert refused.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"skill_ids": [str(new_id())]}, "academy.skill_unknown"),
        ({"question_image_id": str(new_id())}, "academy.image_unknown"),
    ],
)
async def test_what_it_points_at_has_to_be_there(
    author: ApiClient, draft: Assessment, change: dict[str, Any], code: str
) -> None:
    refused = await author.post(f"/academy/assessments/{draft.id}/questions", body("true_false", **change))
    assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.req("A-ASM-12")
async def test_every_edit_is_a_new_version_and_one_that_changes_nothing_is_none(
    author: ApiClient, draft: Assessment, room: Classroom
) -> None:
    made = (await author.post(f"/academy/assessments/{draft.id}/questions", body("true_false"))).json()
    path = f"/academy/questions/{made['id']}"
    same = {name: made[name] for name in ("question_text", "answers", "points", "tags")}
    assert (await author.patch(path, same)).json()["version"] == 1
    for version, change in enumerate(
        ({"points": 7}, {"skill_ids": [str(room.skill.id)]}, {"explanation": "So."}, {"explanation": None}), start=2
    ):
        changed = await author.patch(path, change, headers={"If-Match": f'"{version - 1}"'})
        assert changed.json()["version"] == version, changed.text
    assert (await author.patch(path, {"points": 9}, headers={"If-Match": '"1"'})).status_code == 412
    assert (await author.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    for _ in range(2):
        assert (await author.delete(path)).status_code == 204
    assert (await author.get(path)).json()["is_active"] is False


@pytest.mark.req("A-ASM-06")
async def test_learners_never_see_questions_as_those_who_write_and_teach_do(
    client: ApiClient, author: ApiClient, session: AsyncSession, room: Classroom, learner: Account
) -> None:
    test = await room.test(session, choice())
    listed = f"/academy/assessments/{test.id}/questions"
    [question] = (await author.get(listed)).json()["items"]
    one = f"/academy/questions/{question['id']}"
    expected = {room.instructor: 200, room.learner: 403, learner: 404}
    for person, status in expected.items():
        reader = await client.as_(person)
        for path in (listed, one, f"{one}/calibration", f"/academy/assessments/{test.id}/publication"):
            assert (await reader.get(path)).status_code == status, (path, status)
    teacher = await client.as_(room.instructor)
    assert (await teacher.patch(one, {"points": 1})).status_code == 403


async def test_questions_are_listed_in_their_order_and_by_filters(
    author: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    test = await room.test(session, *(choice(difficulty="hard") for _ in range(3)), choice(is_active=False))
    path = f"/academy/assessments/{test.id}/questions"
    items = (await author.get(path)).json()["items"]
    assert [each["sort_order"] for each in items] == [0, 1, 2, 3]
    assert all(each["skill_ids"] == [str(room.skill.id)] for each in items)
    assert len((await author.get(path, params={"is_active": False})).json()["items"]) == 1
    assert len((await author.get(path, params={"difficulty": "hard"})).json()["items"]) == 3
    costs = []
    for limit in (1, 4):
        with recorded(engine) as statements:
            await author.get(path, params={"limit": limit})
        costs.append(len(statements))
    assert costs[0] == costs[1]


# Pairs


@pytest.mark.req("A-GAN-05")
async def test_a_pair_is_kept_in_step_by_pairing_again(
    author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    pre = await room.test(session, choice(), essay(), type=AssessmentType.pre_course, passing_score=0)
    post = await room.test(session, is_active=False)
    path, sources = f"/academy/assessments/{post.id}/pair", f"/academy/assessments/{pre.id}/questions"
    pairing = {"pre_assessment_id": str(pre.id)}
    assert (await author.put(path, pairing)).json() == {"copied": 2, "updated": 0, "withdrawn": 0}
    assert (await author.put(path, pairing)).json() == {"copied": 0, "updated": 0, "withdrawn": 0}
    [first, second] = (await author.get(sources)).json()["items"]
    await author.patch(f"/academy/questions/{first['id']}", {"question_text": "Which one now?"})
    refused = await author.put(f"/academy/assessments/{post.id}/publication")
    assert [each["code"] for each in refused.json()["errors"]] == ["pair_questions_differ"]
    await author.delete(f"/academy/questions/{second['id']}")
    assert (await author.put(path, pairing)).json() == {"copied": 0, "updated": 1, "withdrawn": 1}
    assert (await author.put(f"/academy/assessments/{post.id}/publication")).status_code == 200
    [copy, _] = (await author.get(f"/academy/assessments/{post.id}/questions")).json()["items"]
    assert (copy["question_text"], copy["source_question_id"]) == ("Which one now?", first["id"])
    own = await author.patch(f"/academy/questions/{copy['id']}", {"question_text": "Another"})
    assert (own.status_code, own.json()["code"]) == (409, "academy.question_paired")


@pytest.mark.req("A-GAN-05")
async def test_only_the_two_halves_of_one_course_are_paired(
    author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    pre = await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0)
    post = await room.test(session, choice())
    for one, other in ((pre, post), (post, post), (post, new_id())):
        refused = await author.put(
            f"/academy/assessments/{one.id}/pair", {"pre_assessment_id": str(getattr(other, "id", other))}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "academy.pair_refused")


# How far a model is trusted


@pytest.mark.req("A-ASM-09")
async def test_a_threshold_is_raised_and_never_lowered(
    client: ApiClient, author: ApiClient, session: AsyncSession, room: Classroom, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, essay(by_model=True))
    [question] = (await author.get(f"/academy/assessments/{test.id}/questions")).json()["items"]
    path = f"/academy/questions/{question['id']}/threshold"
    assert question["auto_grade_from"] == 0.9
    assert (await author.put(path, {"auto_grade_from": 0.95})).json()["auto_grade_from"] == 0.95
    for lower in (0.95, 0.9):
        refused = await author.put(path, {"auto_grade_from": lower})
        assert (refused.status_code, refused.json()["code"]) == (409, "academy.threshold_not_raised")
    assert (await author.put(path, {"auto_grade_from": 0.89})).status_code == 422
    assert (await (await client.as_(room.instructor)).put(path, {"auto_grade_from": 1})).status_code == 403
    [told] = await worker.announced("academy.question_threshold_raised")
    assert (told.payload["before"], told.payload["after"]) == (0.9, 0.95)
    floor = await session.execute(text("SELECT min(auto_grade_from) FROM academy.assessment_questions"))
    assert floor.scalar_one() == 0.95
