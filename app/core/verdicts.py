"""What a rate limit says about one request, and how that is written on the answer (X-API-05).

The header fields follow the IETF draft "RateLimit header fields for HTTP": `RateLimit-Policy` tells the rule,
`RateLimit` what is left of it, both as structured field lists with one item per policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests in each window of `window` seconds. The name is public."""

    name: str
    quota: int
    window: int = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """One policy's answer: is this request within it, how many are left, seconds until the count starts anew."""

    policy: Policy
    allowed: bool
    remaining: int
    reset: int


def limit_headers(verdicts: Sequence[Verdict]) -> list[tuple[bytes, bytes]]:
    """The two header fields for these verdicts; none when nothing was limited."""
    if not verdicts:
        return []
    rules = ", ".join(f'"{v.policy.name}";q={v.policy.quota};w={v.policy.window}' for v in verdicts)
    left = ", ".join(f'"{v.policy.name}";r={v.remaining};t={v.reset}' for v in verdicts)
    return [(b"ratelimit-policy", rules.encode()), (b"ratelimit", left.encode())]
