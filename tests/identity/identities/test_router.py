"""Signing in with Google, and connecting a Google account."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account, AccountIdentity
from app.settings import settings
from tests.factories import identity as factory
from tests.identity.conftest import SignIn
from tests.identity.identities.conftest import GoogleProof
from tests.support.client import ApiClient


@pytest.fixture
def gmail() -> str:
    return f"ada.{uuid4().hex[:12]}@gmail.com"


@pytest.mark.req("A-AUT-01")
async def test_google_opens_a_login_for_a_new_account(client: ApiClient, google: GoogleProof, gmail: str) -> None:
    answer = await client.post("/identity/sessions", await google(gmail, name="Ada Byron"))
    grant = answer.json()
    assert answer.status_code == 201
    assert (grant["account"]["email"], grant["account"]["name"]) == (gmail, "Ada Byron")
    assert {"access_token", "refresh_token"} <= set(grant)
    assert (await client.with_token(grant["access_token"]).get("/identity/me")).json()["email"] == gmail


@pytest.mark.req("A-AUT-01")
@pytest.mark.parametrize("form", [{}, {"hosted_domain": "guild.example"}], ids=["gmail", "workspace"])
async def test_an_address_that_google_runs_leads_to_the_account_that_has_it(
    client: ApiClient, session: AsyncSession, google: GoogleProof, gmail: str, form: dict[str, str]
) -> None:
    email = gmail if not form else gmail.replace("gmail.com", "guild.example")
    session.add(known := factory.account(email=email.capitalize()))
    await session.commit()
    answer = await client.post("/identity/sessions", await google(email, **form))
    assert answer.json()["account"]["id"] == str(known.id)


async def test_an_address_that_google_does_not_run_opens_no_existing_account(
    client: ApiClient, session: AsyncSession, google: GoogleProof, address: str
) -> None:
    session.add(factory.account(email=address))
    await session.commit()
    answer = await client.post("/identity/sessions", await google(address))
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.magic_link_needed")


async def test_an_address_that_google_has_not_verified_opens_nothing(
    client: ApiClient, session: AsyncSession, google: GoogleProof, gmail: str
) -> None:
    answer = await client.post("/identity/sessions", await google(gmail, unverified="on"))
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.google_email_unverified")
    assert await session.scalar(select(Account.id).where(Account.email == gmail)) is None


async def test_a_known_subject_leads_to_its_account_whatever_the_address_became(
    client: ApiClient, session: AsyncSession, google: GoogleProof, address: str
) -> None:
    first = (await client.post("/identity/sessions", await google(address))).json()
    await session.execute(
        text("UPDATE core.accounts SET email = :email WHERE id = :id"),
        {"email": f"renamed.{address}", "id": first["account"]["id"]},
    )
    await session.commit()
    again = (await client.post("/identity/sessions", await google(address))).json()
    assert again["account"]["id"] == first["account"]["id"]


async def test_a_second_sign_in_makes_no_second_account(client: ApiClient, google: GoogleProof, address: str) -> None:
    ids = {(await client.post("/identity/sessions", await google(address))).json()["account"]["id"] for _ in range(2)}
    assert len(ids) == 1


async def test_whoever_registered_an_address_without_proof_loses_it_to_its_owner(
    client: ApiClient, google: GoogleProof, linked: SignIn, address: str
) -> None:
    """Pre-account takeover: Google's old word made the account, then the mail's reader arrives."""
    early = (await client.post("/identity/sessions", await google(address))).json()
    rightful = (await client.post("/identity/sessions", {"magic_token": await linked(address)})).json()
    assert rightful["account"]["id"] == early["account"]["id"]
    assert (await client.with_token(early["access_token"]).get("/identity/me")).status_code == 401
    back = await client.post("/identity/sessions", await google(address))
    assert back.json()["code"] == "identity.magic_link_needed"


async def test_a_gmail_login_stays_when_its_address_is_proven_by_mail_as_well(
    client: ApiClient, google: GoogleProof, linked: SignIn, gmail: str
) -> None:
    first = (await client.post("/identity/sessions", await google(gmail))).json()
    await client.post("/identity/sessions", {"magic_token": await linked(gmail)})
    assert (await client.with_token(first["access_token"]).get("/identity/me")).status_code == 200


async def test_a_code_works_once(client: ApiClient, google: GoogleProof, gmail: str) -> None:
    proof = await google(gmail)
    await client.post("/identity/sessions", proof)
    again = await client.post("/identity/sessions", proof)
    assert (again.status_code, again.json()["code"]) == (401, "identity.google_refused")


@pytest.mark.req("A-AUT-01")
async def test_a_code_without_its_verifier_is_worth_nothing(client: ApiClient, google: GoogleProof, gmail: str) -> None:
    answer = await client.post("/identity/sessions", {**await google(gmail), "code_verifier": "x" * 43})
    assert answer.json()["code"] == "identity.google_refused"


async def test_a_code_for_another_sign_in_is_refused_by_its_nonce(
    client: ApiClient, google: GoogleProof, gmail: str
) -> None:
    answer = await client.post("/identity/sessions", {**await google(gmail), "nonce": "another"})
    assert answer.json()["code"] == "identity.google_refused"


async def test_an_address_of_ours_that_is_not_registered_is_422(
    client: ApiClient, google: GoogleProof, gmail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = settings().google.model_copy(update={"redirect_uris": ("https://learn.example.com/other",)})
    monkeypatch.setattr(settings(), "google", known)
    answer = await client.post("/identity/sessions", await google(gmail))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/redirect_uri")


async def test_a_suspended_account_is_not_let_in_by_google(
    client: ApiClient, session: AsyncSession, google: GoogleProof, gmail: str
) -> None:
    session.add(factory.account(email=gmail, status="suspended", suspended_at=text("now()")))
    await session.commit()
    answer = await client.post("/identity/sessions", await google(gmail))
    assert answer.json()["code"] == "identity.account_suspended"


# Connecting


async def test_a_stranger_connects_nothing(client: ApiClient, google: GoogleProof, address: str) -> None:
    assert (await client.post("/identity/identities", await google(address))).status_code == 401


async def test_a_connected_google_account_opens_the_account(
    client: ApiClient, session: AsyncSession, google: GoogleProof, address: str
) -> None:
    session.add(ada := factory.account(email=address))
    await session.commit()
    connected = await (await client.as_(ada)).post("/identity/identities", await google(address))
    answer = await client.post("/identity/sessions", await google(address))
    assert (connected.status_code, answer.json()["account"]["id"]) == (201, str(ada.id))


async def test_a_google_account_of_somebody_else_is_refused(
    client: ApiClient, session: AsyncSession, google: GoogleProof, address: str
) -> None:
    await client.post("/identity/sessions", await google(address))
    session.add(eve := factory.account())
    await session.commit()
    answer = await (await client.as_(eve)).post("/identity/identities", await google(address))
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.identity_taken")


async def test_the_list_shows_own_logins_only(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.flush()
    session.add_all([own := factory.account_identity(ada.id), factory.account_identity(eve.id)])
    await session.commit()
    items = (await (await client.as_(ada)).get("/identity/identities")).json()["items"]
    assert [each["id"] for each in items] == [str(own.id)]


async def test_a_disconnected_google_account_opens_nothing_any_more(
    client: ApiClient, google: GoogleProof, address: str
) -> None:
    grant = (await client.post("/identity/sessions", await google(address))).json()
    me = client.with_token(grant["access_token"])
    connected = (await me.get("/identity/identities")).json()["items"][0]["id"]
    assert (await me.delete(f"/identity/identities/{connected}")).status_code == 204
    answer = await client.post("/identity/sessions", await google(address))
    assert answer.json()["code"] == "identity.magic_link_needed"


async def test_anothers_login_cannot_be_disconnected(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(), eve := factory.account()])
    await session.flush()
    session.add(hers := factory.account_identity(ada.id))
    await session.commit()
    answer = await (await client.as_(eve)).delete(f"/identity/identities/{hers.id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.identity_not_found")
    assert await session.scalar(select(AccountIdentity.id).where(AccountIdentity.id == hers.id)) is not None
