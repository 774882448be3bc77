"""Clients, their members and the staff as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Email, Identified, Instant, Prose, Title, View, absent
from app.identity.accounts.schemas import IdentityAccountSummary
from app.studio.models import MemberRole

EXAMPLE_CLIENT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d01"
TIMES: JsonDict = {"created_at": "2027-03-01T09:00:00Z", "updated_at": "2027-03-01T09:00:00Z"}

_FIELDS: JsonDict = {
    "name": "Harbour Logistics",
    "industry": "Logistics",
    "contact_email": "training@harbour.example",
    "notes": "Shifts begin at six; nobody reads on Fridays.",
}
_ACCOUNT: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11",
    "email": "grace@example.com",
    "name": "Grace Hopper",
}
_ADDED: JsonDict = {"added_by": None, "created_at": "2027-03-01T09:00:00Z"}


class StudioClientSort(StrEnum):
    """What clients may be sorted by."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class StudioClient(Identified):
    """A customer that content is written for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": EXAMPLE_CLIENT, **TIMES, **_FIELDS, "slug": "harbour-logistics", "created_by": None},
            ]
        }
    )

    name: str
    slug: str
    industry: str | None
    contact_email: str | None
    notes: str | None
    created_by: UUID | None


class StudioClientCreate(Body):
    """A new client. Its slug is made from the name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    name: Title
    industry: Title | None = None
    contact_email: Email | None = None
    notes: Prose | None = None


class StudioClientUpdate(Body):
    """What may change. The slug stays, because links hold it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"industry": "Freight"}]})

    name: Title = absent()
    industry: Title | None = None
    contact_email: Email | None = None
    notes: Prose | None = None


class StudioClientFilter(PageQuery):
    """Which clients to list."""

    q: Annotated[Title | None, Field(description="Words in the name, whatever their case")] = None
    sort: StudioClientSort = StudioClientSort.NAME


class StudioMember(View):
    """Somebody who works for a client. An author writes; a reviewer writes and approves."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account": _ACCOUNT, "role": "author", **_ADDED}]})

    account: IdentityAccountSummary
    role: MemberRole
    added_by: UUID | None
    created_at: Instant


class StudioMemberCreate(Body):
    """Who works for the client, by address; an account is made for an address that has none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "grace@example.com", "role": "author"}]})

    email: Email
    name: Title | None = None
    role: MemberRole = MemberRole.author


class StudioMemberUpdate(Body):
    """Another role."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "reviewer"}]})

    role: MemberRole


class StudioStaffMember(View):
    """Somebody who works for the platform and sees every client."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account": _ACCOUNT, **_ADDED}]})

    account: IdentityAccountSummary
    added_by: UUID | None
    created_at: Instant


class StudioStaffMemberCreate(Body):
    """Who joins the staff, by address; an account is made for an address that has none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.com"}]})

    email: Email
    name: Title | None = None
