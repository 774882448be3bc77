"""The transaction of a request: opened and committed at the edge, before the answer leaves.

`scope="function"` is the load-bearing word: the answer is serialised, then committed, then sent, so a failing commit
becomes an error the client sees (reliability rule 2). Nobody inside ever commits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.driver import Drivers
from app.core.outbox.emit import has_emitted


async def make_room(request: Request) -> None:
    """Before a connection is asked of the pool: none of those at hand for hot paths may be the last ones."""
    drivers: Drivers | None = getattr(request.state, "drivers", None)
    if drivers is not None:
        await drivers.make_room()


class Transactions:
    """For the few endpoints that call a partner between two commits: nothing stays open across the network."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One short transaction: commit on success, roll back on any exception."""
        await make_room(self._request)
        async with self._request.state.sessions() as session:
            async with session.begin():
                yield session
            if has_emitted(session):
                self._request.state.doorbell.ring()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The one transaction of an ordinary request."""
    async with Transactions(request).begin() as session:
        yield session


async def transactions(request: Request) -> Transactions:
    """The transactions that an endpoint opens itself."""
    return Transactions(request)


Session = Annotated[AsyncSession, Depends(open_session, scope="function")]
StepwiseSession = Annotated[Transactions, Depends(transactions)]
