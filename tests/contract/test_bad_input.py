"""Bad input: whatever is wrong with a request, the answer is a refusal that says what, and nothing is written.

The cases are made from the document, so a new operation is tried without anybody thinking of it. Each is sent by
somebody who may do it, with everything else right: what is refused is the flaw.
"""

import re
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID
from zlib import crc32

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from httpx import Response
from jose import jwt
from sqlalchemy import text

from app.core.database import tickets
from app.core.ids import new_id
from app.identity import tokens
from tests.contract.operations import Operation, frozen, named
from tests.contract.spoiled import spoil
from tests.contract.stage import Call, Stage
from tests.contract.test_access import TABLE
from tests.contract.world import ANONYMOUS, ROLES
from tests.studio.estates import bind

TEN_MEGABYTES = b'{"a": "' + b"a" * 10_000_000 + b'"}'
DEEP = b"[" * 1_000 + b"]" * 1_000
DEEP_OBJECT = b'{"a":' * 1_000 + b"1" + b"}" * 1_000

# Words of our insides, which no answer may contain.
INSIDE = re.compile(r"traceback|sqlalchemy|asyncpg|pydantic|/app/|\.py\b|psycopg|SELECT |INSERT ", re.IGNORECASE)


def role_for(op: Operation) -> str:
    """Somebody who may: the first who is answered with success in the table of access."""
    fitting = [role for role, cell in zip(ROLES, TABLE[op.id], strict=True) if cell.startswith("2")]
    return "learner" if "learner" in fitting and op.needs_bearer else next(iter(fitting), "learner")


def flaw_in(answer: Response, *statuses: int) -> str | None:
    """What is wrong with a refusal: None when it is as it should be."""
    if answer.status_code not in statuses:
        return f"answers {answer.status_code}: {answer.text[:200]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"is {answer.headers['content-type']}"
    problem = answer.json()
    if not re.fullmatch(r"[a-z]+\.[a-z_]+", problem["code"]):
        return f"has the code {problem['code']!r}"
    if problem["request_id"] != answer.headers["x-request-id"] or problem["status"] != answer.status_code:
        return "does not belong to the request"
    if INSIDE.search(answer.text):
        return f"tells about our insides: {answer.text[:200]}"
    return None


@pytest_asyncio.fixture(scope="module")
async def before(stage: Stage) -> list[Any]:
    """What was there before the first request of this file; no bad one ever changes it."""
    return await all_rows(stage)


async def all_rows(stage: Stage) -> list[Any]:
    """How many rows each table has, and a sum over what is in them: those of the studio as the house sees them."""
    await bind(stage.connection, tickets.for_system())
    return (await stage.connection.execute(text(await _counting(stage)))).all()  # type: ignore[return-value]  # rows compare like tuples


async def _counting(stage: Stage) -> str:
    named = text(
        "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class"
        " WHERE relnamespace::regnamespace::text IN ('core', 'academy', 'community', 'tracker', 'studio', 'crm')"
        " AND relkind IN ('r', 'p') AND NOT relispartition AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
    )
    tables = (await stage.connection.scalars(named)).all()
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM {table} t"  # noqa: S608  (names from the catalogue)
        for table in tables
    )
    return f"{counts} ORDER BY 1"  # a large union is read by several workers, in whatever order they finish


Case = TypeVar("Case")


def shared_out(name: str, cases: Iterable[Case]) -> list[Case]:
    """Some of the cases that one layer decides for all operations: a fourth of them here, each somewhere.

    Every tenth operation gets all. Which ones follows from the name, so it is the same every time.
    """
    turn = crc32(name.encode())
    return [case for number, case in enumerate(cases) if turn % 10 == 0 or (number + turn) % 4 == 0]


# Bodies ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("X-API-01")
@pytest.mark.parametrize("name", named(lambda op: op.body, lambda op: not op.is_signed))
async def test_a_body_with_one_flaw_is_refused_where_the_flaw_is(stage: Stage, before: list[Any], name: str) -> None:
    op = frozen()[name]
    role, wrong = role_for(op), []
    for spoiled in spoil(op, stage.world.body(op)):
        answer = await stage.perform(op, role, Call(content=spoiled.content))
        flaw = flaw_in(answer, 422)
        pointers = [error["pointer"] for error in answer.json()["errors"]] if flaw is None else []
        if flaw is None and not any(found.startswith(spoiled.pointer) for found in pointers):
            flaw = f"points at {pointers}"
        if flaw is not None:
            wrong.append(f"{spoiled.flaw}: {flaw}")
    assert wrong == []
    assert await all_rows(stage) == before


