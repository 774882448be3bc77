"""Credentials as the outside sees them."""

from abc import ABC, abstractmethod
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, computed_field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.academy.credentials import rules
from app.academy.credentials.rules import CredentialKind
from app.academy.models import CredentialState
from app.core.http.schema import Body, Instant, Text, View

EXAMPLE_ID = "0199f0c4-9a01-7c3e-9b1d-0000000000b1"
EXAMPLE_LINKS: JsonDict = {
    "page_url": f"https://academy.example/verify/{EXAMPLE_ID}",
    "credential_url": f"https://academy.example/api/v1/academy/credentials/{EXAMPLE_ID}",
    "jwt_url": f"https://academy.example/api/v1/academy/credentials/{EXAMPLE_ID}/jwt",
    "png_url": f"https://academy.example/api/v1/academy/credentials/{EXAMPLE_ID}/png",
    "svg_url": f"https://academy.example/api/v1/academy/credentials/{EXAMPLE_ID}/svg",
    "verification_url": f"https://academy.example/api/v1/academy/credentials/{EXAMPLE_ID}/verification",
    "open_badges_2_url": f"https://academy.example/open-badges/assertions/{EXAMPLE_ID}",
    "linkedin_share_url": "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Facademy.example",
}


def _is_did(value: str) -> str:
    if "@" in value or "%40" in value:
        raise PydanticCustomError("did", "A DID names its holder by no address")
    return value


Did = Annotated[
    str,
    StringConstraints(pattern=r"^did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$", max_length=200),
    AfterValidator(_is_did),
]


class AcademyCredentialLinks(View):
    """Where a credential can be seen, taken from and shared."""

    page_url: str = Field(description="For people; with `Accept: application/ld+json` the credential itself")
    credential_url: str = Field(description="JSON-LD with its embedded proof")
    jwt_url: str = Field(description="VC-JWT")
    png_url: str = Field(description="A picture with the credential baked in")
    svg_url: str = Field(description="A drawing with the credential baked in")
    verification_url: str
    open_badges_2_url: str = Field(description="Hosted Open Badges 2.0 assertion, for older importers")
    linkedin_share_url: str


class Linked(View, ABC):
    """What every view of a credential ends with."""

    id: UUID

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def links(self) -> AcademyCredentialLinks:
        """Where it can be seen, taken from and shared."""
        return AcademyCredentialLinks(**rules.links_of(self.id, self._page()))

    @abstractmethod
    def _page(self) -> str:
        """The public page about it."""


class AcademyVerification(View):
    """What anybody may know of a credential. Nothing here is an address of its holder."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "kind": "certificate",
                    "status": "valid",
                    "title": "Applied AI for Teams",
                    "achievement_name": "Applied AI for Teams Completion",
                    "description": "Completed Applied AI for Teams cohort on 5 March 2027",
                    "criteria": "Participated in Applied AI for Teams intensive cohort training.",
                    "issuer_name": "AI Enablement Academy",
                    "holder_name": "Ada Lovelace",
                    "certificate_number": None,
                    "issued_at": "2027-03-06T09:00:00Z",
                    "expires_at": None,
                    "revoked_at": None,
                    "revocation_reason": None,
                    "links": EXAMPLE_LINKS,
                }
            ]
        }
    )

    id: UUID
    kind: CredentialKind
    status: CredentialState
    title: str = Field(description="The course, the path, or the skill with its level")
    achievement_name: str
    description: str
    criteria: str
    issuer_name: str
    holder_name: str | None = Field(description="Null unless the holder has agreed to be named")
    certificate_number: str | None = Field(description="Of a path certificate")
    issued_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    revocation_reason: str | None
    links: AcademyCredentialLinks


class AcademyRevocationCreate(Body):
    """Why a credential is taken back. The reason is public: it names no person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Issued by mistake"}]})

    reason: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class AcademyHolderName(View):
    """The name that a credential shows to everybody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": EXAMPLE_ID, "holder_name": "Ada Lovelace"}]})

    id: UUID
    holder_name: str | None


EXAMPLE_CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": f"https://academy.example/verify/{EXAMPLE_ID}",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Applied AI for Teams",
    "issuer": {"id": "did:web:academy.example", "type": ["Profile"], "name": "AI Enablement Academy"},
    "validFrom": "2027-03-06T09:00:00Z",
    "credentialSubject": {"id": "urn:uuid:5d0c7ab2-1df0-4b3c-8c35-36a2b0a53f0e", "type": ["AchievementSubject"]},
}
