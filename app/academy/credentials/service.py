"""Signing credentials, taking them back, and the files that hold them."""

import asyncio
import json
import secrets
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import typesetting
from app.academy.credentials import queries, rules
from app.academy.credentials.errors import AlreadyRevoked, FilesNotReady
from app.academy.credentials.queries import TABLES, Known
from app.academy.credentials.rules import CredentialKind, Draft
from app.academy.models import SigningKey
from app.academy.models.open_badges import OpenBadgeCredential
from app.academy.people import queries as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.locks import try_lock, wait_for_lock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.core.sealing import key_name, seal, unseal
from app.core.storage import file_store
from app.domain_events.academy import CredentialNameChanged, CredentialRevoked, SigningKeyRotated
from app.media.files import queries as files
from app.openbadges import baking, data_integrity, did_web, status_list, vc_jwt
from app.openbadges.multikey import from_multikey, multikey_of

_PURPOSE = "credential-signing-key"
# Of so many bits that are picked in a list without finding a free one, the list is as good as full.
_TRIES = 24


# Keys


def _new_key() -> dict[str, Any]:
    made = Ed25519PrivateKey.generate()
    public = multikey_of(made.public_key())
    sealed = seal(_PURPOSE, made.private_bytes_raw(), belongs_to=public)
    return {"id": new_id(), "public_key": public, "private_key": sealed, "key_id": key_name(_PURPOSE)}


async def _signer(session: AsyncSession) -> Ed25519PrivateKey:
    """The active key, made on first use: any number of callers at once get the same one."""
    active = await queries.find_active_key(session)
    if active is None:
        await session.execute(insert(SigningKey).values(_new_key()).on_conflict_do_nothing())
        active = await queries.find_active_key(session)
    if active is None or active.private_key is None:
        raise NotFound
    return Ed25519PrivateKey.from_private_bytes(unseal(_PURPOSE, active.private_key, belongs_to=active.public_key))


async def rotate_key(session: AsyncSession, actor: AcademyActor) -> SigningKey:
    """Sign with a new key from now on. The former one loses its private half and goes on verifying what it signed."""
    allow(actor, Permission.CREDENTIAL_REVOKE)
    await wait_for_lock(session, "academy.signing_keys")
    active = update(SigningKey).where(SigningKey.retired_at.is_(None))
    await session.execute(active.values(retired_at=func.now(), private_key=None))
    made = SigningKey(**_new_key())
    session.add(made)
    emit(session, SigningKeyRotated(signing_key_id=made.id))
    return made


async def did_document(session: AsyncSession, actor: AcademyActor) -> dict[str, Any]:
    """Every key that may have signed, for whoever verifies."""
    await _signer(session)
    keys = [from_multikey(each.public_key) for each in await queries.list_keys(session)]
    return did_web.document(rules.issuer_did(), keys)


# Signing


async def _sign(session: AsyncSession, document: dict[str, Any]) -> dict[str, Any]:
    key = await _signer(session)
    method = did_web.multikey_method(rules.issuer_did(), key.public_key())
    created = rules.instant(await queries.now(session))
    return data_integrity.signed(document, key, method=method, created=created)


async def sign(session: AsyncSession, actor: AcademyActor, draft: Draft) -> tuple[OpenBadgeCredential, int]:
    """The signed credential and its bit. Whoever issues has decided before that it is earned."""
    position = await _take_position(session, draft.kind)
    document = rules.document_of(rules.compose(draft, position))
    return OpenBadgeCredential.model_validate(await _sign(session, document)), position


async def _take_position(session: AsyncSession, kind: CredentialKind) -> int:
    """A free bit, picked at random so that it says nothing, and held until the end of the transaction.

    A lock per bit, and a look after it: two who pick the same one at once cannot both have it.
    """
    number = await queries.highest_position(session, kind) // rules.LIST_LENGTH
    while True:
        for _ in range(_TRIES):
            position = number * rules.LIST_LENGTH + secrets.randbelow(rules.LIST_LENGTH)
            if not await try_lock(session, f"academy.status.{kind}.{position}"):
                continue
            if not await queries.is_position_taken(session, kind, position):
                return position
        number += 1


