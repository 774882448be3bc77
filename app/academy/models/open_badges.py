"""Open Badges 3.0 as JSON (A-TAB-57): `badge_data` of certificates, path certificates and skill badges.

A signed document: what is stored is what was signed, key for key. So absent keys stay absent (never null), instants
stay the strings they are, and keys that this page does not name are refused: a signature might not cover them (Z-86).
"""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic.alias_generators import to_camel

# RFC 3339 in whole seconds, with its zone.
Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$")]
Words = Annotated[list[str], Field(min_length=1)]

# The same for hand-written SQL, in the words of `has_shape`.
CREDENTIAL_SHAPE = {
    "@context": "array",
    "id": "string",
    "type": "array",
    "issuer": "object",
    "validFrom": "string",
    "validUntil?": "string",
    "credentialSubject": "object",
    "credentialStatus?": "object",
    "proof?": "object",
}


class Document(BaseModel):
    """A JSON object of a credential: camel case outside, no nulls."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    @model_serializer(mode="wrap")
    def _without_nulls(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value is not None}


class Image(Document):
    """A picture by its address."""

    id: str
    type: str = "Image"
    caption: str | None = None


class Criteria(Document):
    """What had to be done."""

    id: str | None = None
    narrative: str


class Issuer(Document):
    """Who says so."""

    id: str
    type: Words = ["Profile"]
    name: str
    url: str | None = None
    image: Image | None = None


class Achievement(Document):
    """What was achieved: the same for everybody who did."""

    id: str
    type: Words = ["Achievement"]
    achievement_type: str | None = None
    name: str
    description: str
    criteria: Criteria
    image: Image | None = None


class IdentityObject(Document):
    """Whose it is, without saying so: a salted hash of the e-mail address (Z-89)."""

    type: str = "IdentityObject"
    hashed: bool
    identity_hash: str
    identity_type: str
    salt: str | None = None


class CredentialSubject(Document):
    """Who achieved it: by a DID or by hashed identifiers, one of the two at least."""

    id: str | None = None
    type: Words = ["AchievementSubject"]
    identifier: Annotated[list[IdentityObject] | None, Field(min_length=1)] = None
    achievement: Achievement

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.id is None and self.identifier is None:
            raise ValueError("a credential without a subject proves nothing")
        return self


class CredentialStatus(Document):
    """Where its revocation bit is."""

    id: str
    type: str = "BitstringStatusListEntry"
    status_purpose: str
    status_list_index: str
    status_list_credential: str


class CredentialSchema(Document):
    """What it can be validated with."""

    id: str
    type: str


class Proof(Document):
    """The signature."""

    type: str = "DataIntegrityProof"
    cryptosuite: str
    created: Instant
    verification_method: str
    proof_purpose: str = "assertionMethod"
    proof_value: str


class OpenBadgeCredential(Document):
    """A verifiable credential (VC 2.0) that is an Open Badge (3.0). `proof` is there once it is signed."""

    context: Annotated[list[str], Field(alias="@context", min_length=2)]
    id: str
    type: Words
    name: str | None = None
    description: str | None = None
    image: Image | None = None
    issuer: Issuer
    valid_from: Instant
    valid_until: Instant | None = None
    awarded_date: Instant | None = None
    credential_subject: CredentialSubject
    credential_status: CredentialStatus | None = None
    credential_schema: Annotated[list[CredentialSchema] | None, Field(min_length=1)] = None
    proof: Proof | None = None

    @model_validator(mode="after")
    def _is_a_badge(self) -> Self:
        if "VerifiableCredential" not in self.type or not {"OpenBadgeCredential", "AchievementCredential"} & {
            *self.type
        }:
            raise ValueError("type must name VerifiableCredential and OpenBadgeCredential")
        return self
