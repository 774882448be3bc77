"""Skill profiles: what they say, and how much of it to whom."""

from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import (
    Learner,
    ManagerAccessLog,
    Organization,
    OrganizationManager,
    OrganizationManagerTeam,
    Role,
    SkillProgress,
    Team,
    TeamMember,
    UserPrivacySettings,
)
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.evidence.conftest import Workshop, open_workshop, show
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded


async def profile(client: ApiClient, caller: Account, of: Account) -> Any:
    return await (await client.as_(caller)).get(f"/academy/learners/{of.id}/skill-profile")


@pytest.mark.req("A-SKL-01")
async def test_a_profile_tells_levels_badges_and_what_shows_each_competency(
    client: ApiClient, session: AsyncSession
) -> None:
    shop = await open_workshop(session, {"name": "Ask"}, {"name": "Check"}, {"name": "Gone", "is_active": False})
    for of, score in ((0, 90), (0, 20), (1, 80)):
        await show(client, shop, "project", score, of=of)
    withdrawn = await show(client, shop, "project", 100)
    teacher = await client.as_(shop.room.instructor)
    await teacher.post(f"/academy/evidence/{withdrawn['id']}/withdrawal", {"reason": "Sent twice"})
    other = learning.skill(category="strategic", name="Leading")
    session.add(other)
    await session.flush()
    session.add(SkillProgress(id=new_id(), user_id=shop.learner.id, skill_id=other.id))
    await session.commit()
    answer = await (await client.as_(shop.learner)).get("/academy/me/skill-profile")
    told = answer.json()
    assert told == (await profile(client, shop.learner, shop.learner)).json()
    assert (told["account_id"], told["total"]) == (str(shop.learner.id), 2)
    assert [each["skill"]["name"] for each in told["all_skills"]] == ["Leading", shop.skill.name]
    assert {name: [item["skill"]["id"] for item in items] for name, items in told["by_category"].items()} == {
        "strategic": [str(other.id)],
        "technical": [str(shop.skill.id)],
    }
    assert told["by_category"]["technical"] == told["all_skills"][1:]
    item = told["all_skills"][1]
    assert {name: item["progress"][name] for name in ("current_level", "progress_percent", "evidence_count")} == {
        "current_level": "foundational",
        "progress_percent": 100,
        "evidence_count": 3,
    }
    assert [(each["level"], each["state"], each["is_expired"]) for each in item["badges"]] == [
        ("foundational", "valid", False)
    ]
    assert [(each["name"], each["evidence_count"], each["passed_count"]) for each in item["competencies"]] == [
        ("Ask", 2, 1),
        ("Check", 1, 1),
    ]
    assert (told["all_skills"][0]["badges"], told["all_skills"][0]["competencies"]) == ([], [])


@pytest.mark.req("A-SKL-01")
async def test_an_expired_badge_says_so_and_a_revoked_one_is_gone(
    client: ApiClient, session: AsyncSession, shop: Workshop
) -> None:
    await show(client, shop, "project")
    await show(client, shop, "peer_review", by="fellow")
    await session.execute(
        text(
            "UPDATE academy.skill_badges SET earned_at = now() - interval '2 years', expires_at = now() - interval"
            " '1 day' WHERE level = 'practitioner'"
        )
    )
    await session.execute(
        text(
            "UPDATE academy.skill_badges SET revoked_at = now(), revocation_reason = 'Mistaken'"
            " WHERE level = 'foundational'"
        )
    )
    await session.commit()
    (item,) = (await profile(client, shop.learner, shop.learner)).json()["all_skills"]
    assert [(each["level"], each["state"], each["is_expired"]) for each in item["badges"]] == [
        ("practitioner", "expired", True)
    ]


@pytest.mark.req("A-SKL-01")
async def test_who_has_not_begun_has_an_empty_profile(client: ApiClient, session: AsyncSession) -> None:
    told = (await (await client.as_(await enter(session))).get("/academy/me/skill-profile")).json()
    assert (told["total"], told["all_skills"], told["by_category"]) == (0, [], {})