async def token_of(session: AsyncSession, actor: AcademyActor, known: Known) -> str:
    """The credential as a VC-JWT."""
    key = await _signer(session)
    method = did_web.jwk_method(rules.issuer_did(), key.public_key())
    return vc_jwt.encoded(rules.document_of(known.row.badge_data), key, method=method)


async def status_list_of(
    session: AsyncSession, actor: AcademyActor, kind: CredentialKind, number: int
) -> dict[str, Any]:
    """A status list as it is now, signed. Raises `NotFound`."""
    revoked = await queries.list_revoked(session, kind, number)
    since = rules.instant(await queries.now(session))
    listed = status_list.credential(rules.list_url(kind, number), rules.issuer_did(), revoked, valid_from=since)
    return await _sign(session, listed)


# What becomes of it


async def revoke(session: AsyncSession, actor: AcademyActor, credential_id: UUID, reason: str) -> Known:
    """Take a credential back, for a reason that everybody may read (A-CRT-07). Raises `AlreadyRevoked`."""
    known = await queries.get_credential(session, credential_id, for_update=True)
    row = known.row
    allow(actor, Permission.CREDENTIAL_REVOKE, row)
    if row.revoked_at is not None:
        raise AlreadyRevoked
    table = TABLES[known.kind]
    by = None if actor.is_system else actor.account_id
    values = {"revoked_at": func.now(), "revoked_by_id": by, "revocation_reason": reason}
    await session.execute(update(table).where(table.id == row.id).values(values))
    emit(
        session,
        CredentialRevoked(credential_id=row.id, credential_kind=known.kind, account_id=row.account_id, reason=reason),
    )
    return await queries.get_credential(session, credential_id)


async def show_name(session: AsyncSession, actor: AcademyActor, credential_id: UUID, *, is_shown: bool) -> Known:
    """Let a credential show its holder's name as it is now, or no longer. Only the holder decides."""
    known = await queries.get_credential(session, credential_id, for_update=True)
    allow(actor, Permission.CREDENTIAL_SHOW_NAME, known.row)
    holder = await people.get_learner(session, actor, known.row.account_id)
    name = holder.name if is_shown else None
    if known.row.holder_name != name:
        known.row.holder_name = name
        emit(session, CredentialNameChanged(credential_id=credential_id, is_shown=is_shown))
    return known


# Files


async def baked_png(session: AsyncSession, actor: AcademyActor, known: Known) -> bytes:
    """The picture with the credential in it: the one that is kept, or one made now."""
    if known.image_id is not None:
        kept = await files.get_file(session, known.image_id)
        try:
            return await asyncio.to_thread(file_store().get, kept.storage_key)
        except FileNotFoundError:
            pass
    return await asyncio.to_thread(bake_png, known.kind, known.row.badge_data)


def bake_png(kind: CredentialKind, credential: OpenBadgeCredential) -> bytes:
    """The picture of a credential with the credential in it. Takes its time: run it in a thread."""
    return baking.bake_png(plain_png(kind, credential.name or ""), json.dumps(rules.document_of(credential)))


def plain_png(kind: CredentialKind, name: str) -> bytes:
    """The picture of an achievement. Takes its time."""
    return typesetting.png(rules.TEMPLATES / "badge.typ", rules.picture(kind, name))


def bake_svg(kind: CredentialKind, credential: OpenBadgeCredential) -> str:
    """The drawing of a credential with the credential in it. Takes its time."""
    drawn = typesetting.svg(rules.TEMPLATES / "badge.typ", rules.picture(kind, credential.name or ""))
    return baking.bake_svg(drawn, json.dumps(rules.document_of(credential)))


async def read_pdf(session: AsyncSession, actor: AcademyActor, known: Known) -> bytes:
    """The printed form, for the holder. Raises `FilesNotReady`, and `NotFound` for a badge, which has none."""
    allow(actor, Permission.CREDENTIAL_READ, known.row)
    if known.kind is CredentialKind.skill_badge:
        raise NotFound
    if known.pdf_id is None:
        raise FilesNotReady
    kept = await files.get_file(session, known.pdf_id)
    try:
        return await asyncio.to_thread(file_store().get, kept.storage_key)
    except FileNotFoundError:
        raise NotFound from None
