"""Who is furthest in a skill: of those who agreed to be named, and in an order that stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Skill, SkillProgress, UserPrivacySettings
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account, AccountStatus
from tests.academy.conftest import enter
from tests.academy.skills.conftest import save_skill
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded


async def stand(
    session: AsyncSession, skill: Skill, level: str, percent: int = 0, *, agrees: bool | None = True, **more: Any
) -> Account:
    """Somebody who has got this far; `agrees` None: has never said anything about it."""
    person = await enter(session)
    if agrees is not None:
        session.add(UserPrivacySettings(user_id=person.id, allow_leaderboard_display=agrees))
    values = {"current_level": level, "progress_percent": percent}
    session.add(SkillProgress(user_id=person.id, skill_id=skill.id, **values | more))
    await session.commit()
    return person


async def board(client: ApiClient, person: Account, skill: Skill, **query: int) -> Any:
    answer = await (await client.as_(person)).get(f"/academy/skills/{skill.id}/leaderboard", params=query)
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.req("A-SKL-03")
async def test_the_level_comes_first_and_then_the_way_to_the_next(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skill, other = await save_skill(session), await save_skill(session)
    order = [
        ("expert", 0),
        ("advanced", 90),
        ("advanced", 10),
        ("practitioner", 99),
        ("foundational", 100),
        ("none", 5),
    ]
    people = {place: await stand(session, skill, *place) for place in reversed(order)}
    await stand(session, other, "expert", 100)
    told = await board(client, learner, skill)
    assert [each["account_id"] for each in told["entries"]] == [str(people[place].id) for place in order]
    assert [each["rank"] for each in told["entries"]] == [1, 2, 3, 4, 5, 6]
    assert (told["total_learners"], told["skill"]["id"]) == (6, str(skill.id))


@pytest.mark.req("A-SKL-03", "Z-120")
async def test_only_those_who_agreed_are_named_and_the_others_only_counted(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skill = await save_skill(session)
    await stand(session, skill, "expert", agrees=False)
    await stand(session, skill, "expert", agrees=None)
    suspended = await stand(session, skill, "advanced")
    await session.execute(
        update(Account).where(Account.id == suspended.id).values(status=AccountStatus.suspended, suspended_at=utc_now())
    )
    shown = await stand(session, skill, "foundational")
    told = await board(client, learner, skill)
    assert [(each["rank"], each["account_id"]) for each in told["entries"]] == [(1, str(shown.id))]
    assert told["total_learners"] == 4
    await session.execute(update(UserPrivacySettings).values(allow_leaderboard_display=False))
    await session.commit()
    assert (await board(client, learner, skill))["entries"] == []


@pytest.mark.req("A-SKL-03")
async def test_an_entry_tells_of_badges_that_hold_and_evidence_and_gives_no_address(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skill, other = await save_skill(session), await save_skill(session)
    now = utc_now()
    facts: dict[str, Any] = {"evidence_count": 7, "last_assessed_at": now, "verified_by_instructor": True}
    person = await stand(session, skill, "practitioner", 40, **facts)
    session.add_all(
        [
            learning.badge(person, skill, level="practitioner"),
            learning.badge(person, skill, level="foundational"),
            learning.badge(person, skill, level="foundational", superseded_at=now),
            learning.badge(person, skill, level="advanced", revoked_at=now, revocation_reason="A mistake"),
            learning.badge(
                person, skill, level="expert", earned_at=now - timedelta(days=9), expires_at=now - timedelta(days=1)
            ),
            learning.badge(person, other, level="expert"),
            learning.badge(await enter(session), skill, level="expert"),
        ]
    )
    await session.commit()
    told = await board(client, learner, skill)
    [entry] = told["entries"]
    assert entry["badges"] == ["foundational", "practitioner"]
    assert (entry["evidence_count"], entry["progress_percent"], entry["current_level"]) == (7, 40, "practitioner")
    assert (entry["name"], entry["verified_by_instructor"]) == (person.name, True)
    assert person.email not in str(told)


@pytest.mark.req("A-SKL-03")
async def test_equal_standing_is_an_equal_rank_in_an_order_that_stays(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skill = await save_skill(session)
    equals = [await stand(session, skill, "advanced", 50) for _ in range(4)]
    first, last = await stand(session, skill, "expert"), await stand(session, skill, "none")
    expected = [str(first.id), *sorted(str(each.id) for each in equals), str(last.id)]
    for _ in range(2):
        entries = (await board(client, learner, skill))["entries"]
        assert [each["rank"] for each in entries] == [1, 2, 2, 2, 2, 6]
        assert [each["account_id"] for each in entries] == expected
        # Rows that move about in the table change nothing.
        await session.execute(
            update(SkillProgress).where(SkillProgress.user_id == equals[0].id).values(evidence_count=3)
        )
        await session.commit()
    cut = (await board(client, learner, skill, limit=3))["entries"]
    assert [each["account_id"] for each in cut] == expected[:3]


@pytest.mark.req("A-SKL-03")
async def test_ten_are_shown_unless_another_limit_is_asked_for_at_the_same_cost(
    client: ApiClient, session: AsyncSession, learner: Account, engine: AsyncEngine
) -> None:
    skill = await save_skill(session)
    for percent in range(12):
        await stand(session, skill, "foundational", percent)
    assert len((await board(client, learner, skill))["entries"]) == 10
    caller = await client.as_(learner)
    costs = []
    for limit in (1, 100):
        with recorded(engine) as statements:
            told = await caller.get(f"/academy/skills/{skill.id}/leaderboard", params={"limit": limit})
        assert (len(told.json()["entries"]), told.json()["total_learners"]) == (min(limit, 12), 12)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    for limit in (0, 101):
        refused = await caller.get(f"/academy/skills/{skill.id}/leaderboard", params={"limit": limit})
        assert refused.status_code == 422


async def test_whoever_is_signed_in_may_look(client: ApiClient, session: AsyncSession, manager: Account) -> None:
    skill = await save_skill(session)
    await session.commit()
    assert (await client.get(f"/academy/skills/{skill.id}/leaderboard")).status_code == 401
    assert (await board(client, manager, skill))["entries"] == []
    caller = await client.as_(manager)
    assert (await caller.get(f"/academy/skills/{new_id()}/leaderboard")).status_code == 404
