"""Organizations and their members."""

from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ids import new_id
from app.identity.models import Account, Organization, OrganizationMembership
from tests.factories import identity as factory
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


@dataclass
class Guild:
    """An organization with an admin and a member, and somebody who does not belong."""

    organization: Organization
    admin: Account
    member: Account
    outsider: Account
    admins: OrganizationMembership
    members: OrganizationMembership

    @property
    def path(self) -> str:
        return f"/identity/organizations/{self.organization.id}"


@pytest.fixture
async def guild(session: AsyncSession) -> Guild:
    organization = factory.organization()
    admin, member, outsider = (factory.account() for _ in range(3))
    session.add_all([organization, admin, member, outsider])
    await session.flush()
    admins = factory.membership(organization.id, admin.id, role="admin")
    members = factory.membership(organization.id, member.id)
    session.add_all([admins, members])
    await session.commit()
    return Guild(organization, admin, member, outsider, admins, members)


# Making and reading


async def test_a_stranger_makes_no_organization(client: ApiClient) -> None:
    assert (await client.post("/identity/organizations", {"name": "Guild"})).status_code == 401


async def test_whoever_makes_an_organization_is_its_admin(
    client: ApiClient, guild: Guild, worker: WorkerOnDemand
) -> None:
    me = await client.as_(guild.outsider)
    made = (await me.post("/identity/organizations", {"name": "Analytical Guild"})).json()
    organizations = (await me.get("/identity/me")).json()["organizations"]
    assert organizations == [
        {"id": made["id"], "name": "Analytical Guild", "slug": "analytical-guild", "role": "admin"}
    ]
    kinds = [each.kind for each in await worker.announced()]
    assert kinds == ["identity.organization_created", "identity.organization_member_added"]


async def test_organizations_of_one_name_get_slugs_of_their_own(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.outsider)
    slugs = {(await me.post("/identity/organizations", {"name": "Guild of Guilds"})).json()["slug"] for _ in range(4)}
    assert len(slugs) == 4


async def test_everybody_lists_their_own_organizations_by_name(
    client: ApiClient, session: AsyncSession, guild: Guild
) -> None:
    session.add_all([first := factory.organization(name="Aaa"), factory.organization(name="Another's")])
    await session.flush()
    session.add(factory.membership(first.id, guild.member.id))
    await session.commit()
    items = (await (await client.as_(guild.member)).get("/identity/organizations")).json()["items"]
    assert [each["name"] for each in items] == ["Aaa", guild.organization.name]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_an_organization_is_unknown_to_outsiders(client: ApiClient, guild: Guild, method: str) -> None:
    body = {"json": {"name": "Mine now"}} if method == "PATCH" else {}
    answer = await (await client.as_(guild.outsider)).request(method, guild.path, **body)
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.organization_not_found")


async def test_the_unknown_and_the_invisible_look_the_same(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.outsider)
    answers = [(await me.get(path)).json() for path in (guild.path, f"/identity/organizations/{new_id()}")]
    for each in answers:
        del each["request_id"], each["instance"]
    assert answers[0] == answers[1]


async def test_a_member_reads_but_does_not_rename(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.member)
    assert (await me.get(guild.path)).status_code == 200
    assert (await me.patch(guild.path, {"name": "Mine now"})).status_code == 403


async def test_an_admin_renames_and_the_slug_stays(client: ApiClient, guild: Guild) -> None:
    answer = await (await client.as_(guild.admin)).patch(guild.path, {"name": "New"}, headers={"If-Match": '"1"'})
    assert (answer.json()["name"], answer.json()["slug"]) == ("New", guild.organization.slug)
    assert answer.headers["ETag"] == '"2"'


async def test_a_rename_over_a_newer_version_is_refused(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.admin)
    await me.patch(guild.path, {"name": "New"})
    assert (await me.patch(guild.path, {"name": "Newer"}, headers={"If-Match": '"1"'})).status_code == 412


# Members


async def test_an_admin_takes_somebody_in_by_address(client: ApiClient, guild: Guild, worker: WorkerOnDemand) -> None:
    body = {"email": guild.outsider.email.upper(), "role": "member"}
    answer = await (await client.as_(guild.admin)).post(f"{guild.path}/memberships", body)
    assert (answer.status_code, answer.json()["account"]["id"]) == (201, str(guild.outsider.id))
    (joined,) = await worker.announced("identity.organization_member_added")
    assert joined.payload["account_id"] == str(guild.outsider.id)


async def test_an_address_without_an_account_gets_one_that_only_its_reader_can_enter(
    client: ApiClient, guild: Guild, address: str
) -> None:
    body = {"email": address, "role": "admin", "name": "Grace"}
    answer = await (await client.as_(guild.admin)).post(f"{guild.path}/memberships", body)
    assert (answer.status_code, answer.json()["account"]["name"]) == (201, "Grace")


