"""Reads of contents, and of the sessions they belong to.

Which rows there are for the caller is decided by row-level security; the membership is looked up with the session, for
what only a reviewer does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.studio.contents.rules import TABLES, AnyContent
from app.studio.models import Chapter, ClientMember, ContentSession, ContentType, Program
from app.studio.permissions import StudioActor


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A session, where it belongs, and what the caller is to its client: null for staff from outside."""

    session: ContentSession
    program_id: UUID
    role: str | None


def is_of(actor: StudioActor) -> ColumnElement[bool]:
    """Whether a membership is the actor's own, of the client of the program: to join `ClientMember` on."""
    return and_(ClientMember.client_id == Program.client_id, ClientMember.account_id == actor.account_id)


async def get_session(session: AsyncSession, actor: StudioActor, session_id: UUID) -> SessionPlace:
    """A session as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = (
        select(ContentSession, Program.id, ClientMember.role)
        .join(Chapter, Chapter.id == ContentSession.chapter_id)
        .join(Program, Program.id == Chapter.program_id)
        .outerjoin(ClientMember, is_of(actor))
        .where(ContentSession.id == session_id)
    )
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return SessionPlace(*found)


async def hold_session(session: AsyncSession, session_id: UUID) -> ContentSession:
    """A session whose status stays what it is until the end of the transaction: others may hold it too.

    Whoever publishes it waits for all who hold it, so nothing of it changes between the look and the publication.
    """
    rows = select(ContentSession).where(ContentSession.id == session_id).with_for_update(read=True)
    held = await session.scalar(rows.execution_options(populate_existing=True))
    if held is None:
        raise NotFound
    return held


def all_of(kind: ContentType, session_ids: Sequence[UUID]) -> Select[Any]:
    """The contents of one kind of these sessions, as they are now."""
    table = TABLES[kind]
    rows = select(table).where(table.session_id.in_(session_ids))
    return rows.execution_options(populate_existing=True)


async def find_content(session: AsyncSession, kind: ContentType, session_id: UUID) -> AnyContent | None:
    """What a session has of this kind, as it is now."""
    found: AnyContent | None = await session.scalar(all_of(kind, [session_id]))
    return found


async def get_content(session: AsyncSession, kind: ContentType, session_id: UUID) -> AnyContent:
    """What a session has of this kind. Raises `NotFound` when it has none."""
    found = await find_content(session, kind, session_id)
    if found is None:
        raise NotFound
    return found


async def lock_content(session: AsyncSession, kind: ContentType, session_id: UUID) -> AnyContent:
    """The same, changed by nobody else until the end of the transaction. Raises `NotFound` when there is none."""
    found: AnyContent | None = await session.scalar(all_of(kind, [session_id]).with_for_update())
    if found is None:
        raise NotFound
    return found
