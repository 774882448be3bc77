"""What can go wrong with an outside service, in two words: it did not answer, or it said no.

`GatewayUnavailable` leaves the outcome open: repeat with the same idempotency key, or ask for the current state.
`GatewayRefused` is final: repeating the same call gets the same answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.core.errors import AppError, BadRequest, Unavailable

# A provider that asks for more than a day is treated as asking for a day.
LONGEST_WAIT_SECONDS = 86_400


class GatewayUnavailable(Unavailable):
    """No answer, an answer of 5xx, or too many requests. The work may have been done all the same.

    `retry_after`: seconds the provider asked to wait, None when it did not say.
    """

    code = "core.gateway_unavailable"
    title = "An outside service does not answer"

    def __init__(self, provider: str, message: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(f"{provider} does not answer at the moment", retry_after=retry_after or 2)
        self.provider = provider
        self.message = message
        self.retry_after = retry_after


class GatewayRefused(AppError):
    """The provider understood and refused. `reason` is its code, `message` its words (for logs, not for clients)."""

    status = 502
    code = "core.gateway_refused"
    title = "An outside service refused the request"

    def __init__(self, reason: str, message: str = "", *, provider: str = "") -> None:
        super().__init__(f"{provider or 'An outside service'} refused the request ({reason})")
        self.reason = reason
        self.message = message
        self.provider = provider


class SignatureRefused(BadRequest):
    """A webhook whose signature, age or body is not what the provider would send."""

    code = "core.signature_refused"
    title = "The signature is not valid"


def wait_from_header(value: str | None, now: datetime | None = None) -> int | None:
    """Seconds from a `Retry-After` header: a number or an HTTP date, at most a day; nonsense and the past are None."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return None
    # `not >=` instead of `<`, so that NaN is nonsense too
    return None if not seconds >= 0 else int(min(max(seconds, 1), LONGEST_WAIT_SECONDS))
