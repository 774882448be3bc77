"""Badges: issued once per level, renewed, noted, told of before they end, and shown together."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.badges import service
from app.academy.badges.errors import SignOffRequired
from app.academy.badges.schemas import AcademyBadgeCreate
from app.academy.models import Role, Skill, SkillBadge, SkillLevel, SkillProgress, UserPrivacySettings
from app.academy.permissions import AcademyActor
from app.core.ids import new_id
from app.identity.models import Account
from app.notifications.models import Notification
from tests.academy.conftest import enter
from tests.academy.credentials.conftest import completed_cohort, graduate, new_skill
from tests.support.client import ApiClient, patiently
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()


def order(person: Account, skill: Skill, level: str = "practitioner") -> dict[str, str]:
    return {"account_id": str(person.id), "skill_id": str(skill.id), "level": level}


async def badge_of(client: ApiClient, person: Account, skill: Skill, level: str = "practitioner") -> dict[str, Any]:
    answer = await client.post("/academy/badges", order(person, skill, level))
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def end(session: AsyncSession, badge_id: str, *, in_days: float) -> None:
    """Let a badge end then, as if it had been issued a year before."""
    await session.execute(
        text(
            "UPDATE academy.skill_badges SET earned_at = now() - interval '1 year',"
            " expires_at = now() + make_interval(secs => :seconds) WHERE id = CAST(:id AS uuid)"
        ),
        {"id": badge_id, "seconds": in_days * 86_400},
    )
    await session.commit()


async def progress(session: AsyncSession, person: Account, skill: Skill) -> SkillProgress:
    found = await session.scalar(
        select(SkillProgress)
        .where(SkillProgress.user_id == person.id, SkillProgress.skill_id == skill.id)
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found


@pytest.mark.req("A-BDG-01")
async def test_a_badge_of_nothing_or_for_nobody_is_404(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    skill, boss = await new_skill(session), await client.as_(admin)
    no_skill = await boss.post("/academy/badges", order(learner, skill) | {"skill_id": str(new_id())})
    assert (no_skill.status_code, no_skill.json()["code"]) == (404, "academy.skill_unknown")
    nobody = await boss.post("/academy/badges", order(learner, skill) | {"account_id": str(new_id())})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "academy.account_unknown")
    assert await session.scalar(select(func.count()).select_from(SkillBadge)) == 0


@pytest.mark.req("A-BDG-03")
async def test_a_badge_has_its_page_and_says_what_was_shown(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    skill = await new_skill(session, name="Prompting", description="To ask so that the answer helps.")
    made = await badge_of(await client.as_(admin), learner, skill)
    assert made["public_url"] == f"http://127.0.0.1:8000/badges/{made['id']}"
    signed = (await client.get(f"/academy/credentials/{made['id']}")).json()
    assert signed["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    achievement = signed["credentialSubject"]["achievement"]
    assert achievement["name"] == "Prompting - practitioner"
    assert achievement["description"] == "Demonstrated practitioner proficiency in Prompting"
    assert achievement["criteria"]["narrative"] == "To ask so that the answer helps."
    assert [each.kind for each in await worker.announced()] == ["academy.skill_level_reached", "academy.badge_issued"]


@pytest.mark.req("A-BDG-04")
@pytest.mark.parametrize(
    ("skill", "days"),
    [
        ({"category": "technical"}, 365),
        ({"category": "technical", "badge_valid_days": 90}, 90),
        ({"category": "strategic"}, None),
        ({"category": "leadership"}, None),
        ({"category": "domain", "badge_valid_days": 30}, 30),
    ],
)
async def test_how_long_a_badge_holds(
    client: ApiClient,
    session: AsyncSession,
    learner: Account,
    admin: Account,
    *,
    skill: dict[str, Any],
    days: int | None,
) -> None:
    made = await badge_of(await client.as_(admin), learner, await new_skill(session, **skill))
    earned = datetime.fromisoformat(made["earned_at"])
    assert abs(earned - datetime.now(earned.tzinfo)) < timedelta(minutes=1)
    signed = (await client.get(f"/academy/credentials/{made['id']}")).json()
    if days is None:
        assert made["expires_at"] is None
        assert "validUntil" not in signed
    else:
        assert datetime.fromisoformat(made["expires_at"]) - earned == timedelta(days=days)
        assert signed["validUntil"] == made["expires_at"]


@pytest.mark.req("A-BDG-02")
async def test_a_live_badge_is_answered_and_no_second_one_made(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    skill, boss = await new_skill(session), await client.as_(admin)
    first = await boss.post("/academy/badges", order(learner, skill))
    again = await boss.post("/academy/badges", order(learner, skill))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parallel
@pytest.mark.req("A-BDG-02")
async def test_fifty_at_once_issue_one_badge(crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel.begin() as session:
        person, admin = await enter(session), await enter(session, Role.platform_admin)
        skill = await new_skill(session)
    boss = await crowd.as_(admin)
    answers = await asyncio.gather(
        *(patiently(lambda: boss.post("/academy/badges", order(person, skill))) for _ in range(50))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 49}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.req("A-BDG-02")
async def test_an_expired_badge_is_renewed_and_the_former_one_kept(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    skill, boss = await new_skill(session), await client.as_(admin)
    first = await badge_of(boss, learner, skill)
    await end(session, first["id"], in_days=-1)
    second = await badge_of(boss, learner, skill)
    assert second["id"] != first["id"]
    assert second["renews_id"] == first["id"]
    former = (await boss.get(f"/academy/badges/{first['id']}")).json()
    assert former["superseded_at"] is not None
    assert former["state"] == "expired"
    assert (await badge_of(boss, learner, skill))["id"] == second["id"]


@pytest.mark.req("A-BDG-05")
async def test_a_badge_makes_the_missing_row_and_raises_the_level(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    skill = await new_skill(session)
    await badge_of(await client.as_(admin), learner, skill, "advanced")
    noted = await progress(session, learner, skill)
    assert (noted.current_level, noted.verified_by_instructor, noted.verified_by_id) == ("advanced", True, admin.id)


@pytest.mark.req("A-BDG-05")
async def test_a_lower_badge_lowers_nothing_and_signs_for_nothing_above_it(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    skill = await new_skill(session)
    session.add(SkillProgress(id=new_id(), user_id=learner.id, skill_id=skill.id, current_level="expert"))
    await badge_of(await client.as_(admin), learner, skill, "foundational")
    noted = await progress(session, learner, skill)
    assert (noted.current_level, noted.verified_by_instructor) == ("expert", False)


@pytest.mark.req("A-BDG-05", "A-SKL-09")
async def test_the_rules_alone_sign_for_nothing_and_never_for_the_highest_levels(
    session: AsyncSession, learner: Account
) -> None:
    skill = await new_skill(session)
    for level in (SkillLevel.foundational, SkillLevel.practitioner):
        data = AcademyBadgeCreate(account_id=learner.id, skill_id=skill.id, level=level)
        badge, is_new = await service.issue_badge(session, HOUSE, data)
        assert is_new
        assert badge.issued_by_id is None
    noted = await progress(session, learner, skill)
    assert (noted.current_level, noted.verified_by_instructor) == ("practitioner", False)
    for level in (SkillLevel.advanced, SkillLevel.expert):
        with pytest.raises(SignOffRequired):
            await service.issue_badge(
                session, HOUSE, AcademyBadgeCreate(account_id=learner.id, skill_id=skill.id, level=level)
            )


@pytest.mark.parametrize(
    ("skill", "level"),
    [
        ({"level": "practitioner"}, "foundational"),
        ({"max_level": "advanced"}, "expert"),
        ({"is_active": False}, "foundational"),
    ],
)
async def test_a_level_that_the_skill_does_not_have_is_refused(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, *, skill: dict[str, Any], level: str
) -> None:
    answer = await (await client.as_(admin)).post(
        "/academy/badges", order(learner, await new_skill(session, **skill), level)
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.level_not_offered")


@pytest.mark.parametrize(
    ("who", "status"), [("learner", 403), ("other", 403), ("teacher", 201), ("unpaid teacher", 403), ("admin", 201)]
)
async def test_who_may_sign_for_a_badge(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, *, who: str, status: int
) -> None:
    teacher, unpaid = await enter(session), await enter(session)
    await graduate(session, learner, await completed_cohort(session, instructor_id=teacher.id))
    await graduate(session, learner, await completed_cohort(session, instructor_id=unpaid.id), payment_status="pending")
    people = {"learner": learner, "other": await enter(session), "teacher": teacher, "admin": admin}
    people["unpaid teacher"] = unpaid
    answer = await (await client.as_(people[who])).post("/academy/badges", order(learner, await new_skill(session)))
    assert answer.status_code == status


async def test_an_admin_signs_for_no_badge_of_their_own(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    answer = await (await client.as_(admin)).post("/academy/badges", order(admin, await new_skill(session)))
    assert answer.status_code == 403


# Renewal


@pytest.mark.parametrize(
    ("in_days", "status", "code"),
    [(40, 409, "academy.badge_not_due"), (29, 201, None), (-1, 201, None)],
)
async def test_a_badge_is_renewed_when_its_end_is_near(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, *, in_days: int, status: int, code: str
) -> None:
    boss = await client.as_(admin)
    first = await badge_of(boss, learner, await new_skill(session))
    await end(session, first["id"], in_days=in_days)
    answer = await boss.post(f"/academy/badges/{first['id']}/renewal")
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if status == 201:
        assert answer.json()["renews_id"] == first["id"]
        again = await boss.post(f"/academy/badges/{first['id']}/renewal")
        assert (again.status_code, again.json()["code"]) == (409, "academy.badge_not_live")


async def test_a_badge_for_good_or_one_that_was_revoked_is_not_renewed(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    boss = await client.as_(admin)
    lasting = await badge_of(boss, learner, await new_skill(session, category="strategic"))
    refused = await boss.post(f"/academy/badges/{lasting['id']}/renewal")
    assert refused.json()["code"] == "academy.badge_not_due"
    await boss.post(f"/academy/credentials/{lasting['id']}/revocation", {"reason": "Mistaken"})
    refused = await boss.post(f"/academy/badges/{lasting['id']}/renewal")
    assert refused.json()["code"] == "academy.badge_not_live"
    mine = await client.as_(learner)
    assert (await mine.post(f"/academy/badges/{lasting['id']}/renewal")).status_code == 403
    stranger = await client.as_(await enter(session))
    assert (await stranger.post(f"/academy/badges/{lasting['id']}/renewal")).status_code == 404


# Reminders


@pytest.mark.req("A-BDG-07")
async def test_holders_hear_of_the_end_thirty_and_seven_days_before_and_then_once_each(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    made = await badge_of(await client.as_(admin), learner, await new_skill(session))

    async def told() -> list[tuple[str, int]]:
        for _ in range(2):  # the second run of a day finds nothing left to say
            await worker.run_schedule("academy.remind_of_badges")
        found = await session.scalars(
            select(Notification)
            .where(Notification.account_id == learner.id, Notification.type.like("academy.badge%"))
            .order_by(Notification.created_at, Notification.id)
        )
        return [(each.type, each.data["days"]) for each in found]

    steps = [
        (31, []),
        (29, [("academy.badge_expiring", 30)]),
        (8, []),
        (6, [("academy.badge_expiring", 7)]),
        (-1, [("academy.badge_expired", 0)]),
        (-9, []),
    ]
    expected: list[tuple[str, int]] = []
    for in_days, more in steps:
        await end(session, made["id"], in_days=in_days)
        expected += more
        assert await told() == expected, in_days
    heard = [each.payload["days"] for each in await worker.announced("academy.badge_expiry_neared")]
    assert heard == [30, 7, 0]
    mails = (await session.scalars(text("SELECT template FROM core.mails ORDER BY created_at, id"))).all()
    assert mails == ["badge_expiring", "badge_expiring", "badge_expired"]


@pytest.mark.req("A-BDG-07")
async def test_nobody_is_told_of_badges_that_were_renewed_revoked_or_hold_for_good(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    boss = await client.as_(admin)
    renewed = await badge_of(boss, learner, await new_skill(session))
    await end(session, renewed["id"], in_days=5)
    await boss.post(f"/academy/badges/{renewed['id']}/renewal")
    revoked = await badge_of(boss, learner, await new_skill(session))
    await end(session, revoked["id"], in_days=5)
    await boss.post(f"/academy/credentials/{revoked['id']}/revocation", {"reason": "Mistaken"})
    await badge_of(boss, learner, await new_skill(session, category="domain"))
    await worker.run_schedule("academy.remind_of_badges")
    assert await worker.announced("academy.badge_expiry_neared") == []


@pytest.mark.req("A-BDG-07")
async def test_what_has_expired_says_so_everywhere_and_the_level_stays(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    boss, mine = await client.as_(admin), await client.as_(learner)
    skill = await new_skill(session)
    made = await badge_of(boss, learner, skill)
    await end(session, made["id"], in_days=-1)
    assert (await mine.get(f"/academy/badges/{made['id']}")).json()["state"] == "expired"
    assert (await mine.get("/academy/me/badges")).json()["items"][0]["state"] == "expired"
    assert len((await mine.get("/academy/me/badges?state=expired")).json()["items"]) == 1
    assert (await boss.get(f"/academy/badges?account_id={learner.id}&state=valid")).json()["items"] == []
    portfolio = (await mine.get("/academy/me/portfolio")).json()
    assert portfolio["categories"][0]["badges"][0]["state"] == "expired"
    assert (await client.get(f"/academy/credentials/{made['id']}/verification")).json()["status"] == "expired"
    page = await client.get(f"root:/badges/{made['id']}")
    assert "Expired" in page.text
    assert (await progress(session, learner, skill)).current_level == "practitioner"


# Portfolios


@pytest.mark.req("A-BDG-08")
async def test_a_portfolio_groups_badges_by_category_highest_first(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, engine: AsyncEngine
) -> None:
    boss, mine = await client.as_(admin), await client.as_(learner)
    prompting, leading = await new_skill(session, name="Prompting"), await new_skill(session, category="leadership")
    await badge_of(boss, learner, prompting, "foundational")
    await badge_of(boss, learner, leading, "expert")
    with recorded(engine) as few:
        await mine.get("/academy/me/portfolio")
    await badge_of(boss, learner, prompting, "advanced")
    gone = await badge_of(boss, learner, await new_skill(session), "foundational")
    await boss.post(f"/academy/credentials/{gone['id']}/revocation", {"reason": "Mistaken"})
    with recorded(engine) as many:
        shown = (await mine.get("/academy/me/portfolio")).json()
    assert [(each["category"], [badge["level"] for badge in each["badges"]]) for each in shown["categories"]] == [
        ("leadership", ["expert"]),
        ("technical", ["advanced", "foundational"]),
    ]
    assert len(few) == len(many)


@pytest.mark.req("A-BDG-08")
async def test_a_portfolio_is_shown_to_others_only_while_its_learner_agrees(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    await badge_of(await client.as_(admin), learner, await new_skill(session))
    mine, path = await client.as_(learner), f"/academy/portfolios/{learner.id}"
    hidden = await client.get(path)
    nobody = await client.get(f"/academy/portfolios/{new_id()}")
    assert (
        (hidden.status_code, hidden.json()["code"])
        == (nobody.status_code, nobody.json()["code"])
        == (404, "core.not_found")
    )
    for _ in range(2):
        assert (await mine.put("/academy/me/portfolio/publication")).json()["is_public"] is True
    shown = await client.get(path)
    assert shown.status_code == 200
    assert learner.email not in shown.text
    assert (await mine.delete("/academy/me/portfolio/publication")).status_code == 204
    assert (await client.get(path)).status_code == 404
    heard = [each.payload["is_public"] for each in await worker.announced("academy.portfolio_published")]
    assert heard == [True, False]


@pytest.mark.parametrize("is_member", [True, False])
async def test_the_first_wish_keeps_the_other_defaults(
    client: ApiClient, session: AsyncSession, learner: Account, member: Account, *, is_member: bool
) -> None:
    person = member if is_member else learner
    await (await client.as_(person)).put("/academy/me/portfolio/publication")
    kept = await session.scalar(select(UserPrivacySettings).where(UserPrivacySettings.user_id == person.id))
    assert kept is not None
    wishes = (kept.allow_manager_view_scores, kept.allow_manager_view_activity, kept.allow_manager_view_certificates)
    assert wishes == (is_member,) * 3
    assert kept.allow_leaderboard_display is False


async def test_badges_are_listed_for_holder_signer_and_admins(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, engine: AsyncEngine
) -> None:
    teacher = await enter(session)
    await graduate(session, learner, await completed_cohort(session, instructor_id=teacher.id))
    skill = await new_skill(session)
    theirs, boss, mine = await client.as_(teacher), await client.as_(admin), await client.as_(learner)
    signed = await badge_of(theirs, learner, skill)
    with recorded(engine) as few:
        await mine.get("/academy/me/badges")
    await badge_of(boss, learner, await new_skill(session), "expert")
    with recorded(engine) as many:
        assert len((await mine.get("/academy/me/badges")).json()["items"]) == 2
    assert len(few) == len(many)
    assert [each["id"] for each in (await theirs.get("/academy/badges")).json()["items"]] == [signed["id"]]
    assert len((await boss.get("/academy/badges")).json()["items"]) == 2
    for wish in (f"skill_id={skill.id}", "level=expert", f"account_id={learner.id}&limit=1"):
        assert len((await boss.get(f"/academy/badges?{wish}")).json()["items"]) == 1
    assert (await (await client.as_(await enter(session))).get(f"/academy/badges/{signed['id']}")).status_code == 404
