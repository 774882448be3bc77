"""Verbs on magic links: asked for, consumed once, swept away."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.identity import MagicLinkRequested
from app.identity.actor import Actor
from app.identity.magic_links import queries, rules
from app.identity.magic_links.schemas import IdentityMagicLinkCreate
from app.identity.models import MagicLink
from app.identity.permissions import Permission, allow
from app.settings import settings

KEPT = timedelta(days=1)


async def request_link(session: AsyncSession, actor: Actor, data: IdentityMagicLinkCreate) -> None:
    """Have a link sent to an address; over the address's hourly cap nothing is sent and nothing is said (rule 58)."""
    allow(actor, Permission.SIGN_IN)
    limits = settings().sign_in
    await queries.hold_address(session, data.email)
    if await queries.count_recent(session, data.email) >= limits.magic_links_per_hour:
        return
    link = MagicLink(
        id=new_id(),
        email=data.email,
        purpose=rules.SIGN_IN,
        nonce=secrets.token_bytes(16),
        requested_name=data.name,
        expires_at=func.now() + timedelta(minutes=limits.magic_link_minutes),
    )
    link.token_hash = rules.hash_of(rules.new_token(link))
    session.add(link)
    emit(session, MagicLinkRequested(magic_link_id=link.id))


async def consume_link(session: AsyncSession, actor: Actor, token: str) -> MagicLink | None:
    """Use a link up, by one statement: of two callers with the same token one gets it.

    None when it is wrong, used, too old or guessed at too often. A wrong token that names a link counts against that
    link; the caller must commit for that to last.
    """
    allow(actor, Permission.SIGN_IN)
    link_id = rules.link_id_in(token)
    if link_id is None:
        return None
    used = (
        update(MagicLink)
        .where(
            MagicLink.id == link_id,
            MagicLink.token_hash == rules.hash_of(token),
            MagicLink.purpose == rules.SIGN_IN,
            MagicLink.used_at.is_(None),
            MagicLink.expires_at > func.now(),
            MagicLink.attempts < rules.MOST_ATTEMPTS,
        )
        .values(used_at=func.now())
        .returning(MagicLink)
    )
    link = (await session.scalars(used)).one_or_none()
    if link is None:
        missed = update(MagicLink).where(MagicLink.id == link_id, MagicLink.attempts < rules.MOST_ATTEMPTS)
        await session.execute(missed.values(attempts=MagicLink.attempts + 1))
    return link


async def forget_links(session: AsyncSession, actor: Actor) -> None:
    """Delete links that are long over; the hour of the cap stays untouched."""
    allow(actor, Permission.SIGN_IN)
    over = or_(MagicLink.expires_at < func.now() - KEPT, MagicLink.used_at < func.now() - KEPT)
    await session.execute(delete(MagicLink).where(over))
