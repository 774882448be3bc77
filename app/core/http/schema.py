"""Base types of what goes in and out: strict where laxness would guess, bounded where the database is bounded.

Bodies refuse unknown fields (reliability rule 49) and "1" for 1; strings refuse NUL and lone surrogates (rule 39).
Answers have no defaults, so that a client sees every field as required (D-06).
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from app.core.clock import TimeFormat, time_format

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What both JavaScript dates and timestamptz hold comfortably.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def _printable(value: str) -> str:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise PydanticCustomError("unusable_character", "Text may not contain NUL or lone surrogates")
    return value


def _instant(value: object) -> object:
    """RFC 3339 with a zone, or integer Unix milliseconds (Z-06). A bare local time would be a guess: refused."""
    if isinstance(value, bool):
        raise PydanticCustomError("instant", "An RFC 3339 instant or integer Unix milliseconds is needed")
    if isinstance(value, int):
        try:
            return _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise PydanticCustomError("instant_out_of_range", "This instant is out of range") from None
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("instant", "An RFC 3339 instant or integer Unix milliseconds is needed") from None
        if parsed.tzinfo is None:
            raise PydanticCustomError("instant_without_zone", "The instant needs a time zone, such as Z or +02:00")
        return parsed
    return value


def _in_range(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise PydanticCustomError("instant_out_of_range", "This instant is out of range")
    return value.astimezone(UTC)


def _written(value: datetime) -> str | int:
    if time_format.get() is TimeFormat.unix_ms:
        return round((value - _EPOCH) / timedelta(milliseconds=1))
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _two_decimals(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


_INSTANT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2027-03-01T09:00:00Z"]}

Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    AfterValidator(_in_range),
    PlainSerializer(_written, return_type=Any, when_used="json"),
    WithJsonSchema(_INSTANT_SCHEMA),
]
Text = Annotated[str, AfterValidator(_printable)]
# The limits stand before the check of characters: behind it pydantic would measure first and strip afterwards.
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(_printable)]
Cents = Annotated[int, Field(strict=True, ge=0, le=99_999_999)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Percent = Annotated[
    float, Field(strict=True, ge=0, le=100), PlainSerializer(_two_decimals, return_type=Decimal, when_used="always")
]
Flag = Annotated[bool, Field(strict=True)]
Email = Annotated[EmailStr, AfterValidator(_printable), StringConstraints(max_length=254)]
WebUrl = Annotated[
    HttpUrl,
    AfterValidator(str),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": 2083}),
]


def absent() -> Any:
    """Default of a field that may be left out of an update but may not be null."""
    return Field(default=None, json_schema_extra=lambda schema: schema.pop("default", None))  # type: ignore[arg-type]  # may return


class Body(BaseModel):
    """What a client sends. One model per operation; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """What a client gets, read from a row. No defaults."""

    model_config = ConfigDict(from_attributes=True)


class Identified(View):
    """The columns every resource shows."""

    id: UUID
    created_at: Instant
    updated_at: Instant
