"""URL-safe names for things that people name (P-PRG-05, A-CRS-02)."""

import re
import secrets
import time
from collections.abc import Iterator

from slugify import slugify

LONGEST = 50
_SUFFIX = re.compile(r"-(\d{13}|[0-9a-f]{8})$")


def slug_of(name: str, fallback: str) -> str:
    """Lower case, runs of other characters become one "-", at most 50 characters.

    A name without a usable character gives `fallback`, so a slug is never empty.
    """
    return slugify(name, max_length=LONGEST, word_boundary=False) or fallback


def candidates(name: str, fallback: str) -> Iterator[str]:
    """The slugs to try in turn for one name: plain, with epoch milliseconds, then with random letters (Z-21)."""
    base = slug_of(name, fallback)
    yield base
    yield _suffixed(base, str(time.time_ns() // 1_000_000))
    while True:
        yield _suffixed(base, secrets.token_hex(4))


def is_slug_of(slug: str, name: str, fallback: str) -> bool:
    """Whether `slug` is one that `candidates` makes for this name."""
    base = slug_of(name, fallback)
    suffix = _SUFFIX.search(slug)
    return slug == base or (suffix is not None and slug == _suffixed(base, suffix[1]))


def _suffixed(base: str, suffix: str) -> str:
    return f"{base[: LONGEST - len(suffix) - 1].rstrip('-')}-{suffix}"
