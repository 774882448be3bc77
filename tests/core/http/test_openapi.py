"""The OpenAPI document: what is true of every operation is in it without anybody having written it there."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel

from app.core.errors import Conflict, NotFound
from app.core.http.access import UnguardedOperation, public, require_access_rules
from app.core.http.openapi import LyceumAPI
from app.core.http.problems import refusals
from app.core.http.routing import Router
from tests.core.http.edge import edge_app


class Full(Conflict):
    code = "academy.full"
    title = "Full"


class CohortUnknown(NotFound):
    code = "academy.cohort_unknown"
    title = "No such cohort"


class AcademyThing(BaseModel):
    name: str


async def bearer() -> str:
    return "someone"


bearer.authenticates = True  # type: ignore[attr-defined]  # the mark that identity sets


async def actor(who: Annotated[str, Depends(bearer)]) -> str:
    return who


Actor = Annotated[str, Depends(actor)]
feature = Router()


@feature.get("/things", openapi_extra=public())
async def list_things() -> list[AcademyThing]:
    """List things."""
    return []


@feature.get("/things/{thing_id}", openapi_extra=public(or_bearer=True))
async def get_thing(thing_id: int) -> AcademyThing:
    """One thing."""
    return AcademyThing(name=str(thing_id))


@feature.post("/things/{thing_id}", responses=refusals(Full, CohortUnknown), status_code=201)
async def create_thing(thing_id: int, body: AcademyThing, who: Actor) -> AcademyThing:
    """Make a thing."""
    return AcademyThing(name=f"{thing_id}{body.name}{who}")


domain = Router(prefix="/academy", tags=["academy"])
domain.include_router(feature)
api = Router(prefix="/api/v1")
api.include_router(domain)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = edge_app(api)
    require_access_rules(app)
    return app.openapi()


def operation(document: dict[str, Any], verb: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][f"/api/v1/academy{path}"][verb]
    return found


@pytest.mark.req("D-06")
def test_operations_are_named_by_domain_and_function(document: dict[str, Any]) -> None:
    names = {op["operationId"] for item in document["paths"].values() for op in item.values()}
    assert names == {"academy_list_things", "academy_get_thing", "academy_create_thing"}


@pytest.mark.req("D-06")
def test_every_operation_says_which_credential_it_needs(document: dict[str, Any]) -> None:
    assert operation(document, "get", "/things")["security"] == []
    assert operation(document, "get", "/things/{thing_id}")["security"] == [{}, {"bearer": []}]
    assert operation(document, "post", "/things/{thing_id}")["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.req("D-06")
def test_each_operation_declares_the_common_refusals_that_fit_it(document: dict[str, Any]) -> None:
    assert set(operation(document, "get", "/things")["responses"]) == {"200", "400", "429", "503"}
    assert set(operation(document, "get", "/things/{thing_id}")["responses"]) == {
        *("200", "400", "401", "403", "404", "422", "429", "503")
    }
    assert set(operation(document, "post", "/things/{thing_id}")["responses"]) == {
        *("201", "400", "401", "403", "404", "408", "409", "413", "415", "422", "429", "503")
    }


def test_common_refusals_are_written_once_and_referred_to(document: dict[str, Any]) -> None:
    answers = operation(document, "get", "/things")["responses"]
    assert answers["429"] == {"$ref": "#/components/responses/RateLimited"}
    limited = document["components"]["responses"]["RateLimited"]
    assert "Retry-After" in limited["headers"]
    assert limited["content"]["application/problem+json"]["examples"]["core.rate_limited"]["value"]["status"] == 429


def test_an_operations_own_refusals_stand_beside_the_common_ones_of_that_status(document: dict[str, Any]) -> None:
    answers = operation(document, "post", "/things/{thing_id}")["responses"]
    assert set(answers["404"]["content"]["application/problem+json"]["examples"]) == {
        "academy.cohort_unknown",
        "core.not_found",
    }
    assert set(answers["409"]["content"]["application/problem+json"]["examples"]) == {"academy.full"}


def test_the_frameworks_own_error_schema_is_gone(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)
    assert {"Problem", "ProblemField", "AcademyThing"} == set(document["components"]["schemas"])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [ref for child in node.values() for ref in references(child)]
        return [ref for child in node for ref in references(child)] if isinstance(node, list) else []

    for reference in references(document):
        here: Any = document
        for part in reference.removeprefix("#/").split("/"):
            here = here[part]


def test_only_used_tags_are_described(document: dict[str, Any]) -> None:
    assert [tag["name"] for tag in document["tags"]] == ["academy"]


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_two_operations_cannot_share_a_name() -> None:
    doubled = Router(tags=["academy"])
    doubled.add_api_route("/a", list_things, openapi_extra=public())
    doubled.add_api_route("/b", list_things, openapi_extra=public())
    app = edge_app(doubled)
    assert isinstance(app, LyceumAPI)
    with pytest.raises(ValueError, match="academy_list_things is used by GET /a and GET /b"):
        app.openapi()


def test_an_operation_without_a_rule_of_access_stops_the_start() -> None:
    careless = Router(prefix="/api", tags=["academy"])

    @careless.get("/open")
    async def forgotten() -> None:
        """Forgotten."""

    with pytest.raises(UnguardedOperation, match=r"GET /api/open \(forgotten\)"):
        require_access_rules(edge_app(api, careless))


def test_a_route_that_would_bypass_strict_json_stops_the_start() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/plain", openapi_extra=public())
    async def plain() -> None:
        """Plain."""

    with pytest.raises(UnguardedOperation, match=r"/plain: make it with"):
        require_access_rules(app)


def test_a_mounted_application_stops_the_start() -> None:
    app = edge_app(api)
    app.mount("/elsewhere", FastAPI())
    with pytest.raises(UnguardedOperation, match="Mount /elsewhere"):
        require_access_rules(app)
