"""The contract and the page that shows it, without any other host."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.http.access import public
from app.core.http.docs import ASSETS, TYPES, router
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app

extra = Router(tags=["academy"])


@extra.get("/things", openapi_extra=public())
async def list_things() -> list[str]:
    """List things."""
    return []


app = edge_app(router, extra)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.req("D-06")
async def test_the_document_is_served_and_does_not_list_the_docs_themselves(http: httpx.AsyncClient) -> None:
    response = await http.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == app.openapi()
    assert set(response.json()["paths"]) == {"/things"}


async def test_an_unchanged_document_is_not_sent_again(http: httpx.AsyncClient) -> None:
    etag = (await http.get("/openapi.json")).headers["etag"]
    again = await http.get("/openapi.json", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_all_the_page_needs_comes_from_this_host(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    wanted = re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text)
    assert len(wanted) == 4
    for address in wanted:
        assert address.startswith("/")
        assert (await http.get(address)).status_code == 200


async def test_the_page_may_load_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    policy = (await http.get("/docs")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


async def test_the_page_works_below_a_root_path() -> None:
    async with client_of(app, root_path="/lyceum") as http:
        page = await http.get("/lyceum/docs")
    assert 'data-document="/lyceum/openapi.json"' in page.text


async def test_assets_may_be_kept_for_ever(http: httpx.AsyncClient) -> None:
    address = re.findall(r'href="([^"]+\.css)"', (await http.get("/docs")).text)[0]
    asset = await http.get(address)
    assert asset.headers["content-type"].startswith("text/css")
    assert "immutable" in asset.headers["cache-control"]


@pytest.mark.parametrize("name", ["LICENSE", "..%2Fdocs.py", "nothing.js"])
async def test_nothing_but_the_assets_is_served(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/docs/assets/5.35.0/{name}")).status_code == 404


def test_the_bundled_files_carry_their_licence() -> None:
    assert "Apache License" in (ASSETS / "LICENSE").read_text()
    assert all((ASSETS / name).stat().st_size > 100 for name in TYPES)
