"""Evidence that was recorded wrongly: corrected and withdrawn beside what it was, and levels looked at again."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import EvidenceChange, SkillBadge
from tests.academy.classroom import begin, choice, hand_in
from tests.academy.evidence.conftest import Workshop, open_workshop, show
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

WHY = {"reason": "Two digits were swapped"}


async def correct(client: ApiClient, made: dict[str, Any], score: float, **more: Any) -> Any:
    return await client.post(f"/academy/evidence/{made['id']}/corrections", WHY | {"score": score}, **more)


async def withdraw(client: ApiClient, made: dict[str, Any], **more: Any) -> Any:
    return await client.post(f"/academy/evidence/{made['id']}/withdrawal", WHY, **more)


@pytest.mark.req("A-SKL-05", "A-SKL-06")
async def test_a_correction_says_what_it_was_and_progress_follows(
    client: ApiClient, session: AsyncSession, shop: Workshop, worker: WorkerOnDemand
) -> None:
    teacher = await client.as_(shop.room.instructor)
    made = await show(client, shop, score=28)
    answer = await correct(teacher, made, 82)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["score"], answer.json()["passed"]) == (82, True)
    (change,) = answer.json()["changes"]
    assert {name: value for name, value in change.items() if name not in {"id", "created_at"}} == {
        "kind": "corrected",
        "score_before": 28,
        "score_after": 82,
        "passed_before": False,
        "passed_after": True,
        "reason": WHY["reason"],
        "changed_by_id": str(shop.room.instructor.id),
    }
    progress = await shop.progress(session)
    assert progress is not None
    assert (progress.current_level, progress.evidence_count) == ("foundational", 1)
    seen = await (await client.as_(shop.learner)).get(f"/academy/evidence/{made['id']}")
    assert seen.json() == answer.json()
    (told,) = await worker.announced("academy.evidence_changed")
    assert (told.payload["change"], told.payload["is_level_supported"]) == ("corrected", True)


@pytest.mark.req("A-SKL-06", "A-SKL-08", "Z-113")
async def test_a_level_that_was_reached_stays_when_its_evidence_goes_and_it_is_said(
    client: ApiClient, session: AsyncSession, shop: Workshop, worker: WorkerOnDemand
) -> None:
    teacher = await client.as_(shop.room.instructor)
    first = await show(client, shop, "project")
    second = await show(client, shop, "peer_review", by="fellow")
    progress = await shop.progress(session)
    assert progress is not None
    assert (progress.current_level, progress.awaited_level) == ("practitioner", "advanced")
    await correct(teacher, first, 10)
    await withdraw(await client.as_(shop.people["fellow"]), second)
    progress = await shop.progress(session)
    assert progress is not None
    # The level and its badge stay; what rests on the evidence alone does not.
    assert (progress.current_level, progress.progress_percent, progress.evidence_count) == ("practitioner", 0, 1)
    assert progress.awaited_level is None
    live = await session.scalars(select(SkillBadge.level).where(SkillBadge.revoked_at.is_(None)))
    assert set(live) == {"foundational", "practitioner"}
    told = await worker.announced("academy.evidence_changed")
    assert [each.payload["is_level_supported"] for each in told] == [False, False]
    await worker.drain()
    progress = await shop.progress(session)
    assert progress is not None
    assert progress.current_level == "practitioner"


async def test_what_was_withdrawn_counts_nowhere_and_can_be_neither_corrected_nor_withdrawn_again(
    client: ApiClient, shop: Workshop
) -> None:
    teacher, mine = await client.as_(shop.room.instructor), await client.as_(shop.learner)
    made = await show(client, shop)
    answer = await withdraw(teacher, made)
    assert (answer.status_code, answer.json()["changes"][0]["kind"]) == (201, "withdrawn")
    assert answer.json()["withdrawn_at"] is not None
    for refused in (await withdraw(teacher, made), await correct(teacher, made, 90)):
        assert (refused.status_code, refused.json()["code"]) == (409, "academy.evidence_withdrawn")
    assert len((await mine.get("/academy/evidence?withdrawn=true")).json()["items"]) == 1
    assert (await mine.get("/academy/evidence?withdrawn=false")).json()["items"] == []


@pytest.mark.req("A-SKL-07")
@pytest.mark.parametrize(
    ("who", "status"), [("learner", 403), ("fellow", 201), ("instructor", 403), ("stranger", 404), ("admin", 201)]
)
@pytest.mark.parametrize("act", [correct, withdraw])
async def test_its_assessor_and_admins_correct_evidence_and_nobody_else(
    client: ApiClient, shop: Workshop, *, act: Any, who: str, status: int
) -> None:
    made = await show(client, shop, "peer_review", by="fellow")
    caller = await client.as_(shop.people[who])
    answer = await (act(caller, made, 90) if act is correct else act(caller, made))
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("wrong", [{}, {"reason": " "}, {"score": 101}, {"score": 90, "reason": None}])
async def test_a_correction_needs_a_score_and_a_reason(
    client: ApiClient, shop: Workshop, wrong: dict[str, Any]
) -> None:
    made = await show(client, shop)
    answer = await (await client.as_(shop.room.instructor)).post(f"/academy/evidence/{made['id']}/corrections", wrong)
    assert answer.status_code == 422


async def test_who_read_an_older_version_is_told(client: ApiClient, shop: Workshop) -> None:
    teacher = await client.as_(shop.room.instructor)
    made = await show(client, shop)
    etag = (await teacher.get(f"/academy/evidence/{made['id']}")).headers["etag"]
    first = await correct(teacher, made, 90, headers={"If-Match": etag})
    assert (first.status_code, first.headers["etag"] != etag) == (201, True)
    for late in (
        await correct(teacher, made, 95, headers={"If-Match": etag}),
        await withdraw(teacher, made, headers={"If-Match": etag}),
    ):
        assert (late.status_code, late.json()["code"]) == (412, "core.stale")
    seen = (await teacher.get(f"/academy/evidence/{made['id']}")).json()
    assert (seen["score"], len(seen["changes"])) == (90, 1)


@pytest.mark.req("A-SKL-14")
async def test_the_score_of_a_quiz_is_corrected_where_it_was_graded(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    shop = await open_workshop(session)
    room = shop.room
    await session.execute(text("UPDATE academy.competencies SET skill_id = :skill"), {"skill": room.skill.id})
    test = await room.test(session, choice())
    await hand_in(await client.as_(room.learner), await begin(await client.as_(room.learner), test))
    await worker.drain()
    admin = await client.as_(shop.people["admin"])
    (made,) = (await admin.get("/academy/evidence?evidence_type=quiz")).json()["items"]
    refused = await correct(admin, made, 100)
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.evidence_of_attempt")
    assert (await withdraw(admin, made)).status_code == 201


@pytest.mark.parametrize("table", ["evidence_changes", "skill_sign_offs"])
@pytest.mark.parametrize("statement", ["UPDATE academy.{} SET created_at = now()", "DELETE FROM academy.{}"])
async def test_what_was_changed_and_signed_cannot_be_rewritten(
    session: AsyncSession, table: str, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(text(statement.format(table)))


async def test_every_change_is_kept_in_its_order(client: ApiClient, session: AsyncSession, shop: Workshop) -> None:
    teacher = await client.as_(shop.room.instructor)
    made = await show(client, shop)
    for score in (10, 90, 50):
        await correct(teacher, made, score)
    kept = await session.scalars(select(EvidenceChange.score_after).order_by(EvidenceChange.created_at))
    assert [float(each) for each in kept] == [10, 90, 50]
