"""Organizations and memberships as their members see them."""

from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.core.http.schema import Body, Email, Identified, Instant, Title, absent
from app.identity.accounts.schemas import EXAMPLE_ID, IdentityAccountSummary
from app.identity.models import OrganizationRole

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21"
_TIMES: JsonDict = {"created_at": "2027-03-01T09:00:00Z", "updated_at": "2027-03-01T09:00:00Z"}


class IdentityOrganizationCreate(Body):
    """A new organization. Its slug is made from the name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Analytical Guild"}]})

    name: Title


class IdentityOrganizationUpdate(Body):
    """A new name. The slug stays, because links hold it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Analytical Guild of London"}]})

    name: Title = absent()


class IdentityOrganization(Identified):
    """An organization."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _ID, **_TIMES, "name": "Analytical Guild", "slug": "analytical-guild"}]}
    )

    name: str
    slug: str


class IdentityMembershipCreate(Body):
    """Who joins, by address; an account is made for an address that has none, and entered by its owner alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "grace@example.com", "role": "member"}]})

    email: Email
    name: Title | None = None
    role: OrganizationRole


class IdentityMembershipUpdate(Body):
    """Another role."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "admin"}]})

    role: OrganizationRole


class IdentityMembership(Identified):
    """Somebody's place in an organization."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
                    **_TIMES,
                    "organization_id": _ID,
                    "account": {"id": EXAMPLE_ID, "email": "grace@example.com", "name": "Grace Hopper"},
                    "role": "member",
                    "joined_at": "2027-03-01T09:00:00Z",
                }
            ]
        }
    )

    organization_id: UUID
    account: IdentityAccountSummary
    role: OrganizationRole
    joined_at: Instant
