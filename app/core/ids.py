"""Identifiers: uuid version 7 (RFC 9562), so that rows made together lie together in the index (Z-08)."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh uuid7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))
