"""The service is what the design card asks for (D-02): FastAPI, a router per domain, asyncpg, nothing synchronous."""

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Course
from app.api import SHARED, SYSTEMS
from app.core.database.engine import create_engine, create_sessions
from app.main import create_app
from app.settings import DatabaseSettings
from tests.architecture.sources import BUILT_OF_FEATURES, PROJECT, sources

# What a synchronous database call would have to be imported from.
SYNCHRONOUS = {"psycopg", "psycopg2", "sqlite3", "pg8000"}
SYNCHRONOUS_NAMES = {"create_engine": "sqlalchemy", "sessionmaker": "sqlalchemy.orm", "Session": "sqlalchemy.orm"}


@pytest.mark.req("D-02")
def test_the_application_is_fastapi_and_every_domain_has_one_router() -> None:
    assert isinstance(create_app(), FastAPI)
    with_router = {path.parent.name for path in (PROJECT / "app").glob("*/router.py")}
    assert with_router <= set(BUILT_OF_FEATURES)
    mounted = {name for router in SHARED for name in router.tags} | set(SYSTEMS)
    assert {name for name in with_router if name != "flows"} <= {str(name) for name in mounted}


@pytest.mark.req("D-02")
def test_every_endpoint_is_a_coroutine_so_none_of_them_blocks_a_thread() -> None:
    routes = [context.original_route for context in iter_route_contexts(create_app().router.routes)]
    endpoints = [route.endpoint for route in routes if isinstance(route, APIRoute)]
    assert len(endpoints) > 50
    assert [endpoint.__qualname__ for endpoint in endpoints if not inspect.iscoroutinefunction(endpoint)] == []


def _dependencies(dependant: Dependant) -> Iterator[Callable[..., object]]:
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from _dependencies(inner)


@pytest.mark.req("D-02")
def test_every_dependency_is_a_coroutine_so_no_request_is_sent_through_a_thread() -> None:
    """A plain function, or a class, would be run in a pool of threads: there and back costs more than most of them."""
    contexts = iter_route_contexts(create_app().router.routes)
    api = [context for context in contexts if isinstance(context.original_route, APIRoute)]
    calls = {call for context in api for call in _dependencies(context.dependant)}
    assert len(calls) > 10
    plain = [call for call in calls if not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))]
    assert plain == []


@pytest.mark.req("D-02")
async def test_models_are_read_through_async_sessions_over_asyncpg() -> None:
    engine = create_engine(DatabaseSettings(), "postgresql://nobody@127.0.0.1:1/none")
    try:
        assert isinstance(engine, AsyncEngine)
        assert engine.dialect.driver == "asyncpg"
        assert create_sessions(engine).class_ is AsyncSession
        assert Course.__table__.schema == "academy"
    finally:
        await engine.dispose()


@pytest.mark.req("D-02")
def test_no_room_of_the_request_path_imports_a_synchronous_database() -> None:
    found = []
    for source in sources("app"):
        if source.within("app/gateways/stripe/twin"):
            continue  # a server of its own, never part of ours
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                found += [f"{source.path}: {a.name}" for a in node.names if a.name.split(".")[0] in SYNCHRONOUS]
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                found += [
                    f"{source.path}: {module}.{a.name}"
                    for a in node.names
                    if module.split(".")[0] in SYNCHRONOUS or SYNCHRONOUS_NAMES.get(a.name) == module
                ]
    assert found == []


@pytest.mark.req("D-02")
def test_every_answer_and_every_body_is_a_pydantic_model() -> None:
    routes = [context.original_route for context in iter_route_contexts(create_app().router.routes)]
    api = [route for route in routes if isinstance(route, APIRoute) and "academy" in str(route.endpoint.__module__)]
    answers = [route.response_field.field_info.annotation for route in api if route.response_field is not None]
    bodies = [route.body_field.field_info.annotation for route in api if route.body_field is not None]
    assert len(answers) > 20
    assert len(bodies) > 8
    strangers = [
        found for found in [*answers, *bodies] if not (isinstance(found, type) and issubclass(found, BaseModel))
    ]
    assert strangers == []
