"""Idempotency keys: a repeated POST gets the first answer, and does its work once (X-API-03).

A key belongs to its caller, method and route. For local work the key, the effect and the answer commit together: a
parallel twin of the request waits for that commit on the unique index, at most `lock_timeout`, and then gets the same
answer. An endpoint that calls a partner commits the key with a lease first; whoever comes back later with the key
resumes from `resource_id`, the recovery point. Answers are kept for 24 hours, 72 where money moves. Kept are 2xx and
final refusals; not 401, 403, 422, 429 and 5xx, which the same request may outgrow.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic_core import to_json
from sqlalchemy import DateTime, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import Row, Table, metadata
from app.core.errors import AppError, BadRequest, Conflict, Invalid

LONGEST_KEY = 255
KEPT = timedelta(hours=24)
KEPT_FOR_MONEY = timedelta(hours=72)
LEASE = timedelta(seconds=60)
NOT_KEPT = {401, 403, 408, 412, 413, 415, 422, 429}
KEPT_HEADERS = ("content-type", "etag", "location")
LOCK_NOT_AVAILABLE = "55P03"


class Base(Table, DeclarativeBase):
    """Declarative base of the one table here."""

    metadata = metadata
    __schema__ = "core"


class IdempotencyKey(Row, Base):
    """One key of one caller on one route, with the answer once there is one."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("caller", "method", "route", "key", name="uq_idempotency_keys_caller_method_route_key"),
        Index("ix_idempotency_keys_expires_at", "expires_at"),
    )

    caller: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    resource_id: Mapped[UUID | None] = mapped_column(Uuid)
    lease_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer_status: Mapped[int | None] = mapped_column(SmallInteger)
    answer_headers: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    answer_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IdempotencyKeyRequired(BadRequest):
    """The operation moves seats or money and may not be repeated by accident."""

    code = "core.idempotency_key_required"
    title = "Send an Idempotency-Key header"


class IdempotencyKeyMalformed(BadRequest):
    """1 to 255 visible ASCII characters."""

    code = "core.idempotency_key_malformed"
    title = "The Idempotency-Key is 1 to 255 visible ASCII characters"


class IdempotencyKeyReused(Invalid):
    """The key was used for another request."""

    code = "core.idempotency_key_reused"
    title = "This Idempotency-Key was used with another body"


class IdempotencyInFlight(Conflict):
    """The first request with this key is still running."""

    code = "core.idempotency_in_flight"
    title = "The first request with this Idempotency-Key is still running"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class StoredAnswer(Exception):
    """The first answer to this key, to be sent again."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


# An expired row is as good as none: the insert takes it over.
_CLAIM = text("""
INSERT INTO core.idempotency_keys AS known (id, caller, method, route, key, body_hash, lease_expires_at, expires_at)
VALUES (gen_random_uuid(), :caller, :method, :route, :key, :body_hash, now() + :lease, now() + :kept)
ON CONFLICT (caller, method, route, key) DO UPDATE
SET body_hash = excluded.body_hash, lease_expires_at = excluded.lease_expires_at, expires_at = excluded.expires_at,
    resource_id = NULL, answer_status = NULL, answer_headers = NULL, answer_body = NULL, created_at = now()
WHERE known.expires_at < now()
RETURNING id, resource_id
""")

_FIND = text("""
SELECT id, body_hash, resource_id, answer_status, answer_headers, answer_body
FROM core.idempotency_keys WHERE caller = :caller AND method = :method AND route = :route AND key = :key
""")

# Whoever finds a key without an answer may go on with it once its lease has run out: its owner is dead.
_TAKE_OVER = text("""
UPDATE core.idempotency_keys SET lease_expires_at = now() + :lease
WHERE id = :id AND answer_status IS NULL AND lease_expires_at <= now()
RETURNING id, resource_id
""")

_LET_GO = text("UPDATE core.idempotency_keys SET lease_expires_at = now() WHERE id = :id AND answer_status IS NULL")

_REMEMBER = text("UPDATE core.idempotency_keys SET resource_id = :resource_id WHERE id = :id")

_ANSWER = text("""
UPDATE core.idempotency_keys
SET answer_status = :status, answer_headers = CAST(:headers AS jsonb), answer_body = :body, lease_expires_at = NULL
WHERE id = :id
""")

_REFUSAL = text("""
INSERT INTO core.idempotency_keys
    (id, caller, method, route, key, body_hash, answer_status, answer_headers, answer_body, expires_at)
VALUES (gen_random_uuid(), :caller, :method, :route, :key, :body_hash, :status, CAST(:headers AS jsonb), :body,
        now() + :kept)
ON CONFLICT (caller, method, route, key) DO UPDATE
SET answer_status = excluded.answer_status, answer_headers = excluded.answer_headers,
    answer_body = excluded.answer_body, lease_expires_at = NULL
