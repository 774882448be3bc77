"""The door to credentials of all kinds: the public side, and what holders and admins decide.

Beside the API stand the addresses that are written into credentials, at the root of the host: pages, pictures, the DID
document, status lists and Open Badges 2.0. Their forms are those of the standards.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.academy.credentials import queries, rules, service
from app.academy.credentials.deps import CredentialPath
from app.academy.credentials.errors import AlreadyRevoked, FilesNotReady
from app.academy.credentials.queries import Known
from app.academy.credentials.rules import AchievementKind, CredentialKind
from app.academy.credentials.schemas import (
    EXAMPLE_CREDENTIAL,
    AcademyHolderName,
    AcademyRevocationCreate,
    AcademyVerification,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.models import Certificate, PathCertificate, SkillBadge
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.access import public
from app.core.http.limits import limited
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent
from app.openbadges import vc_jwt

router = Router()
root = Router(tags=["academy"])

HOUSE = AcademyActor.system()
_SOON = "public, max-age=60"
_LONG = "public, max-age=3600"
_DRAWING = [Depends(limited("credential-files", quota=120))]


class JsonLd(JSONResponse):
    """A document of linked data."""

    media_type = rules.JSON_LD


class Token(Response):
    """A signed token."""

    media_type = vc_jwt.MEDIA_TYPE


class Png(Response):
    """A picture."""

    media_type = "image/png"


class Svg(Response):
    """A drawing."""

    media_type = "image/svg+xml"


class Pdf(Response):
    """A printed page."""

    media_type = "application/pdf"


def _document(description: str) -> dict[int | str, dict[str, Any]]:
    shape = {"type": "object", "required": ["@context", "id", "type"], "additionalProperties": True}
    content = {rules.JSON_LD: {"schema": shape, "example": EXAMPLE_CREDENTIAL}}
    return {200: {"description": description, "content": content}}


@router.get(
    "/credentials/{credential_id}",
    response_class=JsonLd,
    responses=_document("The credential with its embedded proof"),
    openapi_extra=public(),
)
async def get_credential(known: CredentialPath) -> JsonLd:
    """The signed credential: Open Badges 3.0 on VC 2.0, with a Data Integrity proof (eddsa-rdfc-2022)."""
    return JsonLd(rules.document_of(known.row.badge_data), headers={"Cache-Control": _LONG})


@router.get("/credentials/{credential_id}/verification", response_model=AcademyVerification, openapi_extra=public())
async def get_verification(credential_id: UUID, session: Session, response: Response) -> AcademyVerification:
    """Whether a credential holds, and what it attests. For anybody; the holder is named only if they agreed."""
    response.headers["Cache-Control"] = "no-store"
    return await queries.get_verification(session, credential_id)


@router.get("/credentials/{credential_id}/jwt", response_class=Token, openapi_extra=public(), dependencies=_DRAWING)
async def get_credential_token(known: CredentialPath, session: Session) -> Token:
    """The same credential as a token (VC-JWT, EdDSA) for wallets that want one."""
    return Token(await service.token_of(session, HOUSE, known), headers={"Cache-Control": _SOON})


@router.get("/credentials/{credential_id}/png", response_class=Png, openapi_extra=public(), dependencies=_DRAWING)
async def get_baked_png(known: CredentialPath, session: Session) -> Png:
    """The badge as a picture with the credential baked in."""
    return Png(await service.baked_png(session, HOUSE, known), headers={"Cache-Control": _LONG})


@router.get("/credentials/{credential_id}/svg", response_class=Svg, openapi_extra=public(), dependencies=_DRAWING)
async def get_baked_svg(known: CredentialPath) -> Svg:
    """The badge as a drawing with the credential baked in."""
    drawn = await asyncio.to_thread(service.bake_svg, known.kind, known.row.badge_data)
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": _LONG}
    return Svg(drawn, headers=policy)


@router.get("/credentials/{credential_id}/pdf", response_class=Pdf, responses=refusals(FilesNotReady))
async def get_credential_pdf(actor: CurrentAcademyActor, known: CredentialPath, session: Session) -> Pdf:
    """The certificate to print, with its holder's name: for the holder and for admins."""
    content = await service.read_pdf(session, actor, known)
    named = f'attachment; filename="certificate-{known.row.id}.pdf"'
    return Pdf(content, headers={"Content-Disposition": named, "Cache-Control": "private, no-store"})


