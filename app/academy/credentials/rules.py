"""What is written into credentials and pages, from plain values."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.academy.models.open_badges import (
    Achievement,
    CredentialStatus,
    CredentialSubject,
    Criteria,
    IdentityObject,
    Image,
    Issuer,
    OpenBadgeCredential,
)
from app.openbadges import did_web, status_list
from app.openbadges.jsonld import CREDENTIALS, OPEN_BADGES
from app.settings import settings

TEMPLATES: Final = Path(__file__).parent / "templates"
OPEN_BADGES_2: Final = "https://w3id.org/openbadges/v2"
LIST_LENGTH: Final = status_list.LENGTH
JSON_LD: Final = "application/ld+json"


class CredentialKind(StrEnum):
    """What a credential attests; each kind has its own status lists."""

    certificate = "certificate"
    path_certificate = "path_certificate"
    skill_badge = "skill_badge"


class AchievementKind(StrEnum):
    """What an achievement is of: the address of an achievement begins with it."""

    cohorts = "cohorts"
    paths = "paths"
    skills = "skills"


COLOURS: Final[Mapping[str, str]] = {
    CredentialKind.certificate: "#0b5d6b",
    CredentialKind.path_certificate: "#7a3b0b",
    CredentialKind.skill_badge: "#4b3b8f",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A credential that is to be issued. `email` is hashed; `did` is the holder's own name, if they gave one."""

    id: UUID
    kind: CredentialKind
    public_url: str
    name: str
    achievement: Achievement
    email: str
    valid_from: datetime
    valid_until: datetime | None = None
    did: str | None = None


# Addresses


def base_url() -> str:
    """Where credentials are verified; no slash at its end."""
    return settings().credentials.url


def issuer_did() -> str:
    """Who issues."""
    return did_web.did_of(base_url())


def page_url(kind: CredentialKind, credential_id: UUID) -> str:
    """The public page of a credential (A-CRT-01, A-BDG-03)."""
    return f"{base_url()}/{'badges' if kind is CredentialKind.skill_badge else 'verify'}/{credential_id}"


def list_url(kind: CredentialKind, number: int) -> str:
    """A status list."""
    return f"{base_url()}/open-badges/status/{kind}/{number}"


def achievement_url(kind: AchievementKind, key: str) -> str:
    """An achievement, as Open Badges 2.0 see it."""
    return f"{base_url()}/open-badges/achievements/{kind}/{key}"


def image_url(name: str) -> str:
    """The picture of an achievement, the same for everybody who has it."""
    return f"{base_url()}/badges/{quote(name)}.png"


def linkedin_share_url(public_url: str) -> str:
    """LinkedIn's page for sharing a link."""
    return f"https://www.linkedin.com/sharing/share-offsite/?url={quote(public_url, safe='')}"


def links_of(credential_id: UUID, public_url: str) -> dict[str, str]:
    """Everywhere a credential can be taken from (A-BDG-06)."""
    here = f"{base_url()}/api/v1/academy/credentials/{credential_id}"
    return {
        "page_url": public_url,
        "credential_url": here,
        "jwt_url": f"{here}/jwt",
        "png_url": f"{here}/png",
        "svg_url": f"{here}/svg",
        "verification_url": f"{here}/verification",
        "open_badges_2_url": f"{base_url()}/open-badges/assertions/{credential_id}",
        "linkedin_share_url": linkedin_share_url(public_url),
    }


# Documents


