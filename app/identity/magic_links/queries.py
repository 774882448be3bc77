"""Reads of magic links."""

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import MagicLink

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('magic-links ' || lower(:email), 0))")


async def hold_address(session: AsyncSession, email: str) -> None:
    """Let requests for one address go one by one until the end of this transaction, so that they count each other."""
    await session.execute(_HOLD, {"email": email})


async def count_recent(session: AsyncSession, email: str) -> int:
    """How many links were sent to an address within the last hour."""
    recent = select(func.count()).where(
        func.lower(MagicLink.email) == func.lower(email),
        MagicLink.created_at > func.now() - text("interval '1 hour'"),
    )
    return await session.scalar(recent) or 0


async def find_open_link(session: AsyncSession, link_id: UUID) -> MagicLink | None:
    """The link, while it can still be used."""
    usable = select(MagicLink).where(
        MagicLink.id == link_id, MagicLink.used_at.is_(None), MagicLink.expires_at > func.now()
    )
    return (await session.scalars(usable)).one_or_none()
