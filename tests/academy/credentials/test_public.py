"""The public side: what anybody may see of a credential, in which form, and what nobody ever sees."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import Response
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.certificates import service as certificates
from app.academy.credentials import queries, rules, service
from app.academy.credentials.rules import CredentialKind
from app.academy.models import Certificate, SigningKey
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.sealing import Unopenable, seal, unseal
from app.identity.models import Account
from app.openbadges.baking import unbake_png
from app.openbadges.verification import State, read, verify
from tests.academy.conftest import enter
from tests.academy.credentials.conftest import at_root, certificate_of, completed_path, earned, new_skill
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()
LD = {"Accept": "application/ld+json"}
ADDRESS = re.compile(r"[\w.+-]+(@|%40|&#64;)[\w-]+\.\w+")
CONTACT = "credentials@aienablement.academy"


@dataclass
class Issued:
    """One credential of each kind, of one holder who agreed to be named."""

    holder: Account
    certificate: str
    path_certificate: str
    badge: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.certificate, self.path_certificate, self.badge))


@pytest_asyncio.fixture
async def issued(client: ApiClient, session: AsyncSession, learner: Account, admin: Account) -> Issued:
    """One of each."""
    mine, boss = await client.as_(learner), await client.as_(admin)
    enrollment = await earned(session, learner, title="Applied AI", slug="applied-ai")
    path = await certificates.issue_path_certificate(session, HOUSE, await completed_path(session, learner))
    skill = await new_skill(session, name="Prompting")
    await session.commit()
    made = await certificate_of(mine, enrollment, is_name_public=True)
    ordered = {"account_id": str(learner.id), "skill_id": str(skill.id), "level": "practitioner"}
    badge = (await boss.post("/academy/badges", ordered)).json()
    found = Issued(learner, made["id"], str(path.id), badge["id"])
    for each in found:
        assert (await mine.put(f"/academy/credentials/{each}/holder-name")).json()["holder_name"] == learner.name
    return found


async def documents(client: ApiClient, credential: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a verifier fetches: the DID document and the status list that the credential names."""
    did = (await client.get("root:/.well-known/did.json")).json()
    url = credential["credentialStatus"]["statusListCredential"]
    listed = (await client.get(at_root(url))).json()
    return {did["id"]: did}, {url: listed}


async def verdict(client: ApiClient, content: bytes) -> State:
    found = read(content)
    dids, lists = await documents(client, dict(found.credential))
    return verify(found, dids, lists, utc_now()).state


# Every form verifies, and after revocation none does


@pytest.mark.req("A-CRT-03", "A-BDG-06", "A-LPC-01")
async def test_every_form_of_every_kind_verifies(client: ApiClient, issued: Issued) -> None:
    for each in issued:
        forms = ["", "/jwt", "/png", "/svg"]
        answers = [await client.get(f"/academy/credentials/{each}{form}") for form in forms]
        assert [answer.headers["content-type"].partition(";")[0] for answer in answers] == [
            "application/ld+json",
            "application/vc+jwt",
            "image/png",
            "image/svg+xml",
        ]
        assert [await verdict(client, answer.content) for answer in answers] == [State.valid] * 4


@pytest.mark.req("A-CRT-07", "A-CRT-06")
async def test_after_revocation_the_bit_is_set_and_every_form_says_revoked(
    client: ApiClient, issued: Issued, admin: Account
) -> None:
    boss = await client.as_(admin)
    for each in issued:
        credential = (await client.get(f"/academy/credentials/{each}")).json()
        answer = await boss.post(f"/academy/credentials/{each}/revocation", {"reason": "Issued by mistake"})
        assert (answer.status_code, answer.json()["status"]) == (201, "revoked")
        for form in ("", "/jwt", "/png", "/svg"):
            content = (await client.get(f"/academy/credentials/{each}{form}")).content
            assert await verdict(client, content) is State.revoked
        assert (await client.get(f"/academy/credentials/{each}")).json() == credential
        assertion = (await client.get(f"root:/open-badges/assertions/{each}")).json()
        assert (assertion["revoked"], assertion["revocationReason"]) == (True, "Issued by mistake")
        page = await client.get(at_root(credential["id"]))
        assert "Revoked" in page.text
        assert "Issued by mistake" in page.text


async def test_revoking_one_leaves_the_others(client: ApiClient, issued: Issued, admin: Account) -> None:
    await (await client.as_(admin)).post(f"/academy/credentials/{issued.badge}/revocation", {"reason": "Mistaken"})
    states = [(await client.get(f"/academy/credentials/{each}/verification")).json()["status"] for each in issued]
    assert states == ["valid", "valid", "revoked"]