def instant(value: datetime) -> str:
    """RFC 3339 in whole seconds: a token's `nbf` has to say the same."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def issuer() -> Issuer:
    """The academy, as it signs."""
    return Issuer(id=issuer_did(), name=settings().credentials.issuer_name, url=base_url())


def achievement(
    *, url: str, kind: str, name: str, description: str, narrative: str, image: str, caption: str
) -> Achievement:
    """What was achieved."""
    return Achievement(
        id=url,
        achievement_type=kind,
        name=name,
        description=description,
        criteria=Criteria(narrative=narrative),
        image=Image(id=image, caption=caption),
    )


def identity_of(email: str, salt: str) -> IdentityObject:
    """Whose it is: only whoever knows the address can tell (Z-89)."""
    hashed = hashlib.sha256(f"{email.strip().lower()}{salt}".encode()).hexdigest()
    return IdentityObject(hashed=True, identity_hash=f"sha256${hashed}", identity_type="emailAddress", salt=salt)


def compose(draft: Draft, position: int) -> OpenBadgeCredential:
    """The credential, not yet signed. `position` is its bit among those of its kind.

    A token needs a subject with a name: without one of the holder's own it is a random one, which leads nowhere.
    """
    number, bit = divmod(position, LIST_LENGTH)
    return OpenBadgeCredential(
        context=[CREDENTIALS, OPEN_BADGES],
        id=draft.public_url,
        type=["VerifiableCredential", "OpenBadgeCredential"],
        name=draft.name,
        issuer=issuer(),
        valid_from=instant(draft.valid_from),
        valid_until=None if draft.valid_until is None else instant(draft.valid_until),
        awarded_date=instant(draft.valid_from),
        credential_subject=CredentialSubject(
            id=draft.did or f"urn:uuid:{UUID(bytes=secrets.token_bytes(16), version=4)}",
            identifier=[identity_of(draft.email, secrets.token_hex(16))],
            achievement=draft.achievement,
        ),
        credential_status=CredentialStatus(**_snake(status_list.entry(list_url(draft.kind, number), bit))),
    )


def _snake(entry: Mapping[str, str]) -> dict[str, str]:
    return {re.sub(r"(?=[A-Z])", "_", key).lower(): value for key, value in entry.items()}


def document_of(credential: OpenBadgeCredential) -> dict[str, Any]:
    """The credential as JSON, key for key what was signed."""
    return credential.model_dump(mode="json", by_alias=True)


# Open Badges 2.0


def profile_2() -> dict[str, Any]:
    """The issuer for importers of Open Badges 2.0, which ask for an address."""
    return {
        "@context": OPEN_BADGES_2,
        "type": "Issuer",
        "id": f"{base_url()}/open-badges/issuer",
        "name": settings().credentials.issuer_name,
        "url": base_url(),
        "email": settings().credentials.issuer_email,
    }


def badge_class_2(found: Achievement) -> dict[str, Any]:
    """An achievement for importers of Open Badges 2.0."""
    return {
        "@context": OPEN_BADGES_2,
        "type": "BadgeClass",
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "image": found.image.id if found.image else f"{base_url()}/badges/badge.png",
        "criteria": {"narrative": found.criteria.narrative},
        "issuer": f"{base_url()}/open-badges/issuer",
    }


def assertion_2(credential_id: UUID, credential: OpenBadgeCredential, revocation_reason: str | None) -> dict[str, Any]:
    """A credential for importers of Open Badges 2.0: hosted, so it holds as long as this address says so."""
    url = f"{base_url()}/open-badges/assertions/{credential_id}"
    if revocation_reason is not None:
        return {
            "@context": OPEN_BADGES_2,
            "type": "Assertion",
            "id": url,
            "revoked": True,
            "revocationReason": revocation_reason,
        }
    holder = (credential.credential_subject.identifier or [])[0]
    until = {} if credential.valid_until is None else {"expires": credential.valid_until}
    return {
        "@context": OPEN_BADGES_2,
        "type": "Assertion",
        "id": url,
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": holder.salt,
            "identity": holder.identity_hash,
        },
        "badge": credential.credential_subject.achievement.id,
        "image": links_of(credential_id, "")["png_url"],
        "issuedOn": credential.valid_from,
        "verification": {"type": "HostedBadge"},
        **until,
    }


# Pictures and pages


def picture(kind: CredentialKind, name: str) -> dict[str, str]:
    """What the picture of a badge says."""
    title, footing = name, "Completed" if kind is CredentialKind.certificate else "Learning path"
    if kind is CredentialKind.skill_badge:
        title, _, footing = name.rpartition(" - ")
    heading = settings().credentials.issuer_name
    return {"heading": heading, "title": title, "footing": footing, "colour": COLOURS[kind]}


def wants_document(accept: str) -> bool:
    """Whether a caller asks for the credential rather than for the page about it."""
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return "text/html" not in wanted and bool(wanted & {JSON_LD, "application/json", "application/vc"})


_pages = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def verification_page(found: Mapping[str, Any]) -> str:
    """The page for people: no script, no picture from elsewhere, nothing about them kept."""
    return _pages.get_template("verification.html").render(found)


def page_policy(page: str) -> str:
    """What a browser may do with the page: apply its one style, show our pictures."""
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256((style.group(1) if style else "").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{hashed}'; img-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
