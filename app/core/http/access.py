"""Deny by default (rule 45): an operation names its authentication or says that it is public, or nothing starts.

A dependency authenticates when its function carries `authenticates = True`. It may sit anywhere below the endpoint.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.core.http.index import RouteIndex

BEARER: dict[str, list[str]] = {"bearer": []}


class UnguardedOperation(RuntimeError):
    """An operation is open without saying so."""


def public(*, or_bearer: bool = False) -> dict[str, Any]:
    """For `openapi_extra=`: this operation needs no credential. `or_bearer`: with one, it shows more."""
    return {"security": [{}, BEARER] if or_bearer else []}


def require_access_rules(app: FastAPI) -> None:
    """Raises `UnguardedOperation`, naming every operation that neither authenticates nor is `public()`."""
    open_ones = sorted(_open_operations(app))
    if open_ones:
        raise UnguardedOperation("without authentication and not public(): " + ", ".join(open_ones))


def authenticates(dependant: Dependant) -> bool:
    """Whether the endpoint depends, at any depth, on a function that authenticates the caller."""
    if getattr(dependant.call, "authenticates", False):
        return True
    return any(authenticates(inner) for inner in dependant.dependencies)


def _open_operations(app: FastAPI) -> Iterator[str]:
    for context in iter_route_contexts(app.router.routes):
        if isinstance(context.original_route, RouteIndex):
            continue
        if not isinstance(context.original_route, APIRoute):
            # A mount or a bare route has no dependencies that could be looked at.
            yield f"{type(context.original_route).__name__} {context.path}"
        elif not _is_public(context) and not authenticates(context.dependant):
            yield f"{'|'.join(sorted(context.methods or ()))} {context.path} ({context.name})"


def _is_public(context: RouteContext) -> bool:
    return "security" in (context.openapi_extra or {})
