"""Advanced and expert: who waits for whom, and what a person's word does."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.models import CourseInstructor, SkillBadge, SkillSignOff
from app.core.ids import new_id
from tests.academy.classroom import open_classroom
from tests.academy.conftest import enter
from tests.academy.evidence.conftest import Workshop, open_workshop, show
from tests.factories import learning
from tests.support.client import ApiClient, patiently
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


def word(shop: Workshop, decision: str = "approved", level: str = "advanced", **more: Any) -> dict[str, Any]:
    usual = {"account_id": str(shop.learner.id), "skill_id": str(shop.skill.id), "level": level}
    return usual | {"decision": decision, "note": "As I saw it"} | more


async def ready(client: ApiClient, session: AsyncSession, **skill: Any) -> Workshop:
    """A learner who has shown all that advanced takes: one competency, in two ways."""
    shop = await open_workshop(session, **skill)
    await show(client, shop, "project")
    await show(client, shop, "peer_review", by="fellow")
    return shop


async def state(session: AsyncSession, shop: Workshop) -> tuple[str, bool, str | None]:
    progress = await shop.progress(session)
    assert progress is not None
    return progress.current_level, progress.verified_by_instructor, progress.awaited_level


@pytest.mark.req("A-SKL-09", "Z-111")
async def test_a_persons_word_brings_the_level_its_badge_and_the_next_request(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    shop = await ready(client, session)
    assert await state(session, shop) == ("practitioner", False, "advanced")
    teacher = await client.as_(shop.room.instructor)
    answer = await teacher.post("/academy/sign-offs", word(shop))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["decision"], told["level"], told["decided_by_id"]) == (
        "approved",
        "advanced",
        str(shop.room.instructor.id),
    )
    # One level at a time: the next one is shown as well, and waits for a word of its own.
    assert await state(session, shop) == ("advanced", True, "expert")
    progress = await shop.progress(session)
    assert progress is not None
    assert progress.verified_by_id == shop.room.instructor.id
    badge = (await session.scalars(select(SkillBadge).where(SkillBadge.level == "advanced"))).one()
    assert (str(badge.id), badge.issued_by_id) == (told["badge_id"], shop.room.instructor.id)
    reached = [each.payload for each in await worker.announced("academy.skill_level_reached")]
    assert [(each["level"], each["signed_by_id"]) for each in reached] == [
        ("foundational", None),
        ("practitioner", None),
        ("advanced", str(shop.room.instructor.id)),
    ]
    (signed,) = await worker.announced("academy.skill_signed_off")
    assert (signed.payload["decision"], signed.payload["sign_off_id"]) == ("approved", told["id"])
    awaited = await worker.announced("academy.skill_sign_off_awaited")
    assert [each.payload["level"] for each in awaited] == ["advanced", "expert"]
    assert (await teacher.post("/academy/sign-offs", word(shop, level="expert"))).status_code == 201
    assert await state(session, shop) == ("expert", True, None)


@pytest.mark.req("A-SKL-09", "A-SKL-08")
@pytest.mark.parametrize("level", ["foundational", "practitioner", "advanced", "expert"])
async def test_nobody_signs_for_what_was_not_shown(
    client: ApiClient, session: AsyncSession, shop: Workshop, level: str
) -> None:
    await show(client, shop, "project")  # foundational, by one type of evidence
    for who in ("instructor", "admin"):
        for decision in ("approved", "declined"):
            if (level, decision) == ("foundational", "approved"):
                continue  # reached by the rules: it may be signed for
            answer = await (await client.as_(shop.people[who])).post("/academy/sign-offs", word(shop, decision, level))
            assert (answer.status_code, answer.json()["code"]) == (409, "academy.level_not_awaited"), (who, decision)
    assert await state(session, shop) == ("foundational", False, None)
    assert await session.scalar(select(func.count()).select_from(SkillSignOff)) == 0


@pytest.mark.req("A-SKL-09", "A-SKL-08")
async def test_two_levels_are_never_signed_for_at_once(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session)
    answer = await (await client.as_(shop.people["admin"])).post("/academy/sign-offs", word(shop, level="expert"))
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.level_not_awaited")
    assert await state(session, shop) == ("practitioner", False, "advanced")


@pytest.mark.req("A-SKL-09")
async def test_what_was_withdrawn_meanwhile_is_not_signed_for(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session)
    teacher = await client.as_(shop.room.instructor)
    (made,) = (await teacher.get("/academy/evidence?evidence_type=project")).json()["items"]
    await teacher.post(f"/academy/evidence/{made['id']}/withdrawal", {"reason": "Copied"})
    answer = await teacher.post("/academy/sign-offs", word(shop))
    assert answer.json()["code"] == "academy.level_not_awaited"
    assert (await teacher.get("/academy/sign-off-requests")).json()["items"] == []


@pytest.mark.req("A-SKL-09")
async def test_a_skill_that_is_no_longer_taught_is_not_signed_for(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session)
    shop.skill.is_active = False
    session.add(shop.skill)
    await session.commit()
    answer = await (await client.as_(shop.room.instructor)).post("/academy/sign-offs", word(shop))
    assert answer.json()["code"] == "academy.level_not_awaited"


@pytest.mark.req("A-SKL-09")
async def test_declined_it_no_longer_waits_until_something_more_is_passed(
    client: ApiClient, session: AsyncSession
) -> None:
    shop = await ready(client, session)
    teacher = await client.as_(shop.room.instructor)
    told = (await teacher.post("/academy/sign-offs", word(shop, "declined"))).json()
    assert (told["decision"], told["note"], told["badge_id"]) == ("declined", "As I saw it", None)
    assert await state(session, shop) == ("practitioner", False, None)
    again = await teacher.post("/academy/sign-offs", word(shop))
    assert again.json()["code"] == "academy.level_not_awaited"
    await show(client, shop, "project", 20)
    assert await state(session, shop) == ("practitioner", False, None)
    await show(client, shop, "project", 90)
    assert await state(session, shop) == ("practitioner", False, "advanced")
    assert (await teacher.post("/academy/sign-offs", word(shop))).status_code == 201


@pytest.mark.req("A-SKL-09")
async def test_who_is_declined_hears_why(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session)
    teacher = await client.as_(shop.room.instructor)
    answer = await teacher.post("/academy/sign-offs", word(shop, "declined", note=None))
    assert (answer.status_code, answer.json()["code"]) == (422, "academy.note_needed")
    assert answer.json()["errors"][0]["pointer"] == "/note"
    assert (await teacher.post("/academy/sign-offs", word(shop, note=None))).status_code == 201


@pytest.mark.req("A-SKL-09")
async def test_what_the_rules_gave_may_be_signed_for_once(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session, max_level="practitioner")
    assert await state(session, shop) == ("practitioner", False, None)
    teacher = await client.as_(shop.room.instructor)
    below = await teacher.post("/academy/sign-offs", word(shop, level="foundational"))
    assert below.json()["code"] == "academy.level_not_awaited"
    signed = await teacher.post("/academy/sign-offs", word(shop, level="practitioner"))
    assert signed.status_code == 201
    assert await state(session, shop) == ("practitioner", True, None)
    badges = (await session.scalars(select(SkillBadge).where(SkillBadge.level == "practitioner"))).all()
    assert [str(each.id) for each in badges] == [signed.json()["badge_id"]]
    again = await teacher.post("/academy/sign-offs", word(shop, level="practitioner"))
    assert again.json()["code"] == "academy.level_not_awaited"


@pytest.mark.req("A-SKL-09", "Z-111")
async def test_a_signature_does_not_cover_the_level_that_the_rules_give_next(
    client: ApiClient, session: AsyncSession, shop: Workshop
) -> None:
    await show(client, shop, "project")
    await (await client.as_(shop.room.instructor)).post("/academy/sign-offs", word(shop, level="foundational"))
    assert await state(session, shop) == ("foundational", True, None)
    await show(client, shop, "peer_review", by="fellow")
    assert await state(session, shop) == ("practitioner", False, "advanced")


@pytest.mark.req("A-SKL-09")
@pytest.mark.parametrize(
    ("who", "status"), [("learner", 403), ("fellow", 403), ("stranger", 403), ("instructor", 201), ("admin", 201)]
)
async def test_who_teaches_signs_and_admins_and_nobody_for_themselves(
    client: ApiClient, session: AsyncSession, *, who: str, status: int
) -> None:
    shop = await ready(client, session)
    answer = await (await client.as_(shop.people[who])).post("/academy/sign-offs", word(shop))
    assert answer.status_code == status


@pytest.mark.req("A-SKL-09")
async def test_who_teaches_the_course_signs_as_well(client: ApiClient, session: AsyncSession) -> None:
    shop = await ready(client, session)
    other = await enter(session)
    session.add(CourseInstructor(course_id=shop.room.course.id, user_id=other.id))
    await session.commit()
    assert (await (await client.as_(other)).post("/academy/sign-offs", word(shop))).status_code == 201


async def test_unknown_skills_and_people_are_404_for_who_may_sign(client: ApiClient, shop: Workshop) -> None:
    boss = await client.as_(shop.people["admin"])
    for wrong, code in [
        ({"skill_id": str(new_id())}, "skill_unknown"),
        ({"account_id": str(new_id())}, "account_unknown"),
    ]:
        answer = await boss.post("/academy/sign-offs", word(shop) | wrong)
        assert (answer.status_code, answer.json()["code"]) == (404, f"academy.{code}")
    nothing = await boss.post("/academy/sign-offs", word(shop))
    assert nothing.json()["code"] == "academy.level_not_awaited"


@pytest.mark.parallel
@pytest.mark.req("A-SKL-09")
async def test_of_many_who_sign_at_once_one_does(crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel() as session:
        shop = await ready(crowd, session)
    callers = [await crowd.as_(shop.people[who]) for who in ("instructor", "admin")]
    answers = await asyncio.gather(
        *(patiently(lambda by=by: by.post("/academy/sign-offs", word(shop))) for by in callers for _ in range(10))  # type: ignore[misc]  # bound now
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    async with parallel() as session:
        assert await state(session, shop) == ("advanced", True, "expert")
        badges = await session.scalars(select(SkillBadge.level).order_by(SkillBadge.level))
        assert badges.all() == ["advanced", "foundational", "practitioner"]


# The queue


@pytest.mark.req("A-SKL-09")
async def test_the_queue_says_who_waits_to_those_who_may_sign_longest_first(
    client: ApiClient, session: AsyncSession
) -> None:
    first, second = await ready(client, session), await ready(client, session)
    boss = await client.as_(first.people["admin"])
    listed = (await boss.get("/academy/sign-off-requests")).json()["items"]
    assert [each["account_id"] for each in listed] == [str(first.learner.id), str(second.learner.id)]
    (request,) = (await (await client.as_(second.room.instructor)).get("/academy/sign-off-requests")).json()["items"]
    assert {name: request[name] for name in ("account_id", "skill_id", "skill_name", "current_level", "level")} == {
        "account_id": str(second.learner.id),
        "skill_id": str(second.skill.id),
        "skill_name": second.skill.name,
        "current_level": "practitioner",
        "level": "advanced",
    }
    assert request["evidence_count"] == 2
    for who in ("learner", "fellow", "stranger"):
        assert (await (await client.as_(first.people[who])).get("/academy/sign-off-requests")).json()["items"] == []

    async def found(query: str) -> list[str]:
        items = (await boss.get(f"/academy/sign-off-requests?{query}")).json()["items"]
        return [each["account_id"] for each in items]

    assert await found(f"skill_id={second.skill.id}") == [str(second.learner.id)]
    assert await found(f"account_id={first.learner.id}") == [str(first.learner.id)]
    assert await found("level=expert") == []
    page = (await boss.get("/academy/sign-off-requests?limit=1")).json()
    rest = (await boss.get(f"/academy/sign-off-requests?limit=1&cursor={page['next_cursor']}")).json()
    assert [each["account_id"] for each in page["items"] + rest["items"]] == [
        str(first.learner.id),
        str(second.learner.id),
    ]
    assert rest["next_cursor"] is None


async def test_admins_do_not_find_themselves_in_the_queue(client: ApiClient, session: AsyncSession) -> None:
    shop = await open_workshop(session)
    boss, room = shop.people["admin"], await open_classroom(session)
    session.add_all([learning.enrollment(boss, shop.room.cohort), learning.enrollment(boss, room.cohort)])
    await session.commit()
    await show(client, shop, "project", account_id=str(boss.id))
    await show(client, shop, "peer_review", by="fellow", account_id=str(boss.id))
    assert (await (await client.as_(boss)).get("/academy/sign-off-requests")).json()["items"] == []
    (seen,) = (await (await client.as_(shop.room.instructor)).get("/academy/sign-off-requests")).json()["items"]
    assert seen["account_id"] == str(boss.id)


async def test_a_long_queue_costs_what_a_short_one_costs(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine
) -> None:
    shop = await ready(client, session)
    boss = await client.as_(shop.people["admin"])
    with recorded(engine) as few:
        await boss.get("/academy/sign-off-requests")
    for _ in range(3):
        await ready(client, session)
    with recorded(engine) as many:
        assert len((await boss.get("/academy/sign-off-requests")).json()["items"]) == 4
    assert len(few) == len(many)


async def test_decisions_are_listed_for_the_learner_who_decided_and_who_teaches(
    client: ApiClient, session: AsyncSession
) -> None:
    shop = await ready(client, session)
    boss = await client.as_(shop.people["admin"])
    await boss.post("/academy/sign-offs", word(shop))
    await boss.post("/academy/sign-offs", word(shop, "declined", "expert"))
    seen = {}
    for who in shop.people:
        listed = await (await client.as_(shop.people[who])).get("/academy/sign-offs")
        seen[who] = [each["level"] for each in listed.json()["items"]]
    both = ["expert", "advanced"]
    assert seen == {"learner": both, "instructor": both, "fellow": [], "stranger": [], "admin": both}

    async def levels(query: str) -> list[str]:
        return [each["level"] for each in (await boss.get(f"/academy/sign-offs?{query}")).json()["items"]]

    assert await levels("decision=declined") == ["expert"]
    assert await levels("level=advanced") == ["advanced"]
    assert await levels(f"skill_id={shop.skill.id}&account_id={shop.learner.id}") == both
    assert await levels(f"account_id={new_id()}") == []