@pytest.mark.req("A-CRT-06")
async def test_anybody_sees_whether_it_holds_what_for_whose_and_since_when(client: ApiClient, issued: Issued) -> None:
    told = (await client.get(f"/academy/credentials/{issued.certificate}/verification")).json()
    assert (told["status"], told["title"], told["holder_name"]) == ("valid", "Applied AI", issued.holder.name)
    assert told["achievement_name"] == "Applied AI Completion"
    assert datetime.fromisoformat(told["issued_at"]).date() == datetime.now(UTC).date()


@pytest.mark.req("A-CRT-06")
async def test_a_holder_is_named_only_while_they_agree(
    client: ApiClient, issued: Issued, admin: Account, worker: WorkerOnDemand
) -> None:
    mine, path = await client.as_(issued.holder), f"/academy/credentials/{issued.certificate}"
    assert (await client.put(f"{path}/holder-name")).status_code == 401
    assert (await (await client.as_(admin)).put(f"{path}/holder-name")).status_code == 403
    assert (await mine.delete(f"{path}/holder-name")).status_code == 204
    assert (await client.get(f"{path}/verification")).json()["holder_name"] is None
    assert issued.holder.name not in (await client.get(f"root:/verify/{issued.certificate}")).text
    heard = [each.payload["is_shown"] for each in await worker.announced("academy.credential_name_changed")]
    assert heard.count(False) == 1


PUBLIC = [
    "/academy/credentials/{}",
    "/academy/credentials/{}/verification",
    "/academy/credentials/{}/jwt",
    "/academy/credentials/{}/png",
    "/academy/credentials/{}/svg",
    "root:/verify/{}",
    "root:/badges/{}",
    "root:/open-badges/assertions/{}",
    "root:/open-badges/issuer",
    "root:/.well-known/did.json",
    "root:/open-badges/status/certificate/0",
    "root:/open-badges/status/path_certificate/0",
    "root:/open-badges/status/skill_badge/0",
    "root:/badges/applied-ai.png",
]


@pytest.mark.req("A-CRT-06")
@pytest.mark.parametrize("is_revoked", [False, True])
async def test_no_address_of_anybody_is_in_anything_public(
    client: ApiClient, issued: Issued, admin: Account, *, is_revoked: bool
) -> None:
    """The one address there may be is the issuer's own, which Open Badges 2.0 ask for."""
    boss = await client.as_(admin)
    for each in issued if is_revoked else ():
        await boss.post(f"/academy/credentials/{each}/revocation", {"reason": "Mistaken"})
    for path, accept in product(PUBLIC, ("*/*", "application/ld+json", "text/html")):
        for each in issued if "{}" in path else ("",):
            answer = await client.get(path.format(each), headers={"Accept": accept})
            assert answer.status_code == 200, f"{path}: {answer.text}"
            for words in everything_in(answer):
                assert issued.holder.email.lower() not in words.lower(), path
                found = {match.group() for match in ADDRESS.finditer(words)}
                assert found <= ({CONTACT} if path.endswith("issuer") else set()), path


def everything_in(answer: Response) -> Iterator[str]:
    """The text of an answer; of a picture what is baked into it, of a token what it says."""
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type == "image/png":
        assert b"openbadgecredential" in answer.content or b"iTXt" not in answer.content
        if b"openbadgecredential" in answer.content:
            yield unbake_png(answer.content)
        return
    yield answer.text
    if media_type == "application/vc+jwt":
        yield json.dumps(dict(read(answer.content).credential))


@pytest.mark.req("A-CRT-06", "A-CRT-03")
async def test_only_who_knows_the_address_can_tell_whose_it_is(client: ApiClient, issued: Issued) -> None:
    salts = set()
    for each in issued:
        subject = (await client.get(f"/academy/credentials/{each}")).json()["credentialSubject"]
        [identity] = subject["identifier"]
        assert identity == rules.identity_of(issued.holder.email.upper(), identity["salt"]).model_dump(
            mode="json", by_alias=True
        )
        assert subject["id"].startswith("urn:uuid:")
        salts |= {identity["salt"], subject["id"]}
    assert len(salts) == 6


# Open Badges 2.0, pages, pictures


