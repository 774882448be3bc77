"""Verbs of publication: everything below is approved, frozen as a revision and public, or nothing is (S-FLW-04)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import ProgramPublished, SessionPublished, SessionStatusChanged
from app.studio.models import (
    ContentSession,
    Program,
    ProgramRevision,
    SessionRevision,
    SessionStatus,
    StatusChange,
)
from app.studio.permissions import StudioActor
from app.studio.publishing import queries, rules
from app.studio.publishing.errors import PublicationBlocked


async def publish_session(session: AsyncSession, actor: StudioActor, program_id: UUID, locked: ContentSession) -> None:
    """Make a locked, approved session public with its contents. Raises `PublicationBlocked`.

    The caller notes the step itself: this one was asked for by name.
    """
    if blocking := await queries.what_blocks_session(session, locked.id):
        raise PublicationBlocked(blocking)
    await _freeze_sessions(session, actor, program_id, [locked])


async def publish_program(session: AsyncSession, actor: StudioActor, program: Program) -> None:
    """Make a locked program public, and with it all of its sessions that are not yet. Raises `PublicationBlocked`."""
    chapters, by_chapter = await queries.lock_tree(session, program.id)
    if blocking := await queries.what_blocks_program(session, program.id):
        raise PublicationBlocked(blocking)
    fresh = [each for siblings in by_chapter.values() for each in siblings if each.status == SessionStatus.approved]
    await _freeze_sessions(session, actor, program.id, fresh)
    await _note_steps(session, actor, program.id, fresh)
    session.add(
        ProgramRevision(
            id=new_id(),
            program_id=program.id,
            revision=program.revision,
            published_by=actor.named,
            content=rules.outline(program, chapters, by_chapter),
        )
    )
    emit(
        session,
        ProgramPublished(program_id=program.id, client_id=program.client_id, revision=program.revision),
    )


async def _freeze_sessions(
    session: AsyncSession, actor: StudioActor, program_id: UUID, locked: Sequence[ContentSession]
) -> None:
    """Publish these sessions and keep each as its revision: a constant number of statements."""
    if not locked:
        return
    ids = [each.id for each in locked]
    contents = await queries.contents_of(session, ids)
    await session.execute(
        update(ContentSession)
        .where(ContentSession.id.in_(ids))
        .values(status=SessionStatus.published, version=ContentSession.version + 1)
        .execution_options(synchronize_session=False)
    )
    kept = [
        {
            "id": new_id(),
            "session_id": each.id,
            "revision": each.revision,
            "published_by": actor.named,
            "content": rules.as_published(each, contents.get(each.id, ())),
        }
        for each in locked
    ]
    await session.execute(insert(SessionRevision), kept)
    for each in locked:
        emit(session, SessionPublished(program_id=program_id, session_id=each.id, revision=each.revision))


async def _note_steps(
    session: AsyncSession, actor: StudioActor, program_id: UUID, published: Sequence[ContentSession]
) -> None:
    """The step of each session that was taken along: a constant number of statements."""
    steps = [
        {
            "id": new_id(),
            "session_id": each.id,
            "from_status": SessionStatus.approved,
            "to_status": SessionStatus.published,
            "revision": each.revision,
            "changed_by": actor.named,
        }
        for each in published
    ]
    if steps:
        await session.execute(insert(StatusChange), steps)
    for each in published:
        emit(
            session,
            SessionStatusChanged(
                program_id=program_id,
                session_id=each.id,
                before=SessionStatus.approved,
                after=SessionStatus.published,
            ),
        )