async def test_nobody_is_taken_in_twice(client: ApiClient, guild: Guild, worker: WorkerOnDemand) -> None:
    body = {"email": guild.member.email, "role": "admin"}
    answer = await (await client.as_(guild.admin)).post(f"{guild.path}/memberships", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.already_member")
    assert await worker.announced() == []


async def test_a_member_neither_sees_nor_takes_in_others(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.member)
    body = {"email": guild.outsider.email, "role": "member"}
    statuses = [
        (await me.get(f"{guild.path}/memberships")).status_code,
        (await me.post(f"{guild.path}/memberships", body)).status_code,
        (await me.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})).status_code,
        (await me.delete(f"/identity/memberships/{guild.admins.id}")).status_code,
    ]
    assert statuses == [403] * 4


async def test_an_outsider_finds_no_memberships(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.outsider)
    body = {"email": guild.outsider.email, "role": "admin"}
    statuses = [
        (await me.get(f"{guild.path}/memberships")).status_code,
        (await me.post(f"{guild.path}/memberships", body)).status_code,
        (await me.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})).status_code,
        (await me.delete(f"/identity/memberships/{guild.members.id}")).status_code,
    ]
    assert statuses == [404] * 4


async def test_a_stranger_is_asked_who_they_are(client: ApiClient, guild: Guild) -> None:
    statuses = [
        (await client.get("/identity/organizations")).status_code,
        (await client.get(guild.path)).status_code,
        (await client.patch(guild.path, {"name": "x"})).status_code,
        (await client.get(f"{guild.path}/memberships")).status_code,
        (await client.post(f"{guild.path}/memberships", {"email": "a@example.com", "role": "admin"})).status_code,
        (await client.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})).status_code,
        (await client.delete(f"/identity/memberships/{guild.members.id}")).status_code,
    ]
    assert statuses == [401] * 7


async def test_an_admin_lists_the_members_in_the_order_they_joined(client: ApiClient, guild: Guild) -> None:
    items = (await (await client.as_(guild.admin)).get(f"{guild.path}/memberships")).json()["items"]
    assert {each["account"]["email"] for each in items} == {guild.admin.email, guild.member.email}


async def test_twenty_members_cost_as_many_statements_as_one(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine, guild: Guild
) -> None:
    async def cost(limit: int) -> int:
        with recorded(engine) as statements:
            await (await client.as_(guild.admin)).get(f"{guild.path}/memberships?limit={limit}")
        return len(statements)

    few = await cost(1)
    people = [factory.account() for _ in range(20)]
    session.add_all(people)
    await session.flush()
    session.add_all([factory.membership(guild.organization.id, each.id) for each in people])
    await session.commit()
    assert await cost(20) == few


async def test_an_admin_makes_another_admin(client: ApiClient, guild: Guild, worker: WorkerOnDemand) -> None:
    me = await client.as_(guild.admin)
    answer = await me.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})
    again = await me.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})
    assert (answer.json()["role"], again.status_code) == ("admin", 200)
    assert len(await worker.announced("identity.organization_role_changed")) == 1


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_the_last_admin_stays(client: ApiClient, guild: Guild, method: str) -> None:
    body = {"json": {"role": "member"}} if method == "PATCH" else {}
    answer = await (await client.as_(guild.admin)).request(method, f"/identity/memberships/{guild.admins.id}", **body)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.last_admin")


async def test_a_member_leaves_and_has_no_role_on_the_next_request(
    client: ApiClient, guild: Guild, worker: WorkerOnDemand
) -> None:
    me = await client.as_(guild.member)
    assert (await me.delete(f"/identity/memberships/{guild.members.id}")).status_code == 204
    assert (await me.get(guild.path)).status_code == 404
    assert len(await worker.announced("identity.organization_member_removed")) == 1


async def test_who_left_may_come_back(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.admin)
    await me.delete(f"/identity/memberships/{guild.members.id}")
    body = {"email": guild.member.email, "role": "member"}
    assert (await me.post(f"{guild.path}/memberships", body)).status_code == 201


async def test_an_ended_membership_is_unknown(client: ApiClient, guild: Guild) -> None:
    me = await client.as_(guild.admin)
    await me.delete(f"/identity/memberships/{guild.members.id}")
    answer = await me.patch(f"/identity/memberships/{guild.members.id}", {"role": "admin"})
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.membership_not_found")


@pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": "x", "slug": "mine"}, {"name": "x", "account_id": "1"}])
async def test_a_malformed_organization_is_422(client: ApiClient, guild: Guild, body: dict[str, str]) -> None:
    assert (await (await client.as_(guild.admin)).post("/identity/organizations", body)).status_code == 422
