"""The taxonomy through the door: making, reading, finding, editing and archiving skills."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.skills.conftest import BODY, MakeSkill
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


@pytest.mark.req("A-TAB-28", "Z-118")
async def test_a_skill_is_made_with_a_slug_of_its_name_and_all_its_fields(
    author: ApiClient, make: MakeSkill, worker: WorkerOnDemand
) -> None:
    parent, first, second = await make(), await make(), await make()
    wanted = BODY | {
        "max_level": "advanced",
        "parent_skill_id": str(parent.id),
        "prerequisite_ids": [str(first.id), str(second.id), str(first.id)],
        "icon_url": "https://cdn.example.com/prompts.svg",
        "badge_valid_days": 365,
        "sort_order": 3,
    }
    made = await author.post("/academy/skills", wanted)
    assert made.status_code == 201
    told = made.json()
    assert told["slug"] == "prompt-engineering"
    assert told["is_active"]
    assert set(told["prerequisite_ids"]) == {str(first.id), str(second.id)}
    assert {name: told[name] for name in wanted if name != "prerequisite_ids"} == {
        name: value for name, value in wanted.items() if name != "prerequisite_ids"
    }
    assert (await author.get(f"/academy/skills/{told['id']}")).json() == told
    assert (await author.get("/academy/skill-slugs/prompt-engineering")).json() == told
    [event] = await worker.announced("academy.skill_changed")
    assert (event.payload["skill_id"], event.payload["is_active"]) == (told["id"], True)


async def test_skills_of_one_name_get_slugs_of_their_own_and_keep_them(author: ApiClient) -> None:
    first, second = [(await author.post("/academy/skills", BODY)).json() for _ in range(2)]
    assert first["slug"] == "prompt-engineering"
    assert second["slug"] != first["slug"]
    assert second["slug"].startswith("prompt-engineering-")
    renamed = await author.patch(f"/academy/skills/{first['id']}", {"name": "Prompting"})
    assert (renamed.json()["name"], renamed.json()["slug"]) == ("Prompting", "prompt-engineering")


async def test_making_a_skill_twice_with_one_key_makes_one(author: ApiClient) -> None:
    first, second = [await author.post("/academy/skills", BODY, key="once") for _ in range(2)]
    assert first.json() == second.json()
    assert len((await author.get("/academy/skills")).json()["items"]) == 1


@pytest.mark.req("Z-118")
@pytest.mark.parametrize(
    ("before", "sent", "pointer"),
    [
        (None, {"level": "advanced", "max_level": "practitioner"}, "/max_level"),
        (None, {"level": "expert", "max_level": "foundational"}, "/max_level"),
        (("practitioner", "advanced"), {"level": "expert"}, "/level"),
        (("practitioner", "advanced"), {"max_level": "foundational"}, "/max_level"),
        (("practitioner", "advanced"), {"level": "expert", "max_level": "advanced"}, "/max_level"),
    ],
)
async def test_the_first_level_is_never_above_the_last(
    author: ApiClient, make: MakeSkill, before: tuple[str, str] | None, sent: dict[str, str], pointer: str
) -> None:
    if before is None:
        refused = await author.post("/academy/skills", BODY | sent)
    else:
        skill = await make(level=before[0], max_level=before[1])
        refused = await author.patch(f"/academy/skills/{skill.id}", sent)
        assert (await author.get(f"/academy/skills/{skill.id}")).json()["level"] == "practitioner"
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.level_range")
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_a_range_may_be_one_level_and_both_ends_may_move_at_once(author: ApiClient, make: MakeSkill) -> None:
    skill = await make(level="foundational", max_level="practitioner")
    moved = await author.patch(f"/academy/skills/{skill.id}", {"level": "expert", "max_level": "expert"})
    assert (moved.status_code, moved.json()["level"], moved.json()["max_level"]) == (200, "expert", "expert")


async def test_a_range_that_leaves_a_competency_outside_is_refused(
    author: ApiClient, make: MakeSkill, session: AsyncSession
) -> None:
    skill = await make()
    high, everywhere = learning.competency(skill, level="expert"), learning.competency(skill)
    session.add_all([high, everywhere])
    await session.commit()
    path = f"/academy/skills/{skill.id}"
    refused = await author.patch(path, {"max_level": "advanced"})
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.competencies_outside_range")
    await author.patch(f"/academy/competencies/{high.id}", {"is_active": False})
    assert (await author.patch(path, {"max_level": "advanced"})).status_code == 200


async def test_only_platform_admins_write_and_everybody_reads(
    client: ApiClient, make: MakeSkill, manager: Account, learner: Account
) -> None:
    skill = await make()
    path = f"/academy/skills/{skill.id}"
    for person, status in ((None, 401), (learner, 403), (manager, 403)):
        caller = client if person is None else await client.as_(person)
        assert (await caller.post("/academy/skills", BODY)).status_code == status
        assert (await caller.patch(path, {"name": "Mine"})).status_code == status
        assert (await caller.delete(path)).status_code == status
        assert (await caller.get(path)).json()["name"] == skill.name
    assert (await client.get(f"/academy/skills/{new_id()}")).status_code == 404
    assert (await client.get("/academy/skill-slugs/nothing-of-the-kind")).status_code == 404


async def test_a_detail_shows_what_lies_around_a_skill(
    client: ApiClient, make: MakeSkill, session: AsyncSession
) -> None:
    parent, required = await make(name="AI"), await make(name="Data Literacy")
    skill = await make(required, parent_skill_id=parent.id)
    later, earlier = [await make(parent_skill_id=skill.id, sort_order=order, name=f"Part {order}") for order in (2, 1)]
    shown = learning.competency(skill, name="Shown", level="foundational")
    session.add_all([shown, learning.competency(skill, name="No longer", is_active=False)])
    await session.commit()
    told = (await client.get(f"/academy/skills/{skill.id}")).json()
    assert told["parent"]["name"] == "AI"
    assert [each["id"] for each in told["children"]] == [str(earlier.id), str(later.id)]
    assert [(each["id"], each["slug"]) for each in told["prerequisites"]] == [(str(required.id), required.slug)]
    assert [(each["name"], each["level"]) for each in told["competencies"]] == [("Shown", "foundational")]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Prompts", "Strategy", "Coaching"]),
        ({"category": "strategic"}, ["Strategy"]),
        ({"level": "practitioner"}, ["Strategy", "Coaching"]),
        ({"level": "practitioner", "category": "leadership"}, ["Coaching"]),
        ({"is_active": "false"}, ["Fax"]),
        ({"q": "PROMP"}, ["Prompts"]),
        ({"q": "to coach"}, ["Coaching"]),
        ({"q": "%"}, []),
        ({"sort": "name"}, ["Coaching", "Prompts", "Strategy"]),
        ({"sort": "-name"}, ["Strategy", "Prompts", "Coaching"]),
        ({"sort": "-sort_order"}, ["Coaching", "Strategy", "Prompts"]),
        ({"sort": "-created_at"}, ["Coaching", "Strategy", "Prompts"]),
    ],
)
async def test_skills_are_found_by_filters_and_sorted(
    client: ApiClient, make: MakeSkill, query: dict[str, str], names: list[str]
) -> None:
    await make(name="Prompts", sort_order=1, created_at=utc_now() - timedelta(days=2))
    await make(
        name="Strategy",
        sort_order=2,
        created_at=utc_now() - timedelta(days=1),
        category="strategic",
        level="practitioner",
    )
    await make(
        name="Coaching", sort_order=3, category="leadership", level="practitioner", description="How to coach a team."
    )
    await make(name="Fax", sort_order=4, is_active=False)
    listed = await client.get("/academy/skills", params=query)
    assert [each["name"] for each in listed.json()["items"]] == names


async def test_the_parts_of_a_skill_are_found_and_pages_follow_each_other(client: ApiClient, make: MakeSkill) -> None:
    parent = await make()
    parts = [await make(parent_skill_id=parent.id, sort_order=1) for _ in range(5)]
    query: dict[str, Any] = {"parent_skill_id": str(parent.id), "limit": 2}
    seen: list[str] = []
    while True:
        page = (await client.get("/academy/skills", params=query)).json()
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(str(each.id) for each in parts)


async def test_an_older_edit_is_refused_and_told_what_is_there(author: ApiClient, make: MakeSkill) -> None:
    skill, other = await make(), await make()
    path = f"/academy/skills/{skill.id}"
    etag = (await author.get(path)).headers["etag"]
    same = await author.patch(path, {"name": skill.name, "prerequisite_ids": []}, headers={"If-Match": etag})
    assert same.headers["etag"] == etag
    linked = await author.patch(path, {"prerequisite_ids": [str(other.id)]}, headers={"If-Match": etag})
    assert linked.headers["etag"] != etag
    late = await author.patch(path, {"name": "Late"}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["current"]["prerequisite_ids"]) == (412, [str(other.id)])
    assert (await author.delete(path, headers={"If-Match": etag})).status_code == 412


async def test_archiving_keeps_a_skill_and_twice_is_once(
    author: ApiClient, make: MakeSkill, worker: WorkerOnDemand
) -> None:
    skill = await make()
    path = f"/academy/skills/{skill.id}"
    assert [(await author.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert not (await author.get(path)).json()["is_active"]
    [told] = await worker.announced("academy.skill_changed")
    assert (told.payload["is_active"], told.payload["fields"]) == (False, ["is_active"])
    assert (await author.patch(path, {"is_active": True})).json()["is_active"]


async def test_null_clears_what_may_be_empty(author: ApiClient, make: MakeSkill) -> None:
    parent = await make()
    skill = await make(parent_skill_id=parent.id, icon_url="https://cdn.example.com/a.svg", badge_valid_days=9)
    nothing = {"parent_skill_id": None, "icon_url": None, "badge_valid_days": None}
    cleared = (await author.patch(f"/academy/skills/{skill.id}", nothing)).json()
    assert {name: cleared[name] for name in nothing} == nothing
    assert cleared["parent"] is None


async def test_more_skills_cost_no_more_statements(client: ApiClient, make: MakeSkill, engine: AsyncEngine) -> None:
    required = [await make() for _ in range(4)]
    skill = await make(*required)
    lonely = await make()
    for _ in range(5):
        await make(parent_skill_id=skill.id)
    costs = []
    for path in (f"/academy/skills/{lonely.id}", f"/academy/skills/{skill.id}"):
        with recorded(engine) as statements:
            assert (await client.get(path)).status_code == 200
        costs.append(len(statements))
    for limit in (1, 10):
        with recorded(engine) as statements:
            assert len((await client.get("/academy/skills", params={"limit": limit})).json()["items"]) == limit
        costs.append(len(statements))
    assert costs == [costs[0], costs[0], costs[2], costs[2]]
