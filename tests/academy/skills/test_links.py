"""Parents and prerequisites: what they may be, and that they never come back to where they began (A-SKL-10)."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import SkillPrerequisite
from app.core.ids import new_id
from tests.academy.skills.conftest import BODY, MakeSkill
from tests.support.client import ApiClient


@pytest.mark.req("A-SKL-10")
@pytest.mark.parametrize("length", [1, 2, 3, 12])
async def test_prerequisites_never_lead_back(author: ApiClient, make: MakeSkill, length: int) -> None:
    """Each requires the one before it; the first of them may not require the last."""
    chain = [await make()]
    for _ in range(length - 1):
        chain.append(await make(chain[-1]))
    harmless = await make()
    wanted = [str(harmless.id), str(chain[-1].id)]
    refused = await author.patch(f"/academy/skills/{chain[0].id}", {"prerequisite_ids": wanted})
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.skill_cycle")
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("/prerequisite_ids/1", "cycle")]
    assert (await author.get(f"/academy/skills/{chain[0].id}")).json()["prerequisite_ids"] == []


@pytest.mark.req("A-SKL-10")
@pytest.mark.parametrize("length", [1, 2, 3, 12])
async def test_parents_never_lead_back(author: ApiClient, make: MakeSkill, length: int) -> None:
    chain = [await make()]
    for _ in range(length - 1):
        chain.append(await make(parent_skill_id=chain[-1].id))
    refused = await author.patch(f"/academy/skills/{chain[0].id}", {"parent_skill_id": str(chain[-1].id)})
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.skill_cycle")
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("/parent_skill_id", "cycle")]
    assert (await author.get(f"/academy/skills/{chain[0].id}")).json()["parent_skill_id"] is None


async def test_two_ways_to_one_skill_are_no_cycle(author: ApiClient, make: MakeSkill) -> None:
    base = await make()
    left, right = await make(base), await make(base)
    top = await make(left)
    joined = await author.patch(f"/academy/skills/{top.id}", {"prerequisite_ids": [str(left.id), str(right.id)]})
    assert joined.status_code == 200
    again = await author.patch(f"/academy/skills/{top.id}", {"prerequisite_ids": [str(right.id), str(base.id)]})
    assert set(again.json()["prerequisite_ids"]) == {str(right.id), str(base.id)}


async def test_a_part_may_require_the_whole_and_the_whole_a_part(author: ApiClient, make: MakeSkill) -> None:
    """What a skill belongs to and what comes before it are two things: only each by itself must not circle."""
    whole = await make()
    part = await make(whole, parent_skill_id=whole.id)
    other = await make(parent_skill_id=whole.id)
    linked = await author.patch(f"/academy/skills/{whole.id}", {"prerequisite_ids": [str(other.id)]})
    assert linked.status_code == 200
    assert (await author.get(f"/academy/skills/{part.id}")).json()["parent"]["id"] == str(whole.id)


async def test_prerequisites_are_replaced_as_a_set(author: ApiClient, make: MakeSkill, session: AsyncSession) -> None:
    first, second, third = await make(), await make(), await make()
    skill = await make(first, second)
    path = f"/academy/skills/{skill.id}"
    told = await author.patch(path, {"prerequisite_ids": [str(third.id), str(second.id), str(third.id)]})
    assert set(told.json()["prerequisite_ids"]) == {str(second.id), str(third.id)}
    assert (await author.patch(path, {"name": "Other"})).json()["prerequisite_ids"] == told.json()["prerequisite_ids"]
    assert (await author.patch(path, {"prerequisite_ids": []})).json()["prerequisites"] == []
    assert (await session.scalars(select(SkillPrerequisite))).all() == []


async def test_links_to_what_is_no_skill_are_refused_where_they_are(author: ApiClient, make: MakeSkill) -> None:
    known = await make()
    sent = {"parent_skill_id": str(new_id()), "prerequisite_ids": [str(known.id), str(new_id())]}
    for refused in (
        await author.post("/academy/skills", BODY | sent),
        await author.patch(f"/academy/skills/{(await make()).id}", sent),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "academy.skill_unknown")
        pointers = [each["pointer"] for each in refused.json()["errors"]]
        assert pointers == ["/parent_skill_id", "/prerequisite_ids/1"]
    assert len((await author.get("/academy/skills")).json()["items"]) == 2


async def test_an_active_skill_builds_on_active_skills_only(author: ApiClient, make: MakeSkill) -> None:
    base = await make()
    skill = await make(base)
    below, above = f"/academy/skills/{base.id}", f"/academy/skills/{skill.id}"
    for refused in (await author.delete(below), await author.patch(below, {"is_active": False})):
        assert (refused.status_code, refused.json()["code"]) == (409, "academy.skill_still_required")
    assert [(await author.delete(path)).status_code for path in (above, below)] == [204, 204]
    early = await author.patch(above, {"is_active": True})
    assert (early.status_code, early.json()["code"]) == (409, "academy.prerequisite_archived")
    assert early.json()["errors"][0]["pointer"] == "/prerequisite_ids/0"
    new = await author.post("/academy/skills", BODY | {"prerequisite_ids": [str(base.id)]})
    assert (new.status_code, new.json()["code"]) == (409, "academy.prerequisite_archived")
    assert (await author.patch(above, {"is_active": True, "prerequisite_ids": []})).status_code == 200
