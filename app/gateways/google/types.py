"""Who Google says it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoogleIdentity:
    """Facts of a validated ID token. The identity is (`issuer`, `subject`), case-sensitive; addresses change hands.

    `email` may be used for anything only when `email_verified`. Membership of an organization comes from
    `hosted_domain` alone (None for consumer accounts), never from the text after the @.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None
    hosted_domain: str | None