WHERE idempotency_keys.body_hash = excluded.body_hash AND idempotency_keys.answer_status IS NULL
""")


def read_key(header: str | None, *, required: bool) -> str | None:
    """The key in the `Idempotency-Key` header. Raises when it is malformed, or missing where it is required."""
    if header is None:
        if required:
            raise IdempotencyKeyRequired
        return None
    if not 1 <= len(header) <= LONGEST_KEY or not all("!" <= letter <= "~" for letter in header):
        raise IdempotencyKeyMalformed
    return header


@dataclass(slots=True)
class IdempotentRequest:
    """A request that came with a key. `claim` it in the transaction of its effect, before anything else."""

    request: Request
    names: dict[str, Any]
    kept: timedelta
    id: UUID | None = None
    resource_id: UUID | None = None
    session: AsyncSession | None = None

    async def claim(self, session: AsyncSession, *, stepwise: bool = False) -> None:
        """Own the key in this transaction, or raise: `StoredAnswer`, reused for another body, still in flight.

        `stepwise` is for endpoints that commit the key before they call a partner: the answer is then stored in a
        transaction of its own, and `resource_id` is what an earlier, interrupted run had remembered.
        """
        claimed = await self._insert(session) or await self._find(session)
        self.id, self.resource_id = claimed
        self.session = None if stepwise else session
        self.request.scope["lyceum.idempotency"] = self

    async def remember(self, session: AsyncSession, resource_id: UUID) -> None:
        """Write the recovery point: what a later run with this key goes on with."""
        self.resource_id = resource_id
        await session.execute(_REMEMBER, {"id": self.id, "resource_id": resource_id})

    async def store(self, response: Response) -> None:
        """Keep the answer: in the transaction of the effect, or in one of its own after a partner call."""
        if response.status_code in NOT_KEPT or response.status_code >= 500:
            return
        values = {"id": self.id, **_parts(response)}
        if self.session is not None:
            await self.session.execute(_ANSWER, values)
            return
        async with self.request.state.sessions.begin() as session:
            await session.execute(_ANSWER, values)

    async def store_refusal(self, response: Response) -> None:
        """Keep a final refusal: its transaction is gone, and the key with it, so both are written anew.

        After a failure that is not final, a key that was committed before a partner call is free again at once.
        """
        if response.status_code in NOT_KEPT or response.status_code >= 500:
            await self.let_go()
            return
        async with self.request.state.sessions.begin() as session:
            await session.execute(_REFUSAL, {**self.names, "kept": self.kept, **_parts(response)})

    async def let_go(self) -> None:
        """Let whoever comes next with a key that was committed before a partner call go on at once."""
        if self.id is not None and self.session is None:
            async with self.request.state.sessions.begin() as session:
                await session.execute(_LET_GO, {"id": self.id})

    @asynccontextmanager
    async def resumable(self) -> AsyncIterator[None]:
        """For work in several transactions: when it breaks, whoever comes next with the key goes on from there at once.

        A refusal is an answer, and the edge decides what becomes of its key.
        """
        try:
            yield
        except AppError:
            raise
        except Exception:
            await self.let_go()
            raise

    async def _insert(self, session: AsyncSession) -> tuple[UUID, UUID | None] | None:
        try:
            row = (await session.execute(_CLAIM, {**self.names, "lease": LEASE, "kept": self.kept})).one_or_none()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise IdempotencyInFlight from error
            raise
        return (row.id, row.resource_id) if row else None

    async def _find(self, session: AsyncSession) -> tuple[UUID, UUID | None]:
        names = {name: self.names[name] for name in ("caller", "method", "route", "key")}
        row = (await session.execute(_FIND, names)).one_or_none()
        if row is None:
            # It was there a moment ago: its transaction was rolled back, or it expired and was cleaned away.
            raise IdempotencyInFlight
        if row.body_hash != self.names["body_hash"]:
            raise IdempotencyKeyReused
        if row.answer_status is not None:
            headers = {**row.answer_headers, "Idempotent-Replayed": "true"}
            raise StoredAnswer(Response(row.answer_body, row.answer_status, headers))
        taken = (await session.execute(_TAKE_OVER, {"id": row.id, "lease": LEASE})).one_or_none()
        if taken is None:
            raise IdempotencyInFlight
        return taken.id, taken.resource_id


def _parts(response: Response) -> dict[str, Any]:
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return {"status": response.status_code, "headers": to_json(kept).decode(), "body": bytes(response.body)}


async def idempotent_request(request: Request, caller: str, key: str, kept: timedelta = KEPT) -> IdempotentRequest:
    """The request as something to claim. The route is its full path, so that one key may serve two cohorts."""
    names = {
        "caller": caller,
        "method": request.method,
        "route": request.scope["path"],
        "key": key,
        "body_hash": hashlib.sha256(await request.body()).digest(),
    }
    return IdempotentRequest(request, names, kept)
