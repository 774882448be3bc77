"""A request that lost against others runs again, at most three times, before anything is answered (rule 9).

Innermost middleware: errors of the database arrive here as exceptions. Serialization failure, deadlock and lock timeout
mean that nothing was committed, so the whole request may simply run anew. A commit whose outcome is unknown is none of
them and is never repeated; the caller's idempotency key settles it.
"""

import asyncio
import random

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.facts import facts_of
from app.core.http.faults import TRANSIENT, sqlstate_of
from app.core.http.guard import Replay

log = structlog.get_logger(__name__)

TRIES = 3
PAUSE = 0.03


class RetryTransient:
    """Runs the inside again on a fresh scope and the same body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not isinstance(receive, Replay):
            # A streamed body cannot be told twice.
            await self.app(scope, receive, send)
            return
        facts = facts_of(scope)
        pristine, state = dict(scope), dict(scope.get("state", {}))
        while True:
            try:
                await self.app(scope, receive, send)
            except DBAPIError as error:
                reason = sqlstate_of(error)
                if facts.status or facts.tries >= TRIES or reason not in TRANSIENT:
                    raise
            else:
                return
            log.info("request_retried", sqlstate=reason, tries=facts.tries)
            await asyncio.sleep(PAUSE * facts.tries * random.uniform(0.5, 1.5))  # noqa: S311  (jitter, not a secret)
            facts.tries += 1
            facts.account_id = None
            # The same dict, so that the layers outside go on seeing what the last try learned (the route above all).
            scope.clear()
            scope.update(pristine, state=dict(state))
            receive.rewind()
