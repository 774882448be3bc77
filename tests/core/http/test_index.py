"""The route index chooses what the framework would have chosen, only faster."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request

from app.core.http.index import install_index
from app.core.http.observe import route_template
from app.core.http.openapi import LyceumAPI
from app.core.http.routing import Router
from tests.core.http.edge import client_of


async def told(request: Request) -> dict[str, Any]:
    path = route_template(request.scope)
    return {"route": path, "parameters": request.path_params, "method": request.method}


PATHS = [
    ("GET", "/courses"),
    ("POST", "/courses"),
    ("GET", "/courses/new"),
    ("GET", "/courses/{course_id}"),
    ("PATCH", "/courses/{course_id}"),
    ("DELETE", "/courses/{course_id}"),
    ("GET", "/courses/{course_id}/cohorts"),
    ("GET", "/courses/{number:int}/pages/{page}"),
    ("GET", "/courses/{course_id}/pages/first"),
    ("GET", "/files/{path:path}"),
    ("GET", "/files/{path:path}/meta"),
    ("PUT", "/files/special"),
    ("GET", "/v{version}/about"),
    ("GET", "/"),
]


def build(*, indexed: bool) -> FastAPI:
    app = LyceumAPI(redirect_slashes=False, openapi_url=None)
    api = Router(prefix="/api")
    feature = Router()
    for method, path in PATHS:
        feature.add_api_route(path, told, methods=[method])
    api.include_router(feature, prefix="/x")
    api.include_router(feature, prefix="/tenants/{tenant}")
    app.include_router(api)
    if indexed:
        install_index(app)
    return app


ASKED = [
    "/courses",
    "/courses/",
    "/courses/new",
    "/courses/7",
    "/courses/a%2Fb",
    "/courses/7/cohorts",
    "/courses/7/pages/2",
    "/courses/seven/pages/first",
    "/courses/7/pages/first",
    "/courses//cohorts",
    "/files/",
    "/files/a/b/c",
    "/files/a/meta",
    "/files/special",
    "/v2/about",
    "/vv/about",
    "/",
    "",
    "/nothing",
    "/courses/7/cohorts/8",
]


@pytest.mark.parametrize("root_path", ["", "/mounted"])
@pytest.mark.parametrize("prefix", ["/api/x", "/api/tenants/acme", "/api", ""])
async def test_every_request_is_answered_as_the_framework_answers_it(prefix: str, root_path: str) -> None:
    plain, indexed = build(indexed=False), build(indexed=True)
    async with client_of(plain, root_path=root_path) as one, client_of(indexed, root_path=root_path) as two:
        for path in ASKED:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                expected = await one.request(method, prefix + path)
                found = await two.request(method, prefix + path)
                place = f"{method} {prefix + path}"
                assert (found.status_code, found.text) == (expected.status_code, expected.text), place


async def test_a_wrong_method_is_told_all_methods_of_the_address() -> None:
    async with client_of(build(indexed=True)) as http:
        response = await http.put("/api/x/courses/7")
    assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET, PATCH")


async def test_the_full_template_of_a_nested_route_can_be_read_afterwards() -> None:
    async with client_of(build(indexed=True)) as http:
        assert (await http.get("/api/x/courses/7")).json()["route"] == "/api/x/courses/{course_id}"
    async with client_of(build(indexed=False)) as http:
        assert (await http.get("/api/x/courses/7")).json()["route"] == "/api/x/courses/{course_id}"


async def test_routes_that_are_added_later_are_found_too() -> None:
    app = build(indexed=True)
    late = APIRouter()
    late.add_api_route("/late", told, methods=["GET"])
    app.include_router(late)
    async with client_of(app) as http:
        assert (await http.get("/late")).status_code == 200
        assert (await http.get("/api/x/courses")).status_code == 200
