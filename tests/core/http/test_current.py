"""A refused edit carries what a GET of the same address answers to the same caller."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from app.core.errors import Conflict, NotFound, Stale
from app.core.facts import facts_of
from app.core.http.etags import IfMatch, require_match, tag
from app.core.http.problems import refusals
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app

router: APIRouter = Router(tags=["health"])


class Thing(BaseModel):
    """Something that is edited."""

    version: int
    caller: str | None
    query: str


@router.get("/things/{name}", openapi_extra={"security": []})
async def get_thing(name: str, request: Request, response: Response, q: str = "") -> Thing:
    """Read it."""
    if name == "hidden":
        raise NotFound
    if name == "broken":
        raise RuntimeError("the reading fails")
    caller = facts_of(request.scope).headers.get(b"authorization")
    thing = Thing(version=7, caller=caller.decode() if caller else None, query=q)
    tag(response, request, thing)
    return thing


@router.patch("/things/{name}", responses=refusals(Stale), openapi_extra={"security": []})
async def update_thing(name: str, if_match: IfMatch = None) -> Thing:
    """Change it."""
    thing = Thing(version=7, caller=None, query=name)
    require_match(thing, if_match)
    return thing


@router.put("/settings", responses=refusals(Stale), openapi_extra={"security": []})
async def update_settings(if_match: Annotated[str | None, Header(alias="If-Match")] = None) -> None:
    """Change what nobody reads here."""
    raise Stale(if_match)


@router.delete("/things/{name}", status_code=204, openapi_extra={"security": []})
async def delete_thing(name: str) -> None:
    """Another refusal."""
    raise Conflict(name)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(edge_app(router)) as opened:
        yield opened


@pytest.mark.req("X-API-04")
async def test_a_late_edit_is_shown_what_its_caller_would_read(http: httpx.AsyncClient) -> None:
    headers = {"If-Match": '"6"', "If-None-Match": '"7"', "Authorization": "Bearer me"}
    answer = await http.patch("/things/one?q=asked", headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"], answer.headers["etag"]) == (412, "core.stale", '"7"')
    # Neither the conditions nor the query of the edit count for the reading of it.
    assert problem["current"] == {"version": 7, "caller": "Bearer me", "query": ""}
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["instance"] == "/things/one"


@pytest.mark.parametrize("path", ["/things/hidden", "/things/broken"])
async def test_what_cannot_be_read_is_not_shown(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.patch(path, headers={"If-Match": '"6"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")
    assert "current" not in answer.json()
    assert "etag" not in answer.headers


async def test_what_has_no_reading_is_refused_without_it(http: httpx.AsyncClient) -> None:
    answer = await http.put("/settings")
    assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")
    assert "current" not in answer.json()


async def test_other_refusals_show_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.delete("/things/one")
    assert answer.status_code == 409
    assert "current" not in answer.json()


@pytest.mark.req("D-06")
def test_the_document_says_what_comes_along() -> None:
    paths = edge_app(router).openapi()["paths"]
    stale = paths["/things/{name}"]["patch"]["responses"]["412"]
    problem, more = stale["content"]["application/problem+json"]["schema"]["allOf"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    assert more["properties"]["current"]["allOf"] == [{"$ref": "#/components/schemas/Thing"}]
    assert "ETag" in stale["headers"]
    assert "allOf" not in paths["/settings"]["put"]["responses"]["412"]["content"]["application/problem+json"]["schema"]
