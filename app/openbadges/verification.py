"""Whether a credential holds, from documents at hand: the order of questions of VC 2.0, and no network.

First what it is, then who signed it, then whether it was taken back, then the dates. A credential whose status list is
not at hand is not called valid: nobody could know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.openbadges import status_list, vc_jwt
from app.openbadges.baking import NothingBaked, unbake_png, unbake_svg
from app.openbadges.data_integrity import require_proof
from app.openbadges.did_web import keys_of
from app.openbadges.jsonld import LARGEST
from app.openbadges.status_list import BadStatusList

Documents = Mapping[str, Mapping[str, Any]]


class State(StrEnum):
    """The answer. `unknown`: genuine, but nobody can say from here whether it was taken back."""

    valid = "valid"
    revoked = "revoked"
    expired = "expired"
    not_yet_valid = "not_yet_valid"
    unknown = "unknown"
    invalid = "invalid"


class NotACredential(ValueError):
    """The file holds nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was in a file: a credential with its proof, or a token around one."""

    credential: Mapping[str, Any]
    token: str | None = None

    @property
    def issuer(self) -> str:
        """Who says so, before anything is believed."""
        told = self.credential.get("issuer")
        return str(told.get("id", "") if isinstance(told, dict) else told)

    @property
    def status_lists(self) -> list[str]:
        """The lists in which it can be looked up."""
        return [str(each.get("statusListCredential")) for each in _entries(self.credential)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with its reason, and what is believed after all."""

    state: State
    reason: str
    credential: Mapping[str, Any] = field(default_factory=dict)


def read(content: bytes) -> Found:
    """The credential in a file: JSON, a token, a baked PNG or SVG. Raises `NotACredential`."""
    try:
        text = unbake_png(content) if content.startswith(b"\x89PNG") else content.decode("utf-8-sig").strip()
        if text.startswith("<"):
            text = unbake_svg(text)
        if len(text) > LARGEST:
            raise NotACredential("the file is too large")
        if not text.startswith("{"):
            payload = vc_jwt.unverified(text)[1]
            return Found(payload, text)
        credential = json.loads(text)
    except (NothingBaked, vc_jwt.BadToken, ValueError, RecursionError) as error:
        raise NotACredential(str(error) or "the file holds no credential") from error
    return Found(credential)


def verify(found: Found, dids: Documents, lists: Documents, now: datetime) -> Verdict:
    """The verdict. `dids`: DID documents by DID; `lists`: signed status lists by their address."""
    did = dids.get(found.issuer)
    if did is None or did.get("id") != found.issuer:
        return Verdict(State.invalid, f"the keys of {found.issuer[:200]} are not at hand")
    keys = keys_of(did)
    try:
        credential = _proven(found, keys)
        _require_badge(credential)
        return Verdict(*_judged(credential, keys, lists, now), credential)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Verdict(State.invalid, str(error) or "its dates or its status cannot be read")


def _judged(
    credential: Mapping[str, Any], keys: Mapping[str, Ed25519PublicKey], lists: Documents, now: datetime
) -> tuple[State, str]:
    """What became of a genuine credential. Revoked comes before expired: that is what its issuer would say."""
    is_revoked = _is_revoked(credential, keys, lists, now)
    if is_revoked:
        return State.revoked, "the issuer has taken it back"
    dated = _dated(credential, now)
    if dated is not None:
        return dated
    if is_revoked is None:
        return State.unknown, "genuine; its status list is not at hand"
    return State.valid, "signed by its issuer, not taken back"


def _proven(found: Found, keys: Mapping[str, Ed25519PublicKey]) -> Mapping[str, Any]:
    if found.token is not None:
        return vc_jwt.require_token(found.token, keys)
    require_proof(found.credential, keys)
    return found.credential


def _require_badge(credential: Mapping[str, Any]) -> None:
    types = credential.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types:
        raise NotACredential("this is no verifiable credential")
    if not isinstance(credential.get("credentialSubject"), dict):
        raise NotACredential("this credential is about nobody")


def _entries(credential: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    told = credential.get("credentialStatus", [])
    listed = told if isinstance(told, list) else [told]
    return [each for each in listed if isinstance(each, dict)]


def _is_revoked(
    credential: Mapping[str, Any], keys: Mapping[str, Ed25519PublicKey], lists: Documents, now: datetime
) -> bool | None:
    """None when that cannot be said from here. Raises what reading a bad list raises."""
    known: list[bool] = []
    for each in _entries(credential):
        if (each.get("type"), each.get("statusPurpose")) != ("BitstringStatusListEntry", "revocation"):
            return None
        url = str(each.get("statusListCredential"))
        signed = lists.get(url)
        if signed is None:
            return None
        require_proof(signed, keys)
        subject = signed["credentialSubject"]
        if signed.get("id") != url or subject.get("statusPurpose") != "revocation" or _dated(signed, now):
            raise BadStatusList("the status list is another one, or not of today")
        known.append(status_list.is_set(str(subject["encodedList"]), int(each["statusListIndex"])))
    return any(known)


def _dated(credential: Mapping[str, Any], now: datetime) -> tuple[State, str] | None:
    if datetime.fromisoformat(credential["validFrom"]) > now:
        return State.not_yet_valid, f"it holds from {credential['validFrom']}"
    until = credential.get("validUntil")
    if until is not None and datetime.fromisoformat(until) <= now:
        return State.expired, f"it held until {until}"
    return None
