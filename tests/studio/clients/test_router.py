"""The door to clients: members read their own, staff do the rest."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.factories import identity
from tests.factories import studio as make
from tests.studio.estates import OF_CLIENTS, World
from tests.studio.house import House, Insight, ids, listed, made
from tests.support.client import ApiClient
from tests.support.people import access_token
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {
    "name": "Harbour Logistics",
    "industry": "Logistics",
    "contact_email": "training@harbour.example",
    "notes": "Shifts begin at six.",
}


async def test_staff_take_a_client_in_and_it_is_announced(
    as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    answer = await as_staff.post("/studio/clients", BODY)
    client = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert BODY.items() <= client.items()
    assert (client["slug"], client["created_by"]) == ("harbour-logistics", str(house.staff.id))
    assert [each.payload["client_id"] for each in await worker.announced("studio.client_created")] == [client["id"]]


async def test_the_same_key_takes_a_client_in_once(as_staff: ApiClient) -> None:
    answers = [await as_staff.post("/studio/clients", BODY, key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await listed(as_staff, "/studio/clients", q="harbour")) == 1


@pytest.mark.req("S-SLG-01")
async def test_clients_of_one_name_get_slugs_of_their_own_and_keep_them(as_staff: ApiClient) -> None:
    one, other = [await made(as_staff.post("/studio/clients", {"name": "Same"})) for _ in range(2)]
    assert one["slug"] == "same"
    assert other["slug"].startswith("same-")
    renamed = await as_staff.patch(f"/studio/clients/{other['id']}", {"name": "Another"})
    assert (renamed.json()["name"], renamed.json()["slug"]) == ("Another", other["slug"])


async def test_everybody_lists_the_clients_they_work_for(client: ApiClient, house: House) -> None:
    for account, expected in (
        (house.author, [house.ours]),
        (house.outsider, [house.theirs]),
        (house.stranger, []),
        (house.staff, [house.ours, house.theirs]),
    ):
        seen = ids(await listed(await client.as_(account), "/studio/clients"))
        assert set(seen) == {str(each.id) for each in expected}


async def test_the_list_is_sorted_searched_and_paged(as_staff: ApiClient) -> None:
    for name in ("Zeta 100%", "Alpha 100%", "Middle"):
        await made(as_staff.post("/studio/clients", {"name": name}))
    first = (await as_staff.get("/studio/clients", params={"q": "100%", "sort": "-name", "limit": 1})).json()
    rest = await as_staff.get(
        "/studio/clients", params={"q": "100%", "sort": "-name", "limit": 1, "cursor": first["next_cursor"]}
    )
    assert [each["name"] for each in first["items"] + rest.json()["items"]] == ["Zeta 100%", "Alpha 100%"]
    assert rest.json()["next_cursor"] is None


async def test_a_change_names_its_fields_and_may_empty_some(
    as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    path = f"/studio/clients/{house.ours.id}"
    await as_staff.patch(path, {"industry": "Freight", "notes": "Short."})
    answer = await as_staff.patch(path, {"industry": None, "notes": "Short."})
    assert (answer.json()["industry"], answer.json()["notes"], answer.headers["etag"]) == (None, "Short.", '"3"')
    told = [each.payload["fields"] for each in await worker.announced("studio.client_changed")]
    assert told == [["industry", "notes"], ["industry"]]


async def test_a_change_without_a_difference_is_none(as_staff: ApiClient, house: House, worker: WorkerOnDemand) -> None:
    answer = await as_staff.patch(f"/studio/clients/{house.ours.id}", {"name": house.ours.name})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert not await worker.announced("studio.client_changed")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "  "}, "/name"),
        ({"name": "a" * 201}, "/name"),
        ({"contact_email": "nobody"}, "/contact_email"),
        ({"name": None}, "/name"),
        ({"slug": "mine"}, "/slug"),
        ({"status": "x"}, "/status"),
    ],
)
async def test_a_wrong_field_is_named(as_staff: ApiClient, house: House, body: dict[str, Any], pointer: str) -> None:
    answer = await as_staff.patch(f"/studio/clients/{house.ours.id}", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_who_edits_an_old_version_is_refused_and_shown_the_current_one(as_staff: ApiClient, house: House) -> None:
    path = f"/studio/clients/{house.ours.id}"
    first = await as_staff.patch(path, {"name": "First"}, headers={"If-Match": '"1"'})
    late = await as_staff.patch(path, {"name": "Second"}, headers={"If-Match": '"1"'})
    assert (first.status_code, late.status_code, late.json()["code"]) == (200, 412, "core.stale")
    assert late.json()["current"] == first.json()
    assert late.headers["etag"] == '"2"'
    assert (await as_staff.delete(path, headers={"If-Match": '"1"'})).json()["current"] == first.json()
    assert (await as_staff.get(path, headers={"If-None-Match": '"2"'})).status_code == 304


async def test_the_current_version_comes_in_the_form_of_time_that_was_asked_for(
    as_staff: ApiClient, house: House
) -> None:
    stale = {"If-Match": '"9"', "Time-Format": "unix-ms"}
    answer = await as_staff.patch(f"/studio/clients/{house.ours.id}", {"name": "Late"}, headers=stale)
    assert answer.status_code == 412
    assert isinstance(answer.json()["current"]["created_at"], int)


@pytest.mark.req("S-HIE-01")
async def test_with_a_client_goes_everything_that_was_written_for_it(
    client: ApiClient, session: AsyncSession, insight: Insight, world: World, worker: WorkerOnDemand
) -> None:
    """Two clients with a row in every table: one is deleted over the API, of the other nothing is missing."""

    async def rows() -> dict[str, int]:
        counts = ", ".join(f"(SELECT count(*) FROM studio.{table}) AS {table}" for table in OF_CLIENTS)  # noqa: S608  (our own names)
        async with insight() as everything:
            return dict((await everything.execute(text(f"SELECT {counts}"))).one()._mapping)

    before = await rows()
    assert set(before.values()) == {2}
    staff = client.with_token(await access_token(session, world.staff))
    assert (await staff.delete(f"/studio/clients/{world.ours.keys['clients']}")).status_code == 204
    assert await rows() == dict.fromkeys(OF_CLIENTS, 1)
    gone = await worker.announced("studio.client_deleted")
    assert [each.payload["client_id"] for each in gone] == [str(world.ours.keys["clients"])]


# Members


async def test_somebody_new_is_added_by_address_and_sees_the_client_at_once(
    client: ApiClient, as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    path = f"/studio/clients/{house.ours.id}"
    stranger = await client.as_(house.stranger)
    assert (await stranger.get(path)).status_code == 404
    body = {"email": house.stranger.email.upper(), "role": "reviewer"}
    member = await made(as_staff.post(f"{path}/members", body))
    assert member["account"] == {
        "id": str(house.stranger.id),
        "email": house.stranger.email,
        "name": house.stranger.name,
    }
    assert (member["role"], member["added_by"]) == ("reviewer", str(house.staff.id))
    assert (await stranger.get(path)).status_code == 200
    assert [each.payload["role"] for each in await worker.announced("studio.client_member_added")] == ["reviewer"]


async def test_an_address_without_an_account_gets_one(as_staff: ApiClient, house: House) -> None:
    path = f"/studio/clients/{house.ours.id}/members"
    member = await made(as_staff.post(path, {"email": "new.author@example.com"}))
    assert (member["account"]["name"], member["role"]) == ("new.author", "author")


async def test_a_member_is_added_once(as_staff: ApiClient, house: House, worker: WorkerOnDemand) -> None:
    path = f"/studio/clients/{house.ours.id}/members"
    again = await as_staff.post(path, {"email": house.author.email})
    assert (again.status_code, again.json()["code"]) == (409, "studio.already_member")
    assert not await worker.announced("studio.client_member_added")


async def test_members_see_each_other_in_the_order_they_came(as_author: ApiClient, house: House) -> None:
    members = await listed(as_author, f"/studio/clients/{house.ours.id}/members")
    assert {each["account"]["id"]: each["role"] for each in members} == {
        str(house.author.id): "author",
        str(house.reviewer.id): "reviewer",
    }


async def test_members_are_paged(as_author: ApiClient, house: House) -> None:
    path = f"/studio/clients/{house.ours.id}/members"
    first = (await as_author.get(path, params={"limit": 1})).json()
    second = (await as_author.get(path, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    seen = [each["account"]["id"] for each in first["items"] + second["items"]]
    assert set(seen) == {str(house.author.id), str(house.reviewer.id)}


async def test_a_role_is_changed_and_announced_once(as_staff: ApiClient, house: House, worker: WorkerOnDemand) -> None:
    path = f"/studio/clients/{house.ours.id}/members/{house.author.id}"
    for _ in range(2):
        answer = await as_staff.patch(path, {"role": "reviewer"})
        assert (answer.status_code, answer.json()["role"]) == (200, "reviewer")
    assert len(await worker.announced("studio.client_member_changed")) == 1


@pytest.mark.req("S-RLS-02")
async def test_who_is_removed_sees_nothing_from_the_next_request_on(
    as_author: ApiClient, as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    path = f"/studio/clients/{house.ours.id}"
    assert (await as_author.get(path)).status_code == 200
    assert (await as_staff.delete(f"{path}/members/{house.author.id}")).status_code == 204
    assert (await as_author.get(path)).status_code == 404
    assert len(await worker.announced("studio.client_member_removed")) == 1


async def test_who_is_no_member_is_neither_changed_nor_removed(as_staff: ApiClient, house: House) -> None:
    path = f"/studio/clients/{house.ours.id}/members/{house.outsider.id}"
    assert (await as_staff.patch(path, {"role": "author"})).status_code == 404
    assert (await as_staff.delete(path)).status_code == 404


@pytest.mark.parametrize("members", [1, 20])
async def test_a_list_of_twenty_members_costs_what_a_list_of_one_costs(
    as_author: ApiClient, house: House, insight: Insight, engine: AsyncEngine, members: int
) -> None:
    people = [identity.account() for _ in range(members)]
    async with insight() as arranged:
        arranged.add_all(people)
        await arranged.flush()  # members point at them
        arranged.add_all([make.member(house.ours.id, person.id) for person in people])
    with recorded(engine) as statements:
        assert len(await listed(as_author, f"/studio/clients/{house.ours.id}/members")) == members + 2
    assert len(statements) == 5  # the ticket of the tests' session, who asks, their ticket, the client, the members


# Staff


async def test_who_joins_the_staff_sees_every_client(
    client: ApiClient, as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    joined = await made(as_staff.post("/studio/staff", {"email": house.stranger.email}))
    assert (joined["account"]["id"], joined["added_by"]) == (str(house.stranger.id), str(house.staff.id))
    assert len(await listed(await client.as_(house.stranger), "/studio/clients")) == 2
    assert len(await listed(as_staff, "/studio/staff")) == 2
    again = await as_staff.post("/studio/staff", {"email": house.stranger.email})
    assert (again.status_code, again.json()["code"]) == (409, "studio.already_staff")
    assert len(await worker.announced("studio.staff_added")) == 1


async def test_who_leaves_the_staff_sees_their_own_clients(
    client: ApiClient, as_staff: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    await made(as_staff.post("/studio/staff", {"email": house.author.email}))
    assert (await as_staff.delete(f"/studio/staff/{house.author.id}")).status_code == 204
    assert ids(await listed(await client.as_(house.author), "/studio/clients")) == [str(house.ours.id)]
    assert len(await worker.announced("studio.staff_removed")) == 1


async def test_the_last_of_the_staff_stays(as_staff: ApiClient, house: House) -> None:
    answer = await as_staff.delete(f"/studio/staff/{house.staff.id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "studio.last_staff")
    assert (await as_staff.delete(f"/studio/staff/{house.author.id}")).status_code == 404