@router.put("/credentials/{credential_id}/holder-name", response_model=AcademyHolderName)
async def show_holder_name(
    credential_id: UUID, actor: CurrentAcademyActor, session: Session
) -> Certificate | PathCertificate | SkillBadge:
    """Let a credential of one's own show one's name to everybody who has its address."""
    return (await service.show_name(session, actor, credential_id, is_shown=True)).row


@router.delete("/credentials/{credential_id}/holder-name", status_code=204)
async def hide_holder_name(credential_id: UUID, actor: CurrentAcademyActor, session: Session) -> None:
    """Take one's name off a credential of one's own."""
    await service.show_name(session, actor, credential_id, is_shown=False)


@router.post(
    "/credentials/{credential_id}/revocation",
    status_code=201,
    response_model=AcademyVerification,
    responses=refusals(AlreadyRevoked),
)
async def create_revocation(
    credential_id: UUID, body: AcademyRevocationCreate, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> AcademyVerification:
    """Take a credential back. It stays where it is and says so from now on, in its status list too."""
    await service.revoke(session, actor, credential_id, body.reason)
    return await queries.get_verification(session, credential_id)


# The addresses in credentials. Their forms are those of the standards, not of our contract.


@root.get("/.well-known/did.json", include_in_schema=False, openapi_extra=public())
async def get_did_document(session: Session) -> Response:
    """The keys that credentials are signed with, as did:web has it."""
    document = await service.did_document(session, HOUSE)
    return JSONResponse(document, media_type="application/did+json", headers={"Cache-Control": _SOON})


async def _page(known: Known, session: Session, accept: str) -> Response:
    vary = {"Vary": "Accept", "Cache-Control": "no-store"}
    if rules.wants_document(accept):
        return JsonLd(rules.document_of(known.row.badge_data), headers=vary)
    verification = await queries.get_verification(session, known.row.id)
    page = rules.verification_page(dict(verification))
    policy = {"Content-Security-Policy": rules.page_policy(page), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, headers=vary | policy)


Accept = Annotated[str, Header(include_in_schema=False)]


@root.get("/verify/{credential_id}", include_in_schema=False, openapi_extra=public())
async def show_credential(known: CredentialPath, session: Session, accept: Accept = "") -> Response:
    """The page about a certificate; the credential itself to whoever asks for linked data."""
    return await _page(known, session, accept)


@root.get("/badges/{name}", include_in_schema=False, openapi_extra=public(), dependencies=_DRAWING)
async def show_badge(name: Annotated[str, Path(max_length=300)], session: Session, accept: Accept = "") -> Response:
    """The page about a badge, or the picture of an achievement."""
    if name.endswith(".png"):
        kind, title = await queries.get_pictured(session, name.removesuffix(".png"))
        return Png(await asyncio.to_thread(service.plain_png, kind, title), headers={"Cache-Control": _LONG})
    try:
        badge_id = UUID(name)
    except ValueError:
        raise NotFound from None
    return await _page(await queries.get_credential(session, badge_id), session, accept)


@root.get("/open-badges/status/{kind}/{number}", include_in_schema=False, openapi_extra=public())
async def get_status_list(
    kind: CredentialKind, number: Annotated[int, Path(ge=0, le=16_383)], session: Session
) -> Response:
    """A status list: which of the credentials in it were taken back."""
    return JsonLd(await service.status_list_of(session, HOUSE, kind, number), headers={"Cache-Control": _SOON})


@root.get("/open-badges/issuer", include_in_schema=False, openapi_extra=public())
async def get_issuer_profile() -> Response:
    """The issuer, for importers of Open Badges 2.0."""
    return JsonLd(rules.profile_2(), headers={"Cache-Control": _LONG})


@root.get("/open-badges/achievements/{kind}/{key}", include_in_schema=False, openapi_extra=public())
async def get_badge_class(
    kind: AchievementKind, key: Annotated[str, Path(max_length=100)], session: Session
) -> Response:
    """An achievement, for importers of Open Badges 2.0."""
    achiever = await queries.get_achiever(session, kind, key)
    achievement = achiever.badge_data.credential_subject.achievement
    return JsonLd(rules.badge_class_2(achievement), headers={"Cache-Control": _LONG})


@root.get("/open-badges/assertions/{credential_id}", include_in_schema=False, openapi_extra=public())
async def get_hosted_assertion(known: CredentialPath) -> Response:
    """A credential as a hosted assertion, for importers of Open Badges 2.0."""
    row = known.row
    return JsonLd(rules.assertion_2(row.id, row.badge_data, row.revocation_reason), headers={"Cache-Control": _SOON})
