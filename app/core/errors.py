"""What the service refuses, and how: one small tree of exceptions that carry their own HTTP meaning.

A feature lists its refusals in `errors.py` as subclasses with `code` and `title`; `core/http/problems.py`
renders them as RFC 9457 problem documents (X-API-01). The class name never reaches the wire, `code` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: a JSON pointer (RFC 6901), a stable code, a sentence."""

    pointer: str
    code: str
    message: str


class AppError(Exception):
    """Something the service refuses. Raise a subclass: this one has no status of its own."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        members: dict[str, object] | None = None,
    ) -> None:
        if not hasattr(type(self), "status"):
            raise TypeError(f"{type(self).__name__} has no status: raise a subclass of NotFound, Conflict, …")
        self.detail = detail or type(self).title
        self.errors = errors
        self.headers = headers or {}
        # What the problem document says beside the usual: extension members of RFC 9457, ready for JSON.
        self.members = members or {}
        super().__init__(self.detail)


class BadRequest(AppError):
    """The request cannot be understood as sent (a header, a signature)."""

    status = 400
    code = "core.bad_request"
    title = "The request cannot be understood"


class Unauthenticated(AppError):
    """No valid credential came along."""

    status = 401
    code = "core.unauthenticated"
    title = "Sign in first"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AppError):
    """Visible to the caller, but not theirs to do."""

    status = 403
    code = "core.forbidden"
    title = "You may not do this"


class NotFound(AppError):
    """Unknown, or not the caller's to know: the two answers are the same."""

    status = 404
    code = "core.not_found"
    title = "Not found"


class Conflict(AppError):
    """Well formed, allowed, and refused because of the state things are in."""

    status = 409
    code = "core.conflict"
    title = "The current state does not allow this"


class Gone(AppError):
    """It was there, and its time is over."""

    status = 410
    code = "core.gone"
    title = "No longer available"


class Stale(AppError):
    """The caller changed an older version than the current one (If-Match)."""

    status = 412
    code = "core.stale"
    title = "This was changed in the meantime"


class Invalid(AppError):
    """Malformed input: the errors name the fields."""

    status = 422
    code = "core.invalid"
    title = "Some fields are not valid"


class TooManyRequests(AppError):
    """Over a limit; `Retry-After` says when to come back."""

    status = 429
    code = "core.rate_limited"
    title = "Too many requests"


class Unavailable(AppError):
    """Something the service leans on does not answer; nothing was changed."""

    status = 503
    code = "core.unavailable"
    title = "Temporarily unavailable"

    def __init__(self, detail: str | None = None, *, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})