def whole_bodies() -> Iterator[tuple[str, bytes, dict[str, str], int]]:
    """Bodies that are wrong as a whole: what, the bytes, other headers, the status."""
    yield "empty", b"", {}, 422
    yield "null", b"null", {}, 422
    yield "a list", b"[]", {}, 422
    yield "a number", b"7", {}, 422
    yield "text", b'"a"', {}, 422
    yield "NaN", b"NaN", {}, 422
    yield "cut off", b'{"a": ', {}, 422
    yield "two documents", b"{}{}", {}, 422
    yield "with a byte order mark", b"\xef\xbb\xbf{}", {}, 422
    yield "in UTF-16", '{"a": 1}'.encode("utf-16"), {}, 422
    yield "not UTF-8", b'{"a": "\xff\xfe"}', {}, 422
    yield "half a character in a key", rb'{"\ud800": 1}', {}, 422
    yield "NUL in a key", rb'{"\u0000": 1}', {}, 422
    yield "a thousand levels deep", DEEP, {}, 422
    yield "a thousand objects deep", DEEP_OBJECT, {}, 422
    yield "ten megabytes", TEN_MEGABYTES, {}, 413
    yield "plain text", b"{}", {"Content-Type": "text/plain"}, 415
    yield "a form", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415
    yield "of no type", b"{}", {"Content-Type": ""}, 415
    yield "compressed", b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}, 415


@pytest.mark.parametrize("name", named(lambda op: op.body))
async def test_a_body_that_is_wrong_as_a_whole_is_refused(stage: Stage, before: list[Any], name: str) -> None:
    op = frozen()[name]
    role, wrong = role_for(op), []
    for what, content, headers, status in shared_out(name, whole_bodies()):
        answer = await stage.perform(op, role, Call(content=content, headers=headers))
        # A sender's signature is looked at first: over these bytes it is good, and then they are no event.
        expected = (400, status) if op.is_signed else (status,)
        if flaw := flaw_in(answer, *expected):
            wrong.append(f"{what}: {flaw}")
    assert wrong == []
    assert await all_rows(stage) == before


# Credentials ───────────────────────────────────────────────────────────────────────────────────────────────────────


def claims_of(account: UUID, login: UUID, **more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "iat": now,
        "exp": now + 600,
        "sub": str(account),
        "sid": str(login),
        "jti": secrets.token_hex(16),
        **more,
    }


def bad_tokens(account: UUID, live: UUID, revoked: UUID) -> Iterator[tuple[str, str]]:
    """Tokens that no operation may accept, each for its reason."""
    good = tokens.issue(account, live)
    header, payload, signature = good.split(".")
    ours = next(iter(tokens.signing_keys().values()))
    named = {"typ": tokens.TYPE, "kid": ours.kid}
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    yield "expired", tokens.issue(account, live, lifetime=-60)
    yield "signed with another key", jwt.encode(claims_of(account, live), key.decode(), "ES256", headers=named)
    yield "signed with a password", jwt.encode(claims_of(account, live), ours.published["x"], "HS256", headers=named)
    unsigned = jwt.encode(claims_of(account, live), "", "HS256", headers=named).split(".")[1]
    yield "unsigned", f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{unsigned}."
    yield "with its signature cut off", f"{header}.{payload}."
    yield "with another payload", f"{header}.{unsigned}.{signature}"
    yield "of a login that was ended", tokens.issue(account, revoked)
    yield "of a login that never was", tokens.issue(account, new_id())
    yield "of another's login", tokens.issue(new_id(), live)
    yield "garbage", "garbage"
    yield "dots", "..."
    yield "NUL", "a%00b"
    yield "far too long", "a" * 100_000


@pytest.mark.req("X-SEC-02")
@pytest.mark.parametrize("name", named(lambda op: op.takes_bearer))
async def test_a_bad_token_is_refused_everywhere_and_never_taken_for_none(
    stage: Stage, before: list[Any], name: str
) -> None:
    op = frozen()[name]
    account = stage.world.people[role_for(op) if role_for(op) != ANONYMOUS else "learner"].id
    live, revoked = stage.world.ids["live_login_id"], stage.world.ids["revoked_login_id"]
    wrong = []
    for what, token in shared_out(name, bad_tokens(account, live, revoked)):
        answer = await stage.perform(op, ANONYMOUS, Call(bearer=token))
        if flaw := flaw_in(answer, 401) or (None if "www-authenticate" in answer.headers else "does not say how"):
            wrong.append(f"{what}: {flaw}")
    for header in shared_out(name, ("Basic YTpi", "Bearer", "Bearer ", "Digest x", "\xff")):
        answer = await stage.perform(op, ANONYMOUS, Call(headers={"Authorization": header}))
        if flaw := flaw_in(answer, 401):
            wrong.append(f"{header!r}: {flaw}")
    assert wrong == []
    assert await all_rows(stage) == before


# Addresses, queries and headers ────────────────────────────────────────────────────────────────────────────────────

BAD_IDS = ("1", "not-an-id", "%F0%9F%A6%86", "%ff", "%00", "'; DROP TABLE core.accounts; --", "a" * 5_000, "null", "{}")


