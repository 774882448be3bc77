"""Verbs on contents, each while the session is held: what is published can not change (S-FLW-04)."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.etags import require_match
from app.core.http.schema import Body
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import ContentChanged, ContentCreated, ContentDeleted, ContentStatusChanged
from app.studio.contents import queries, rules
from app.studio.contents.errors import ContentIncomplete
from app.studio.contents.queries import SessionPlace
from app.studio.contents.rules import TABLES, AnyContent
from app.studio.models import ContentSession, ContentStatus, ContentType, StatusChange
from app.studio.permissions import StudioActor
from app.studio.sessions.rules import require_unpublished

EDITED = "Edited after it was approved"


async def create_content(
    session: AsyncSession, actor: StudioActor, place: SessionPlace, kind: ContentType, data: Body
) -> AnyContent:
    """Write the first draft. Raises `SessionPublished`; a second one of a kind is refused with `ContentExists`."""
    held = await _hold_unpublished(session, place)
    values = {rules.column_of(name): getattr(data, name) for name in type(data).model_fields}
    content = TABLES[kind](id=new_id(), session_id=held.id, created_by=actor.named, **values)
    session.add(content)
    await session.flush()  # the unique key decides who was first
    emit(session, ContentCreated(program_id=place.program_id, session_id=held.id, content_type=kind))
    return await queries.get_content(session, kind, held.id)


async def update_content(
    session: AsyncSession,
    actor: StudioActor,
    place: SessionPlace,
    kind: ContentType,
    data: Body,
    *,
    if_match: str | None = None,
) -> AnyContent:
    """Change the fields that were sent; what was approved is a draft again.

    Raises `Stale`, `SessionPublished`, and `ContentIncomplete` for emptying what is in review.
    """
    held = await _hold_unpublished(session, place)
    content = await queries.lock_content(session, kind, held.id)
    require_match(content, if_match)
    changed = _put(content, data)
    if changed:
        content.version += 1
        if content.status == ContentStatus.approved:
            _dismiss_approval(session, actor, place, held, content)
        elif content.status == ContentStatus.review and (wrong := rules.missing(content)):
            raise ContentIncomplete(errors=wrong)
        emit(
            session,
            ContentChanged(
                program_id=place.program_id, session_id=held.id, content_type=kind, fields=tuple(sorted(changed))
            ),
        )
    return await queries.get_content(session, kind, held.id)


async def delete_content(
    session: AsyncSession, actor: StudioActor, place: SessionPlace, kind: ContentType, *, if_match: str | None = None
) -> None:
    """Take the content out of the session; what was said about it stays. Raises `Stale` and `SessionPublished`."""
    held = await _hold_unpublished(session, place)
    content = await queries.lock_content(session, kind, held.id)
    require_match(content, if_match)
    table = TABLES[kind]
    await session.execute(delete(table).where(table.id == content.id))
    emit(session, ContentDeleted(program_id=place.program_id, session_id=held.id, content_type=kind))


async def _hold_unpublished(session: AsyncSession, place: SessionPlace) -> ContentSession:
    held = await queries.hold_session(session, place.session.id)
    require_unpublished(held)
    return held


def _put(content: AnyContent, data: Body) -> list[str]:
    """Put the fields that were sent onto the row, documents as the objects they are. Returns what really changed."""
    changed = []
    for name in data.model_fields_set:
        column, value = rules.column_of(name), getattr(data, name)
        if getattr(content, column) != value:
            setattr(content, column, value)
            changed.append(name)
    return changed


def _dismiss_approval(
    session: AsyncSession, actor: StudioActor, place: SessionPlace, held: ContentSession, content: AnyContent
) -> None:
    """What was approved is not what is there now."""
    kind = rules.kind_of(content)
    content.status, content.approved_by, content.approved_at = ContentStatus.draft, None, None
    session.add(
        StatusChange(
            id=new_id(),
            session_id=held.id,
            content_type=kind,
            from_status=ContentStatus.approved,
            to_status=ContentStatus.draft,
            reason=EDITED,
            revision=held.revision,
            changed_by=actor.named,
        )
    )
    emit(
        session,
        ContentStatusChanged(
            session_id=held.id,
            program_id=place.program_id,
            content_type=kind,
            before=ContentStatus.approved,
            after=ContentStatus.draft,
        ),
    )
