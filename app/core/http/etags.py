"""Versions of editable resources: `ETag` out, `If-None-Match` and `If-Match` in (X-API-04).

The version in the row decides. An edit that read version 3 writes `WHERE version = 3` (SQLAlchemy's
`version_id_col`), so even two editors without an `If-Match` header can never overwrite each other unseen.
"""

from typing import Annotated, Protocol

from fastapi import Header, Request, Response

from app.core.errors import Stale

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="ETag of the version you edited; an older one is refused"),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=200, description="ETag you have; 304 when it is still the newest"),
]


class Editable(Protocol):
    """What has a version: a `Versioned` row, or something of several rows that says its own."""

    @property
    def version(self) -> int | str:
        """Another one after each edit. Without quotation marks."""
        ...


class NotModified(Exception):
    """The client has this version: answer 304 without a body."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def etag_of(row: Editable) -> str:
    """The strong validator of the current version."""
    return f'"{row.version}"'


def _listed(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def require_match(row: Editable, if_match: str | None) -> None:
    """Refuse with 412 when the caller edited an older version than this one."""
    if if_match is not None and if_match.strip() != "*" and etag_of(row) not in _listed(if_match):
        raise Stale(f"The current version is {etag_of(row)}")


def tag(response: Response, request: Request, row: Editable) -> None:
    """Put the row's ETag on the answer; on a GET whose caller has it already, answer 304 instead."""
    etag = etag_of(row)
    response.headers["ETag"] = etag
    known = request.headers.get("If-None-Match")
    if request.method == "GET" and known is not None and etag in _listed(known):
        raise NotModified(etag)
