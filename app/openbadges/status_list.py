"""Bitstring status lists: one bit per credential, in lists long enough to hide whose bit is looked at."""

import gzip
import io
from collections.abc import Iterable
from typing import Any

from app.openbadges.jsonld import CREDENTIALS
from app.openbadges.multikey import base64url, from_base64url

LENGTH = 131_072
# What a foreign list may unpack to: a million credentials.
_LONGEST = 131_072


class BadStatusList(ValueError):
    """Not a list that this credential could be looked up in."""


def encoded(positions: Iterable[int]) -> str:
    """The list with these bits set; position 0 is the left-most bit."""
    bits = bytearray(LENGTH // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    return "u" + base64url(gzip.compress(bytes(bits), mtime=0))


def is_set(encoded_list: str, position: int) -> bool:
    """Whether a bit is set. Raises `BadStatusList`, also for a bit that the list does not have."""
    try:
        if not encoded_list.startswith("u"):
            raise BadStatusList("the list is not in base 64")
        with gzip.GzipFile(fileobj=io.BytesIO(from_base64url(encoded_list[1:]))) as packed:
            bits = packed.read(_LONGEST + 1)
    except (OSError, EOFError, ValueError) as error:
        raise BadStatusList("the list cannot be unpacked") from error
    if len(bits) > _LONGEST or not 0 <= position < len(bits) * 8:
        raise BadStatusList("the list has no such bit")
    return bool(bits[position // 8] & 0x80 >> position % 8)


def entry(list_url: str, position: int) -> dict[str, Any]:
    """What a credential says about its bit."""
    return {
        "id": f"{list_url}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(position),
        "statusListCredential": list_url,
    }


def credential(list_url: str, issuer: str, positions: Iterable[int], *, valid_from: str) -> dict[str, Any]:
    """The list as a credential that is still to be signed."""
    return {
        "@context": [CREDENTIALS],
        "id": list_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(positions),
        },
    }