@pytest.mark.parametrize("name", named(lambda op: op.parameters_in("path")))
async def test_an_id_that_is_none_is_refused(stage: Stage, name: str) -> None:
    op = frozen()[name]
    wrong = []
    for parameter in op.parameters_in("path"):
        for bad in BAD_IDS:
            answer = await stage.perform(op, role_for(op), Call(ids={parameter["name"]: bad}))
            if flaw := flaw_in(answer, 400, 404, 422):
                wrong.append(f"{parameter['name']}={bad[:20]}: {flaw}")
    assert wrong == []


BAD_VALUES = {
    "limit": (b"0", b"-1", b"201", b"1.5", b"ten", b"", b"1000000000000000000000000000000", b"%00", b"NaN"),
    "cursor": (b"garbage", b"AAAA", b"%E2%98%83", b"%ff", b"%00", b"a" * 1_001, b"eyJhIjoxfQ"),
    "sort": (b"nonsense", b"", b"-", b"id;", b"%00"),
}


@pytest.mark.req("X-API-02")
@pytest.mark.parametrize("name", named(lambda op: op.is_list))
async def test_a_list_refuses_what_it_does_not_know(stage: Stage, name: str) -> None:
    op = frozen()[name]
    wrong = []
    cases = [(b"unheard_of", b"1")]
    for parameter in op.parameters_in("query"):
        known = parameter["name"]
        values: tuple[bytes, ...] = BAD_VALUES.get(known, ())
        if not values:
            free = any(
                choice.get("type") == "string" and "enum" not in choice and "format" not in choice
                for choice in op.branches(parameter["schema"])
            )
            values = (b"%00", b"%00a") if free else (b"%00", b"nonsense", b"%E2%98%83", b"1e999")
        cases += [(known.encode(), value) for value in values]
    for key, value in cases:
        answer = await stage.perform(op, role_for(op), Call(query=key + b"=" + value))
        if flaw := flaw_in(answer, 400, 422):
            wrong.append(f"{key.decode()}={value[:20].decode()}: {flaw}")
    assert wrong == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"', "a%b_c\\", "\u2603", "\U0001f986", "..", "{}", "$1", ":q"])
async def test_a_search_takes_any_words_for_words(stage: Stage, words: str) -> None:
    for name in named(lambda op: any(parameter["name"] == "q" for parameter in op.parameters)):
        op = frozen()[name]
        answer = await stage.perform(op, role_for(op), Call(query=f"q={quote(words)}".encode()))
        assert (answer.status_code, answer.json()["items"]) == (200, [])


BAD_HEADERS = [
    ({"Idempotency-Key": ""}, 400),
    ({"Idempotency-Key": "a" * 256}, 400),
    ({"Idempotency-Key": "two words"}, 400),
    ({"Idempotency-Key": "\xe9"}, 400),
    ({"If-Match": "a" * 201}, 422),
    ({"If-None-Match": "a" * 201}, 422),
    ({"Time-Format": "stardate"}, 400),
    ({"Time-Format": "a" * 100_000}, 400),
]


@pytest.mark.parametrize("name", named())
async def test_a_header_that_makes_no_sense_is_refused_where_it_means_something(
    stage: Stage, before: list[Any], name: str
) -> None:
    op = frozen()[name]
    taken = {parameter["name"] for parameter in op.parameters_in("header")} | {"Time-Format"}
    wrong = []
    for headers, status in BAD_HEADERS:
        if not set(headers) <= taken:
            continue
        answer = await stage.perform(op, role_for(op), Call(headers=headers))
        if flaw := flaw_in(answer, status):
            wrong.append(f"{str(headers)[:40]}: {flaw}")
    assert wrong == []
    assert await all_rows(stage) == before


@pytest.mark.parametrize("junk", ["\xff\xfe", "a" * 100_000, "{}", "a b", "<script>"])
async def test_a_strange_request_id_is_replaced(stage: Stage, junk: str) -> None:
    op = frozen()["academy_list_courses"]
    answer = await stage.perform(op, ANONYMOUS, Call(headers={"X-Request-Id": junk}))
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nowhere",
        "/api/v1/academy/courses/",
        "//api/v1/academy/courses",
        "/api/v1/%2e%2e/x",
        "/api/v1/%ff",
        "/%00",
    ],
)
async def test_an_address_that_leads_nowhere_is_a_problem_document_too(stage: Stage, path: str) -> None:
    answer = await stage.http.get(path)
    assert flaw_in(answer, 400, 404) is None


@pytest.mark.parametrize("method", ["PUT", "TRACE", "CONNECT", "NONSENSE"])
async def test_a_method_that_an_address_does_not_take_is_405(stage: Stage, method: str) -> None:
    answer = await stage.http.request(method, "/api/v1/academy/courses")
    assert flaw_in(answer, 405) is None
    assert answer.headers["allow"] == "GET, POST"
