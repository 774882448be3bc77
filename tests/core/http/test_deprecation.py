"""Announcing what will go."""

from datetime import UTC, datetime

import pytest
from fastapi import Depends

from app.core.http.deprecation import deprecated
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app

SINCE, SUNSET = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
router = Router()


@router.get("/old", deprecated=True, dependencies=[Depends(deprecated(SINCE, SUNSET, "https://lyceum.example/new"))])
async def old() -> str:
    return "still here"


@pytest.mark.req("X-API-06")
async def test_a_deprecated_operation_says_since_when_until_when_and_what_instead() -> None:
    async with client_of(edge_app(router)) as http:
        headers = (await http.get("/old")).headers
    assert headers["deprecation"] == "@1798761600"
    assert headers["sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert headers["link"] == '<https://lyceum.example/new>; rel="deprecation"; type="text/html"'


@pytest.mark.parametrize(
    ("since", "sunset"), [(SUNSET, SINCE), (SINCE, SINCE), (SINCE.replace(tzinfo=None), SUNSET.replace(tzinfo=None))]
)
def test_impossible_dates_are_refused(since: datetime, sunset: datetime) -> None:
    with pytest.raises(ValueError, match="sunset comes after"):
        deprecated(since, sunset, "https://lyceum.example")