@pytest.mark.req("A-SKL-01")
async def test_a_large_profile_costs_what_a_small_one_costs(
    client: ApiClient, session: AsyncSession, shop: Workshop, engine: AsyncEngine
) -> None:
    await show(client, shop)
    mine = await client.as_(shop.learner)
    with recorded(engine) as few:
        await mine.get("/academy/me/skill-profile")
    for _ in range(5):
        skill = learning.skill(category="domain")
        session.add(skill)
        await session.flush()
        asked = [learning.competency(skill) for _ in range(3)]
        session.add_all([*asked, learning.badge(shop.learner, skill)])
        session.add(SkillProgress(id=new_id(), user_id=shop.learner.id, skill_id=skill.id))
        await session.flush()
        session.add_all(learning.evidence(shop.learner, each) for each in asked)
    await session.commit()
    with recorded(engine) as many:
        assert (await mine.get("/academy/me/skill-profile")).json()["total"] == 6
    assert len(few) == len(many)


# To whom


@pytest.mark.req("A-SKL-01")
@pytest.mark.parametrize(
    ("who", "status"), [("learner", 200), ("instructor", 200), ("admin", 200), ("fellow", 404), ("stranger", 404)]
)
async def test_learner_who_teaches_and_admins_see_all_and_others_nothing(
    client: ApiClient, shop: Workshop, *, who: str, status: int
) -> None:
    await show(client, shop)
    answer = await profile(client, shop.people[who], shop.learner)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["all_skills"][0]["progress"]["evidence_count"] == 1


async def test_an_account_that_is_not_there_looks_like_one_that_shows_nothing(
    client: ApiClient, shop: Workshop
) -> None:
    nowhere = (await client.as_(shop.people["stranger"])).get(f"/academy/learners/{new_id()}/skill-profile")
    answers = [await profile(client, shop.people["stranger"], shop.learner), await nowhere]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "core.not_found")] * 2
    boss = await client.as_(shop.people["admin"])
    assert (await boss.get(f"/academy/learners/{new_id()}/skill-profile")).status_code == 404


@pytest.mark.req("A-SKL-01")
async def test_who_shows_a_portfolio_shows_badges_and_nothing_more(client: ApiClient, session: AsyncSession) -> None:
    shop = await open_workshop(session)
    await show(client, shop)
    untouched = learning.skill(category="domain")
    session.add(untouched)
    await session.flush()
    session.add(SkillProgress(id=new_id(), user_id=shop.learner.id, skill_id=untouched.id, evidence_count=0))
    await session.commit()
    await (await client.as_(shop.learner)).put("/academy/me/portfolio/publication")
    told = (await profile(client, shop.people["stranger"], shop.learner)).json()
    (item,) = told["all_skills"]
    assert (item["progress"], item["competencies"], len(item["badges"])) == (None, [], 1)
    assert await session.scalar(select(func.count()).select_from(ManagerAccessLog)) == 0


async def employ(session: AsyncSession, shop: Workshop, **about: Any) -> Organization:
    """The learner comes through an organization."""
    customer = await found(session)
    await session.execute(
        update(Learner).where(Learner.id == shop.learner.id).values(organization_id=customer.id, **about)
    )
    return customer


async def appoint(session: AsyncSession, customer: Organization, *permissions: str, **more: Any) -> Account:
    """A manager of the organization with these permissions, of all teams unless it is said otherwise."""
    person = await enter(session, Role.org_member, customer)
    usual = {"role": "manager", "team_scope": "all", "permissions": list(permissions)}
    session.add(OrganizationManager(id=new_id(), user_id=person.id, organization_id=customer.id, **usual | more))
    await session.commit()
    return person


async def wish(session: AsyncSession, shop: Workshop, **wishes: bool) -> None:
    session.add(UserPrivacySettings(id=new_id(), user_id=shop.learner.id, **wishes))
    await session.commit()


