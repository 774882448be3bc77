"""Announcing what will go (X-API-06): the `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) headers, and a link."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Response


def deprecated(since: datetime, sunset: datetime, link: str) -> Callable[[Response], Awaitable[None]]:
    """For `dependencies=[Depends(deprecated(...))]` beside `deprecated=True`. `link` tells what to use instead.

    Raises ValueError when the operation would go before it is deprecated, or when a time has no zone.
    """
    if since.tzinfo is None or sunset.tzinfo is None or sunset <= since:
        raise ValueError("both times need a zone, and sunset comes after the deprecation")
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset.astimezone(UTC), usegmt=True),
        "Link": f'<{link}>; rel="deprecation"; type="text/html"',
    }

    async def announce(response: Response) -> None:
        response.headers.update(headers)

    return announce
