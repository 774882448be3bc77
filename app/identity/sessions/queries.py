"""Reads of auth sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.identity.actor import Actor
from app.identity.models import AuthSession

# A client that sent its refresh twice still gets the answer to the first; longer would help a thief more.
REPEATABLE = timedelta(seconds=10)


class Family(NamedTuple):
    """How a login stands towards a refresh token that is not its current one."""

    is_live: bool
    account_id: UUID
    repeats: bool
    """The token was current until a moment ago."""
    refresh_hash: bytes


@dataclass(frozen=True, slots=True)
class Device:
    """A login as its owner sees it."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    method: str
    device: str | None
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


def is_live() -> ColumnElement[bool]:
    """Neither revoked nor run out, by the database's clock."""
    return and_(AuthSession.revoked_at.is_(None), AuthSession.expires_at > func.now())


async def find_family(session: AsyncSession, auth_session_id: UUID, token_hash: bytes) -> Family | None:
    """How the login stands towards a token's hash."""
    repeats = and_(AuthSession.previous_hash == token_hash, AuthSession.rotated_at > func.now() - REPEATABLE)
    wanted = select(is_live(), AuthSession.account_id, func.coalesce(repeats, False), AuthSession.refresh_hash)
    row = (await session.execute(wanted.where(AuthSession.id == auth_session_id))).one_or_none()
    return None if row is None else Family(*row)


async def list_devices(session: AsyncSession, actor: Actor, query: PageQuery) -> Rows[Device]:
    """Where the actor is signed in, newest first."""
    own = select(AuthSession).where(AuthSession.account_id == actor.account_id, is_live())
    found = await paginate(session, own, query, SortBy("-created_at", AuthSession.created_at, descending=True))
    return Rows([_device(row, actor) for row in found.items], found.next_cursor)


def _device(row: AuthSession, actor: Actor) -> Device:
    return Device(
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        method=row.method,
        device=row.device,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        is_current=row.id == actor.auth_session_id,
    )