@pytest.mark.req("A-CRT-03")
async def test_older_importers_find_assertion_badge_and_issuer_by_their_addresses(
    client: ApiClient, issued: Issued
) -> None:
    for each in issued:
        url = f"root:/open-badges/assertions/{each}"
        assertion = (await client.get(url)).json()
        assert at_root(assertion["id"]) == url
        assert assertion["verification"] == {"type": "HostedBadge"}
        assert assertion["recipient"]["hashed"] is True
        hashed = rules.identity_of(issued.holder.email, assertion["recipient"]["salt"]).identity_hash
        assert assertion["recipient"]["identity"] == hashed
        badge = (await client.get(at_root(assertion["badge"]))).json()
        assert (badge["id"], badge["type"]) == (assertion["badge"], "BadgeClass")
        issuer = (await client.get(at_root(badge["issuer"]))).json()
        assert (issuer["id"], issuer["email"]) == (badge["issuer"], CONTACT)
        for picture in (badge["image"], assertion["image"]):
            drawn = await client.get(at_root(picture))
            assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")


@pytest.mark.req("A-CRT-06")
async def test_the_page_needs_no_script_and_loads_nothing_from_elsewhere(client: ApiClient, issued: Issued) -> None:
    for each, path in zip(issued, ("verify", "verify", "badges"), strict=True):
        page = await client.get(f"root:/{path}/{each}", headers={"Accept": "text/html,application/xhtml+xml,*/*"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "Valid" in page.text
        assert not re.search(r'(src|href)="(?!http://127\.0\.0\.1:8000)', page.text)


@pytest.mark.req("A-CRT-06")
async def test_a_name_on_the_page_stays_a_name(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    mine = await client.as_(learner)
    made = await certificate_of(mine, await earned(session, learner))
    await session.execute(
        text("UPDATE academy.certificates SET holder_name = :name"), {"name": "<script>alert(1)</script>"}
    )
    await session.commit()
    page = (await client.get(f"root:/verify/{made['id']}")).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html", "text/html"),
        ("text/html, application/json;q=0.9", "text/html"),
        ("application/json", "application/ld+json"),
        ("application/ld+json;profile=x, */*", "application/ld+json"),
        ("application/vc", "application/ld+json"),
    ],
)
async def test_the_address_of_a_credential_answers_people_and_programs(
    client: ApiClient, session: AsyncSession, learner: Account, *, accept: str, media_type: str
) -> None:
    made = await certificate_of(await client.as_(learner), await earned(session, learner))
    answer = await client.get(f"root:/verify/{made['id']}", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"].split(", ")
    if media_type != "text/html":
        assert answer.json()["id"] == made["verification_url"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("root:/verify/{unknown}", 404),
        ("root:/verify/nothing", 422),
        ("root:/badges/{unknown}", 404),
        ("root:/badges/nothing", 404),
        ("root:/badges/no-such-course.png", 404),
        ("root:/badges/path.no-such-path.png", 404),
        ("root:/badges/skill.nothing.expert.png", 404),
        ("root:/badges/skill.{unknown}.expert.png", 404),
        ("root:/open-badges/status/certificate/1", 404),
        ("root:/open-badges/status/certificate/-1", 422),
        ("root:/open-badges/status/certificate/99999999999999", 422),
        ("root:/open-badges/status/nothing/0", 422),
        ("root:/open-badges/assertions/{unknown}", 404),
        ("root:/open-badges/achievements/cohorts/{unknown}", 404),
        ("root:/open-badges/achievements/paths/nothing", 404),
        ("root:/open-badges/achievements/skills/{unknown}.expert", 404),
        ("root:/open-badges/achievements/nothing/{unknown}", 422),
        ("/academy/credentials/{unknown}", 404),
        ("/academy/credentials/{unknown}/verification", 404),
        ("/academy/credentials/{unknown}/jwt", 404),
        ("/academy/credentials/{unknown}/png", 404),
        ("/academy/credentials/{unknown}/svg", 404),
    ],
)
async def test_what_is_not_there_is_said_to_be(client: ApiClient, path: str, status: int) -> None:
    answer = await client.get(path.format(unknown=new_id()))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.req("A-BDG-06")
async def test_views_say_where_everything_is(client: ApiClient, issued: Issued) -> None:
    mine = await client.as_(issued.holder)
    paths = ("certificates", "path-certificates", "badges")
    for each, path in zip(issued, paths, strict=True):
        links = (await mine.get(f"/academy/{path}/{each}")).json()["links"]
        assert links["linkedin_share_url"].endswith(each)
        for name, url in links.items():
            if name != "linkedin_share_url":
                assert (await client.get(at_root(url))).status_code == 200, name


async def test_pictures_by_name_show_courses_paths_and_skills(client: ApiClient, issued: Issued, tmp_path: Any) -> None:
    for each in issued:
        credential = (await client.get(f"/academy/credentials/{each}")).json()
        url = credential["credentialSubject"]["achievement"]["image"]["id"]
        file = tmp_path / "badge.png"
        file.write_bytes((await client.get(at_root(url))).content)
        with Image.open(file) as picture:
            assert picture.size == (600, 600)


# Keys


async def keys_of(session: AsyncSession) -> list[SigningKey]:
    return list(await queries.list_keys(session))


@pytest.mark.req("A-CRT-03")
async def test_after_a_rotation_the_old_ones_verify_and_new_ones_are_signed_anew(
    client: ApiClient, session: AsyncSession, issued: Issued, worker: WorkerOnDemand
) -> None:
    old = (await client.get(f"/academy/credentials/{issued.certificate}")).content
    await service.rotate_key(session, HOUSE)
    await session.commit()
    mine = await client.as_(issued.holder)
    fresh = await certificate_of(mine, await earned(session, issued.holder))
    new = (await client.get(f"/academy/credentials/{fresh['id']}")).content
    methods = [json.loads(each)["proof"]["verificationMethod"] for each in (old, new)]
    assert methods[0] != methods[1]
    assert [await verdict(client, each) for each in (old, new)] == [State.valid, State.valid]
    assert len(await worker.announced("academy.signing_key_rotated")) == 1
    active, retired = sorted(await keys_of(session), key=lambda each: each.retired_at is not None)
    assert (active.retired_at, retired.private_key) == (None, None)
    assert retired.retired_at is not None


@pytest.mark.parallel
async def test_rotated_twenty_times_at_once_one_key_signs(parallel: async_sessionmaker[AsyncSession]) -> None:
    async def one() -> None:
        async with parallel.begin() as session:
            await service.rotate_key(session, HOUSE)

    await asyncio.gather(*(one() for _ in range(20)))
    async with parallel() as session:
        keys = await keys_of(session)
    assert len(keys) == 20
    assert len([each for each in keys if each.retired_at is None]) == 1
    assert len([each for each in keys if each.private_key is not None]) == 1


async def test_a_private_key_lies_encrypted_and_opens_in_its_own_row_alone(session: AsyncSession) -> None:
    made = await service.rotate_key(session, HOUSE)
    assert made.private_key is not None
    opened = unseal("credential-signing-key", made.private_key, belongs_to=made.public_key)
    assert len(opened) == 32
    assert opened not in made.private_key
    with pytest.raises(Unopenable):
        unseal("credential-signing-key", made.private_key, belongs_to="another")
    with pytest.raises(Unopenable):
        unseal("another purpose", made.private_key, belongs_to=made.public_key)
    sealed = seal("credential-signing-key", opened, belongs_to=made.public_key)
    assert sealed != made.private_key
    with pytest.raises(Unopenable):
        unseal("credential-signing-key", sealed[:-1] + bytes([sealed[-1] ^ 1]), belongs_to=made.public_key)


# Bits


@pytest.mark.req("A-CRT-07")
async def test_a_full_list_is_followed_by_the_next(
    session: AsyncSession, learner: Account, monkeypatch: pytest.MonkeyPatch, client: ApiClient
) -> None:
    monkeypatch.setattr(rules, "LIST_LENGTH", 1)
    monkeypatch.setattr(queries, "LIST_LENGTH", 1)
    mine = await client.as_(learner)
    for number in range(3):
        made = await certificate_of(mine, await earned(session, learner))
        row = await session.get(Certificate, UUID(made["id"]))
        assert row is not None
        assert row.status_position == number
        told = row.badge_data.credential_status
        assert told is not None
        assert (told.status_list_credential, told.status_list_index) == (
            f"http://127.0.0.1:8000/open-badges/status/certificate/{number}",
            "0",
        )


async def test_two_transactions_never_hold_the_same_bit(
    parallel: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LIST_LENGTH", 4)
    monkeypatch.setattr(queries, "LIST_LENGTH", 4)
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(parallel.begin()) for _ in range(4)]
        bits = [await service._take_position(each, CredentialKind.skill_badge) for each in sessions]
    assert len(set(bits)) == 4


async def test_somebody_else_sees_no_credential_as_its_holder_does(
    client: ApiClient, session: AsyncSession, issued: Issued
) -> None:
    stranger = await client.as_(await enter(session))
    for each, path in zip(issued, ("certificates", "path-certificates", "badges"), strict=True):
        assert (await stranger.get(f"/academy/{path}/{each}")).status_code == 404
