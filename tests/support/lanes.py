"""Both ways of a hot path: a folder whose conftest imports `drivers` runs each of its tests twice.

Whatever a test says of an endpoint then holds for the lane in front of it as well (docs/decisions/0010).
"""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database.driver import Drivers
from tests.support.drivers import OneDriver


@pytest.fixture(params=["express", "ordinary"])
def drivers(connection: AsyncConnection, request: pytest.FixtureRequest) -> Drivers | None:
    """The lanes open, or closed."""
    return OneDriver(connection) if request.param == "express" else None
