"""The one connection of a test, as the express lanes want it: a lane's statement in a savepoint of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database.driver import Driver, raise_in_our_words
from tests.support.queries import note_statement


class OneDriver:
    """Lends the driver's connection below an open transaction; what a lane does is undone with the test."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Driver]:
        """The connection, in a savepoint: a refused statement takes nothing else with it."""
        raw = await self._connection.get_raw_connection()
        driver = cast("Driver", raw.driver_connection)
        try:
            async with driver.transaction():
                with driver.query_logger(lambda said: note_statement(said.query)):
                    yield driver
        except Exception as error:
            raise_in_our_words(error)
            raise

    async def make_room(self) -> None:
        """There is one connection, and a test does one thing at a time."""
