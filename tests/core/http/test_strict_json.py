"""Strict JSON: whatever a client invents is a 422 with a pointer and a code, never a 500."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from app.core.errors import Invalid
from app.core.http.routing import Router
from app.core.http.strict_json import DEEPEST, parse
from tests.core.http.edge import client_of, edge_app

router = Router()


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    size: float = 0
    tags: list[str] = []


@router.post("/things")
async def create_thing(body: Thing) -> Thing:
    return body


app = edge_app(router)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


REFUSED: list[tuple[bytes, str, str]] = [
    (b"NaN", "", "number_not_finite"),
    (b'{"size":NaN}', "/size", "number_not_finite"),
    (b'{"size":-Infinity}', "/size", "number_not_finite"),
    (b'{"size":1e999}', "/size", "number_not_finite"),
    (b'{"a":[1,{"b":-1E+0400}]}', "/a/1/b", "number_not_finite"),
    (b'{"size":' + b"9" * 400 + b".0}", "/size", "number_not_finite"),
    (b'{"name":"\\u0000"}', "/name", "string_nul"),
    (b'{"tags":["a","b\\u0000"]}', "/tags/1", "string_nul"),
    (b'{"a\\u0000":1}', "", "string_nul"),
    (b'{"a~/b":{"\\u0000":1}}', "/a~0~1b", "string_nul"),
    (b'{"name":"\\ud800"}', "/name", "string_lone_surrogate"),
    (b'{"\\udfff":1}', "", "string_lone_surrogate"),
    (b'{"name":"\xed\xa0\x80"}', "", "json_invalid"),
    (b'{"name":"\x00"}', "", "json_invalid"),
    (nested(DEEPEST + 1), "", "json_too_deep"),
    (nested(1_000), "", "json_too_deep"),
    (nested(400_000), "", "json_too_deep"),
    (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "", "json_too_deep"),
    (b"[" * 100_000, "", "json_too_deep"),
    (b"\xff\xfe", "", "json_invalid"),
    (b"\xef\xbb\xbf{}", "", "json_invalid"),
    (b"{} {}", "", "json_invalid"),
    (b"{'a':1}", "", "json_invalid"),
    (b'{"a":1,}', "", "json_invalid"),
    (b" ", "", "json_invalid"),
    (b"1" * 5_000, "", "json_invalid"),
    (b"hello", "", "json_invalid"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), REFUSED, ids=lambda value: repr(value)[:30])
async def test_unusable_json_is_a_422_with_pointer_and_code(body: bytes, pointer: str, code: str) -> None:
    async with client_of(app) as http:
        response = await http.post("/things", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    found = response.json()
    assert found["code"] == "core.invalid"
    assert [(error["pointer"], error["code"]) for error in found["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"true"])
async def test_json_of_the_wrong_shape_is_a_422_at_the_root(body: bytes) -> None:
    async with client_of(app) as http:
        response = await http.post("/things", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert {error["pointer"] for error in response.json()["errors"]} == {""}


def test_nesting_up_to_the_limit_passes() -> None:
    value: Any = parse(nested(DEEPEST))
    for _ in range(DEEPEST - 1):
        [value] = value
    assert value == []


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert parse(b'{"a":"\\\\u0000"}') == {"a": "\\u0000"}


def test_large_but_finite_numbers_pass() -> None:
    assert parse(b"[1e308, 1e-999, -1.5e+300]") == [1e308, 0.0, -1.5e300]


def test_many_shallow_brackets_pass() -> None:
    assert len(parse(b"[" + b"[],{}," * 500 + b"1]")) == 1001


usable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=1)), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(usable)
def test_what_is_usable_comes_through_unchanged(value: object) -> None:
    assert parse(to_json(value)) == value


@given(st.binary(max_size=200))
def test_no_bytes_at_all_cause_anything_but_a_refusal(body: bytes) -> None:
    with contextlib.suppress(Invalid):
        parse(body)
