"""Who the caller is, everywhere."""

from uuid import UUID

from pydantic import ConfigDict

from app.core.http.schema import View
from app.identity.accounts.schemas import EXAMPLE_ID
from app.identity.models import OrganizationRole

_ORGANIZATION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21"


class IdentityStandingInAcademy(View):
    """The caller in the academy. `organization_id`: the organization that pays for their seats."""

    role: str
    organization_id: UUID | None


class IdentityStandingInCommunity(View):
    """The caller in the community."""

    role: str


class IdentityStandingInOrganization(View):
    """An organization the caller belongs to."""

    id: UUID
    name: str
    slug: str
    role: OrganizationRole


class IdentityMe(View):
    """The caller. A system in which the account has no profile is null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "email": "ada@example.com",
                    "name": "Ada Byron",
                    "academy": {"role": "org_member", "organization_id": _ORGANIZATION},
                    "community": None,
                    "organizations": [
                        {"id": _ORGANIZATION, "name": "Analytical Guild", "slug": "analytical-guild", "role": "member"}
                    ],
                }
            ]
        }
    )

    id: UUID
    email: str
    name: str
    academy: IdentityStandingInAcademy | None
    community: IdentityStandingInCommunity | None
    organizations: list[IdentityStandingInOrganization]
