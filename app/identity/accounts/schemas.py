"""Accounts as their owners see them."""

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.core.http.schema import Body, Identified, Instant, Title, View, absent

EXAMPLE_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"
_ACCOUNT: JsonDict = {"id": EXAMPLE_ID, "email": "ada@example.com", "name": "Ada Byron"}
_TIMES: JsonDict = {"created_at": "2027-03-01T09:00:00Z", "updated_at": "2027-03-01T09:00:00Z"}


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("time_zone", "An IANA time zone is needed, such as Europe/Berlin") from None
    return value


Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", max_length=35)]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$", max_length=64), AfterValidator(_known_zone)
]


class IdentityAccountSummary(View):
    """Who somebody is, in three fields."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})

    id: UUID
    email: str
    name: str


class IdentityAccount(Identified):
    """The caller's account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_ACCOUNT,
                    **_TIMES,
                    "email_verified_at": "2027-03-01T09:00:00Z",
                    "locale": "en-GB",
                    "timezone": "Europe/London",
                }
            ]
        }
    )

    email: str
    name: str
    email_verified_at: Instant | None
    locale: str | None
    timezone: str | None


class IdentityAccountUpdate(Body):
    """What the owner may change. The address is changed by proving another one, not by typing it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Ada King", "timezone": "America/New_York", "locale": "en-US"}]}
    )

    name: Title = absent()
    locale: Locale | None = None
    timezone: TimeZone | None = None
