"""Deny by default (rule 45): an operation names its authentication or says that it is public, or nothing starts.

The same check finds operations that would bypass strict JSON and idempotency because their router is not ours.

A dependency authenticates when its function carries `authenticates = True`. It may sit anywhere below the endpoint.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from app.core.http.index import RouteIndex
from app.core.http.routing import LyceumRoute

BEARER: dict[str, list[str]] = {"bearer": []}


class UnguardedOperation(RuntimeError):
    """An operation is open without saying so."""


def public(*, or_bearer: bool = False) -> dict[str, Any]:
    """For `openapi_extra=`: this operation needs no credential. `or_bearer`: with one, it shows more."""
    return {"security": [{}, BEARER] if or_bearer else []}


def require_access_rules(app: FastAPI) -> None:
    """Raises `UnguardedOperation`, naming every operation that neither authenticates nor is `public()`."""
    complaints = sorted(_complaints(app))
    if complaints:
        raise UnguardedOperation("; ".join(complaints))


def authenticates(dependant: Dependant) -> bool:
    """Whether the endpoint depends, at any depth, on a function that authenticates the caller."""
    if getattr(dependant.call, "authenticates", False):
        return True
    return any(authenticates(inner) for inner in dependant.dependencies)


def _complaints(app: FastAPI) -> Iterator[str]:
    for context in iter_route_contexts(app.router.routes):
        route = context.original_route
        if isinstance(route, RouteIndex):
            continue
        if not isinstance(route, LyceumRoute):
            # Without dependencies that could be looked at, or without strict JSON and idempotent answers.
            yield f"{type(route).__name__} {context.path}: make it with app.core.http.routing.Router"
        elif not _is_public(context) and not authenticates(context.dependant):
            methods = "|".join(sorted(context.methods or ()))
            yield f"{methods} {context.path} ({context.name}): neither authenticates nor is public()"


def _is_public(context: RouteContext) -> bool:
    return "security" in (context.openapi_extra or {})
