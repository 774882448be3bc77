"""URL-safe names for things that people name (P-PRG-05, A-CRS-02)."""

import secrets
import time
from collections.abc import Iterator

from slugify import slugify

LONGEST = 50


def slug_of(name: str, fallback: str) -> str:
    """Lower case, runs of other characters become one "-", at most 50 characters.

    A name without a usable character gives `fallback`, so a slug is never empty.
    """
    return slugify(name, max_length=LONGEST, word_boundary=False) or fallback


def candidates(name: str, fallback: str) -> Iterator[str]:
    """The slugs to try in turn for one name: plain, with epoch milliseconds, then with random letters (Z-21)."""
    base = slug_of(name, fallback)
    yield base
    yield f"{base}-{time.time_ns() // 1_000_000}"
    while True:
        yield f"{base}-{secrets.token_hex(4)}"