SCORES, CERTIFICATES = {"allow_manager_view_scores": True}, {"allow_manager_view_certificates": True}


@pytest.mark.req("A-SKL-01")
@pytest.mark.parametrize(
    ("permissions", "wishes", "progress", "badges"),
    [
        # Who came through an organization shares both until they say otherwise.
        (["view_scores", "view_certificates"], None, True, True),
        (["view_scores"], None, True, False),
        (["view_certificates"], None, False, True),
        (["view_scores", "view_certificates"], SCORES, True, False),
        (["view_scores", "view_certificates"], CERTIFICATES, False, True),
        (["view_scores", "view_certificates"], {}, False, False),
        (["view_progress", "view_analytics"], SCORES | CERTIFICATES, False, False),
        (["view_scores"], CERTIFICATES, False, False),
    ],
)
async def test_a_manager_sees_what_they_may_and_the_learner_allows(
    client: ApiClient,
    session: AsyncSession,
    shop: Workshop,
    *,
    permissions: list[str],
    wishes: dict[str, bool] | None,
    progress: bool,
    badges: bool,
) -> None:
    customer = await employ(session, shop)
    manager = await appoint(session, customer, *permissions)
    if wishes is not None:
        await wish(session, shop, **wishes)
    await show(client, shop)
    answer = await profile(client, manager, shop.learner)
    looks = (await session.scalars(select(ManagerAccessLog))).all()
    if not (progress or badges):
        assert (answer.status_code, answer.json()["code"]) == (403, "academy.profile_not_shared")
        assert looks == []
        return
    (item,) = answer.json()["all_skills"]
    assert (item["progress"] is not None, bool(item["competencies"]), bool(item["badges"])) == (
        progress,
        progress,
        badges,
    )
    assert [(each.manager_id, each.organization_id, each.access_type, each.target_user_id) for each in looks] == [
        (manager.id, customer.id, "view_individual", shop.learner.id)
    ]


@pytest.mark.req("A-SKL-01")
@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"team_scope": "listed"}, 404),
        ({"is_active": False}, 404),
        ({"department_scope": ["Sales"]}, 404),
        ({"department_scope": ["Sales", "Research"]}, 200),
    ],
)
async def test_a_manager_sees_within_their_scope_alone(
    client: ApiClient, session: AsyncSession, shop: Workshop, *, scope: dict[str, Any], status: int
) -> None:
    customer = await employ(session, shop, department="Research")
    manager = await appoint(session, customer, "view_scores", **scope)
    assert (await profile(client, manager, shop.learner)).status_code == status


@pytest.mark.req("A-SKL-01")
async def test_a_manager_of_listed_teams_sees_who_is_in_them(
    client: ApiClient, session: AsyncSession, shop: Workshop
) -> None:
    customer = await employ(session, shop)
    manager = await appoint(session, customer, "view_scores", team_scope="listed")
    team = Team(id=new_id(), organization_id=customer.id, name="North")
    session.add(team)
    await session.flush()
    managing = await session.scalar(select(OrganizationManager.id))
    assert managing is not None
    session.add_all(
        [
            OrganizationManagerTeam(manager_id=managing, team_id=team.id, organization_id=customer.id),
            TeamMember(id=new_id(), team_id=team.id, user_id=shop.learner.id),
        ]
    )
    await session.commit()
    assert (await profile(client, manager, shop.learner)).status_code == 200


@pytest.mark.req("A-SKL-01")
async def test_an_admin_of_the_organization_is_its_manager_and_another_ones_is_nobody(
    client: ApiClient, session: AsyncSession, shop: Workshop
) -> None:
    customer, other = await employ(session, shop), await found(session)
    theirs, foreign = await enter(session, Role.org_admin, customer), await enter(session, Role.org_admin, other)
    member = await enter(session, Role.org_member, customer)
    await session.commit()
    seen = {each: (await profile(client, each, shop.learner)).status_code for each in (theirs, foreign, member)}
    assert seen == {theirs: 200, foreign: 404, member: 404}
