"""The door to people: for each call stranger, outsider, insider without the right, refusal, success."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Learner, Organization, Role
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.factories import identity
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)

CALLS = [
    ("GET", "/academy/me/profile", None),
    ("PATCH", "/academy/me/profile", {"company": "Guild"}),
    ("GET", "/academy/learners", None),
    ("GET", "/academy/learners/{learner}", None),
    ("PATCH", "/academy/learners/{learner}", {"role": "individual"}),
    ("POST", "/academy/timezone-backfills", None),
    ("GET", "/academy/organizations", None),
    (
        "POST",
        "/academy/organizations",
        {
            "organization_id": str(UNKNOWN),
            "domain": "guild.example",
            "contact_email": "bea@guild.example",
            "contact_name": "Bea",
        },
    ),
    ("GET", "/academy/organizations/{organization}", None),
    ("PATCH", "/academy/organizations/{organization}", {"contact_name": "Bea"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_a_stranger_is_asked_to_sign_in(
    client: ApiClient, learner: Account, customer: Organization, *, method: str, path: str, body: Any
) -> None:
    path = path.format(learner=learner.id, organization=customer.id)
    assert (await client.request(method, path, json=body)).status_code == 401


@pytest.mark.parametrize(
    ("number", "status"), [(2, 403), (3, 404), (4, 403), (5, 403), (6, 403), (7, 403), (8, 404), (9, 404)]
)
async def test_what_is_not_a_learners_business(
    client: ApiClient, learner: Account, member: Account, customer: Organization, *, number: int, status: int
) -> None:
    method, path, body = CALLS[number]
    path = path.format(learner=member.id, organization=customer.id)
    assert (await (await client.as_(learner)).request(method, path, json=body)).status_code == status


# One's own profile


async def test_a_profile_begins_with_the_first_look_at_it(client: ApiClient, session: AsyncSession) -> None:
    account = identity.account(timezone="Europe/Paris")
    session.add(account)
    profile = (await (await client.as_(account)).get("/academy/me/profile")).json()
    assert {name: profile[name] for name in ("account_id", "email", "name", "timezone", "role")} == {
        "account_id": str(account.id),
        "email": account.email,
        "name": account.name,
        "timezone": "Europe/Paris",
        "role": "individual",
    }
    assert profile["notification_preferences"] == {
        "email_notifications": True,
        "sms_notifications": False,
        "community": dict.fromkeys(
            ["thread_replies", "instructor_replies", "best_answers", "peer_connections", "subscribed_threads"], True
        ),
    }


@pytest.mark.parametrize(
    "change",
    [
        {"company": "Guild"},
        {"title": "Countess"},
        {"linkedin_url": "https://www.linkedin.com/in/ada"},
        {"phone_number": "+442071838750"},
        {"timezone": "Asia/Tokyo"},
        {"company": None, "timezone": None},
    ],
)
async def test_fields_of_a_profile_change_alone(client: ApiClient, learner: Account, change: dict[str, Any]) -> None:
    as_learner = await client.as_(learner)
    before = (await as_learner.get("/academy/me/profile")).json()
    after = (await as_learner.patch("/academy/me/profile", change)).json()
    assert {k: v for k, v in after.items() if k != "updated_at"} == {
        k: v for k, v in (before | change).items() if k != "updated_at"
    }


@pytest.mark.parametrize(
    "change", [{"email_notifications": False}, {"notification_preferences": {"email_notifications": False}}]
)
@pytest.mark.req("A-AUT-06")
async def test_a_flag_and_the_preferences_say_the_same(
    client: ApiClient, session: AsyncSession, learner: Account, change: dict[str, Any]
) -> None:
    answer = await (await client.as_(learner)).patch("/academy/me/profile", change)
    assert answer.json()["email_notifications"] is False
    assert answer.json()["notification_preferences"]["email_notifications"] is False
    stored = select(Learner.email_notifications, Learner.notification_preferences).where(Learner.id == learner.id)
    flag, preferences = (await session.execute(stored)).one()
    assert (flag, preferences["email_notifications"], preferences["sms_notifications"]) == (False, False, False)


async def test_one_switch_of_the_community_is_turned_and_the_others_stay(client: ApiClient, learner: Account) -> None:
    as_learner = await client.as_(learner)
    await as_learner.patch("/academy/me/profile", {"notification_preferences": {"community": {"best_answers": False}}})
    change = {"notification_preferences": {"community": {"peer_connections": False}}}
    answer = await as_learner.patch("/academy/me/profile", change)
    off = [kind for kind, on in answer.json()["notification_preferences"]["community"].items() if not on]
    assert (sorted(off), answer.headers["ETag"]) == (["best_answers", "peer_connections"], '"3"')


async def test_a_change_of_an_overtaken_profile_is_refused(client: ApiClient, learner: Account) -> None:
    as_learner = await client.as_(learner)
    seen = {"If-Match": (await as_learner.get("/academy/me/profile")).headers["ETag"]}
    assert (await as_learner.patch("/academy/me/profile", {"company": "A"}, headers=seen)).status_code == 200
    assert (await as_learner.patch("/academy/me/profile", {"company": "B"}, headers=seen)).status_code == 412


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"company": " "}, "/company"),
        ({"linkedin_url": "linkedin"}, "/linkedin_url"),
        ({"phone_number": "0123"}, "/phone_number"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"email_notifications": None}, "/email_notifications"),
        ({"email_notifications": "yes"}, "/email_notifications"),
        ({"notification_preferences": {"community": {"likes": True}}}, "/notification_preferences/community/likes"),
        ({"email_notifications": True, "notification_preferences": {"email_notifications": False}}, ""),
        ({"role": "platform_admin"}, "/role"),
        ({"email": "eve@example.com"}, "/email"),
    ],
)
async def test_a_wrong_field_of_a_profile_is_named(
    client: ApiClient, learner: Account, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(learner)).patch("/academy/me/profile", wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


# Learners and roles


async def test_everybody_reads_their_own_profile_by_id(client: ApiClient, learner: Account) -> None:
    answer = await (await client.as_(learner)).get(f"/academy/learners/{learner.id}")
    assert (answer.status_code, answer.json()["email"]) == (200, learner.email)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ada", "Bob", "Cleo"]),
        ({"sort": "-name"}, ["Cleo", "Bob", "Ada"]),
        ({"role": "org_member"}, ["Cleo"]),
        ({"q": "BO"}, ["Bob"]),
        ({"q": "%"}, []),
        ({"role": "org_member", "q": "bo"}, []),
    ],
)
async def test_an_admin_lists_learners(
    client: ApiClient, session: AsyncSession, customer: Organization, query: dict[str, str], expected: list[str]
) -> None:
    people = [
        await enter(session, Role.platform_admin),
        await enter(session),
        await enter(session, Role.org_member, customer),
    ]
    for account, name in zip(people, ["Ada", "Bob", "Cleo"], strict=True):
        (await session.get_one(Learner, account.id)).name = name
        (await session.get_one(Learner, account.id)).email = f"{name}@example.com"
    answer = await (await client.as_(people[0])).get("/academy/learners", params=query)
    assert [each["name"] for each in answer.json()["items"]] == expected


async def test_learners_of_one_organization_are_listed(
    client: ApiClient, admin: Account, member: Account, manager: Account, customer: Organization
) -> None:
    query = {"organization_id": str(customer.id), "limit": 1}
    as_admin = await client.as_(admin)
    first = (await as_admin.get("/academy/learners", params=query)).json()
    second = (await as_admin.get("/academy/learners", params=query | {"cursor": first["next_cursor"]})).json()
    listed = {each["account_id"] for each in first["items"] + second["items"]}
    assert (listed, second["next_cursor"]) == ({str(member.id), str(manager.id)}, None)


async def test_a_list_of_20_costs_as_many_statements_as_a_list_of_one(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine, admin: Account
) -> None:
    as_admin = await client.as_(admin)

    async def cost() -> int:
        with recorded(engine) as statements:
            await as_admin.get("/academy/learners")
        return len(statements)

    of_one = await cost()
    for _ in range(19):
        await enter(session)
    await session.commit()
    assert await cost() == of_one


@pytest.mark.req("A-AUT-05")
async def test_a_role_counts_from_the_next_request_on(
    client: ApiClient, admin: Account, learner: Account, worker: WorkerOnDemand
) -> None:
    as_learner = await client.as_(learner)
    assert (await as_learner.get("/academy/learners")).status_code == 403
    answer = await (await client.as_(admin)).patch(f"/academy/learners/{learner.id}", {"role": "platform_admin"})
    assert (answer.status_code, answer.json()["role"]) == (200, "platform_admin")
    assert (await as_learner.get("/academy/learners")).status_code == 200
    assert [each.payload["role"] for each in await worker.announced("academy.learner_appointed")] == ["platform_admin"]


async def test_somebody_who_has_not_begun_can_be_given_a_role(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    account = identity.account()
    session.add(account)
    answer = await (await client.as_(admin)).patch(f"/academy/learners/{account.id}", {"role": "platform_admin"})
    assert answer.json()["role"] == "platform_admin"


async def test_an_unknown_account_gets_no_role(client: ApiClient, admin: Account) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/learners/{UNKNOWN}", {"role": "individual"})
    assert (answer.status_code, answer.json()["code"]) == (404, "academy.account_unknown")


@pytest.mark.req("A-AUT-05")
@pytest.mark.parametrize("role", ["org_admin", "org_member"])
async def test_a_role_of_an_organization_needs_one(
    client: ApiClient, admin: Account, learner: Account, role: str
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/learners/{learner.id}", {"role": role})
    told = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert (answer.status_code, told) == (422, [("/organization_id", "missing")])


@pytest.mark.req("A-AUT-05")
async def test_a_member_cannot_be_parted_from_the_organization_alone(
    client: ApiClient, admin: Account, member: Account
) -> None:
    as_admin = await client.as_(admin)
    path = f"/academy/learners/{member.id}"
    assert (await as_admin.patch(path, {"organization_id": None})).status_code == 422
    answer = await as_admin.patch(path, {"organization_id": None, "role": "individual"})
    assert (answer.json()["role"], answer.json()["organization_id"]) == ("individual", None)


@pytest.mark.req("A-AUT-05")
async def test_only_members_of_an_organization_belong_to_it_here(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account, customer: Organization
) -> None:
    as_admin = await client.as_(admin)
    change = {"role": "org_admin", "organization_id": str(customer.id)}
    refused = await as_admin.patch(f"/academy/learners/{learner.id}", change)
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.not_a_member")
    session.add(identity.membership(customer.id, learner.id))
    await session.commit()
    answer = await as_admin.patch(f"/academy/learners/{learner.id}", change)
    assert {name: answer.json()[name] for name in change} == change


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"role": "instructor"}, "/role"),
        ({"role": None}, "/role"),
        ({"organization_id": "guild"}, "/organization_id"),
        ({"organization_id": str(UNKNOWN)}, "/organization_id"),
        ({"email": "eve@example.com"}, "/email"),
    ],
)
async def test_a_wrong_field_of_a_role_is_named(
    client: ApiClient, admin: Account, learner: Account, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/learners/{learner.id}", wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


# Organizations


@pytest.fixture
def body() -> dict[str, Any]:
    """A billing side without the organization."""
    return {
        "domain": "Guild.Example",
        "contact_email": "bea@guild.example",
        "contact_name": "Bea",
        "seats_purchased": 5,
    }


@pytest.mark.req("A-ORG-01")
async def test_an_organization_begins_by_waiting_for_its_payment(
    client: ApiClient, session: AsyncSession, admin: Account, body: dict[str, Any]
) -> None:
    core = identity.organization(name="Guild")
    session.add(core)
    answer = await (await client.as_(admin)).post("/academy/organizations", body | {"organization_id": str(core.id)})
    made = answer.json()
    assert (answer.status_code, made["id"], made["name"], made["domain"]) == (
        201,
        str(core.id),
        "Guild",
        "guild.example",
    )
    assert (made["status"], made["seats_purchased"], made["seats_used"]) == ("pending_payment", 5, 0)


async def test_its_members_become_its_people_and_follow_their_membership(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand, admin: Account, body: dict[str, Any]
) -> None:
    core, boss, other = identity.organization(), identity.account(), identity.account()
    session.add_all([core, boss, other])
    await session.flush()  # the memberships point at them
    session.add(identity.membership(core.id, boss.id, role="admin"))
    await (await client.as_(admin)).post("/academy/organizations", body | {"organization_id": str(core.id)})
    await worker.drain()
    as_boss = await client.as_(boss)
    joined = await as_boss.post(
        f"/identity/organizations/{core.id}/memberships", {"email": other.email, "role": "member"}
    )
    await worker.drain()
    as_other = await client.as_(other)
    membership = f"/identity/memberships/{joined.json()['id']}"

    async def standing(caller: ApiClient) -> tuple[str, str | None]:
        await worker.drain()
        profile = (await caller.get("/academy/me/profile")).json()
        return profile["role"], profile["organization_id"]

    assert [await standing(as_boss), await standing(as_other)] == [
        ("org_admin", str(core.id)),
        ("org_member", str(core.id)),
    ]
    await as_boss.patch(membership, {"role": "admin"})
    assert await standing(as_other) == ("org_admin", str(core.id))
    await as_boss.delete(membership)
    assert await standing(as_other) == ("individual", None)


async def test_joining_an_organization_leaves_a_platform_admin_one(
    client: ApiClient, worker: WorkerOnDemand, admin: Account, manager: Account, customer: Organization
) -> None:
    invited = {"email": admin.email, "role": "member"}
    await (await client.as_(manager)).post(f"/identity/organizations/{customer.id}/memberships", invited)
    await worker.drain()
    profile = (await (await client.as_(admin)).get("/academy/me/profile")).json()
    assert (profile["role"], profile["organization_id"]) == ("platform_admin", str(customer.id))


async def test_a_new_name_of_the_account_is_taken_over(
    client: ApiClient, worker: WorkerOnDemand, learner: Account
) -> None:
    as_learner = await client.as_(learner)
    await as_learner.patch("/identity/account", {"name": "Ada King"})
    await worker.drain()
    assert (await as_learner.get("/academy/me/profile")).json()["name"] == "Ada King"


async def test_an_organization_has_one_billing_side(
    client: ApiClient, admin: Account, customer: Organization, body: dict[str, Any]
) -> None:
    answer = await (await client.as_(admin)).post(
        "/academy/organizations", body | {"organization_id": str(customer.id)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.organization_has_billing")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"organization_id": str(UNKNOWN)}, "/organization_id"),
        ({"organization_id": None}, "/organization_id"),
        ({"domain": "localhost"}, "/domain"),
        ({"domain": "https://guild.example"}, "/domain"),
        ({"contact_email": "bea"}, "/contact_email"),
        ({"contact_name": ""}, "/contact_name"),
        ({"seats_purchased": -1}, "/seats_purchased"),
        ({"seats_purchased": 1.5}, "/seats_purchased"),
        ({"seats_used": 2}, "/seats_used"),
        ({"status": "active"}, "/status"),
    ],
)
async def test_a_wrong_field_of_a_new_organization_is_named(
    client: ApiClient,
    session: AsyncSession,
    admin: Account,
    body: dict[str, Any],
    *,
    wrong: dict[str, Any],
    pointer: str,
) -> None:
    session.add(core := identity.organization())
    sent = body | {"organization_id": str(core.id)} | wrong
    answer = await (await client.as_(admin)).post("/academy/organizations", sent)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("name", ["organization_id", "domain", "contact_email", "contact_name"])
async def test_a_missing_field_of_a_new_organization_is_named(
    client: ApiClient, admin: Account, body: dict[str, Any], name: str
) -> None:
    sent = {key: value for key, value in (body | {"organization_id": str(UNKNOWN)}).items() if key != name}
    answer = await (await client.as_(admin)).post("/academy/organizations", sent)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


async def test_the_billing_side_is_read_by_its_admins_and_not_by_its_members(
    client: ApiClient, manager: Account, member: Account, customer: Organization
) -> None:
    path = f"/academy/organizations/{customer.id}"
    assert (await (await client.as_(manager)).get(path)).json()["seats_purchased"] == 10
    assert (await (await client.as_(member)).get(path)).status_code == 403


async def test_an_admin_of_a_customer_may_not_change_its_seats(
    client: ApiClient, manager: Account, customer: Organization
) -> None:
    path = f"/academy/organizations/{customer.id}"
    assert (await (await client.as_(manager)).patch(path, {"seats_purchased": 99})).status_code == 403


@pytest.mark.req("A-ORG-01")
@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("pending_payment", "active", 200),
        ("active", "suspended", 200),
        ("suspended", "active", 200),
        ("pending_payment", "suspended", 409),
        ("active", "pending_payment", 409),
        ("suspended", "pending_payment", 409),
    ],
)
async def test_an_organization_moves_as_its_payments_allow(
    client: ApiClient, session: AsyncSession, admin: Account, *, before: str, after: str, status: int
) -> None:
    organization = await found(session, status=before)
    answer = await (await client.as_(admin)).patch(f"/academy/organizations/{organization.id}", {"status": after})
    assert answer.status_code == status
    assert answer.json().get("code") == (None if status == 200 else "academy.organization_transition_refused")


@pytest.mark.parametrize(("seats", "status"), [(4, 200), (3, 409), (0, 409)])
async def test_seats_in_use_are_not_taken_back(
    client: ApiClient, session: AsyncSession, admin: Account, *, seats: int, status: int
) -> None:
    organization = await found(session, seats_purchased=10, seats_used=4)
    path = f"/academy/organizations/{organization.id}"
    answer = await (await client.as_(admin)).patch(path, {"seats_purchased": seats})
    assert (answer.status_code, answer.json().get("code")) == (
        status,
        None if status == 200 else "academy.seats_in_use",
    )


async def test_a_change_of_the_billing_side_is_announced(
    client: ApiClient, admin: Account, customer: Organization, worker: WorkerOnDemand
) -> None:
    change = {"seats_purchased": 12, "contact_name": "Bob", "domain": customer.domain}
    await (await client.as_(admin)).patch(f"/academy/organizations/{customer.id}", change)
    (announced,) = await worker.announced("academy.organization_billing_changed")
    assert announced.payload["fields"] == ["contact_name", "seats_purchased"]


async def test_a_change_of_an_overtaken_billing_side_is_refused(
    client: ApiClient, admin: Account, customer: Organization
) -> None:
    as_admin = await client.as_(admin)
    path = f"/academy/organizations/{customer.id}"
    seen = {"If-Match": (await as_admin.get(path)).headers["ETag"]}
    assert (await as_admin.patch(path, {"contact_name": "A"}, headers=seen)).status_code == 200
    assert (await as_admin.patch(path, {"contact_name": "B"}, headers=seen)).status_code == 412


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, ["Abbey", "Guild"]), ({"status": "suspended"}, ["Guild"]), ({"q": "ABB"}, ["Abbey"]), ({"q": "_"}, [])],
)
async def test_an_admin_lists_organizations(
    client: ApiClient, session: AsyncSession, admin: Account, query: dict[str, str], expected: list[str]
) -> None:
    await found(session, name="Guild", domain="guild.example", status="suspended")
    await found(session, name="Abbey", domain="abbey.example")
    answer = await (await client.as_(admin)).get("/academy/organizations", params=query)
    assert [each["name"] for each in answer.json()["items"]] == expected
