"""Verbs on statuses: one step at a time, under the lock of what takes it (S-FLW-01 … S-FLW-03, Z-192)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import ContentStatusChanged, ProgramStatusChanged, SessionStatusChanged
from app.studio.contents import queries as contents
from app.studio.contents.errors import ContentIncomplete
from app.studio.contents.queries import SessionPlace
from app.studio.contents.rules import AnyContent, missing
from app.studio.models import (
    ContentStatus,
    ContentType,
    ProgramStatus,
    SessionStatus,
    StatusChange,
)
from app.studio.permissions import Permission, StudioActor, allow, permits
from app.studio.programs.queries import lock_program
from app.studio.publishing import publication, queries, rules
from app.studio.publishing.errors import (
    ContentTransitionRefused,
    ProgramTransitionRefused,
    SessionTransitionRefused,
)
from app.studio.publishing.queries import ProgramPlace
from app.studio.publishing.rules import BlockingItem, Flow, NextStep, Standing, Step
from app.studio.publishing.schemas import (
    StudioContentStatusChangeCreate,
    StudioProgramStatusChangeCreate,
    StudioSessionStatusChangeCreate,
)
from app.studio.sessions.rules import require_unpublished


async def change_program_status(
    session: AsyncSession,
    actor: StudioActor,
    place: ProgramPlace,
    data: StudioProgramStatusChangeCreate,
    *,
    if_match: str | None = None,
) -> StatusChange:
    """Take a step. Publishing takes all sessions along; reopening begins the next revision.

    Raises `Stale`, `ProgramTransitionRefused`, `Forbidden`, `Invalid` without a reason, `PublicationBlocked`.
    """
    program = await lock_program(session, place.program.id)
    require_match(program, if_match)
    before = ProgramStatus(program.status)
    how = _step(rules.PROGRAM, before, data.to, ProgramTransitionRefused)
    _require(actor, place, before, data, how)
    if data.to is ProgramStatus.published:
        await publication.publish_program(session, actor, program)
    change = await _note(session, actor, before, data, program_id=program.id, revision=program.revision)
    program.status = data.to
    program.version += 1
    program.revision += how is Step.reopened
    emit(
        session,
        ProgramStatusChanged(program_id=program.id, client_id=program.client_id, before=before, after=data.to),
    )
    return change


async def change_session_status(
    session: AsyncSession,
    actor: StudioActor,
    place: SessionPlace,
    data: StudioSessionStatusChangeCreate,
    *,
    if_match: str | None = None,
) -> StatusChange:
    """Take a step. Publishing freezes the contents; reopening begins the next revision.

    Raises `Stale`, `SessionTransitionRefused`, `Forbidden`, `Invalid` without a reason, `PublicationBlocked`.
    """
    # Whoever edits, moves or deletes sessions holds the program too.
    await lock_program(session, place.program_id)
    locked = await queries.lock_session(session, place.session.id)
    require_match(locked, if_match)
    before = SessionStatus(locked.status)
    how = _step(rules.SESSION, before, data.to, SessionTransitionRefused)
    _require(actor, place, before, data, how)
    change = await _note(session, actor, before, data, session_id=locked.id, revision=locked.revision)
    if data.to is SessionStatus.published:
        await publication.publish_session(session, actor, place.program_id, locked)
    else:
        locked.status = data.to
        locked.version += 1
        locked.revision += how is Step.reopened
        _sign(actor, locked, approved=data.to is SessionStatus.approved)
    emit(
        session,
        SessionStatusChanged(program_id=place.program_id, session_id=locked.id, before=before, after=data.to),
    )
    return change


async def change_content_status(
    session: AsyncSession,
    actor: StudioActor,
    place: SessionPlace,
    kind: ContentType,
    data: StudioContentStatusChangeCreate,
    *,
    if_match: str | None = None,
) -> StatusChange:
    """Take a step. What goes to review is complete, and what is published stays approved.

    Raises `NotFound`, `SessionPublished`, `Stale`, `ContentTransitionRefused`, `Forbidden`, `Invalid` without a
    reason, `ContentIncomplete`.
    """
    held = await contents.hold_session(session, place.session.id)
    content = await contents.lock_content(session, kind, held.id)
    require_match(content, if_match)
    before = ContentStatus(content.status)
    how = _step(rules.CONTENT, before, data.to, ContentTransitionRefused)
    require_unpublished(held)
    _require(actor, place, before, data, how)
    if how is Step.forward and (wrong := missing(content)):
        raise ContentIncomplete(errors=wrong)
    change = await _note(session, actor, before, data, session_id=held.id, content_type=kind, revision=held.revision)
    content.status = data.to
    content.version += 1
    _sign(actor, content, approved=data.to is ContentStatus.approved)
    emit(
        session,
        ContentStatusChanged(
            program_id=place.program_id, session_id=held.id, content_type=kind, before=before, after=data.to
        ),
    )
    return change


async def describe_program(session: AsyncSession, actor: StudioActor, place: ProgramPlace) -> Standing:
    """Where a program is on its way, and what may follow."""
    program = place.program
    blocking = await queries.what_blocks_program(session, program.id) if program.status == "review" else ()
    return Standing(
        status=program.status,
        revision=program.revision,
        approved_by=None,
        approved_at=None,
        next_steps=_next_steps(actor, place, rules.PROGRAM, program.status, blocking=blocking),
    )


async def describe_session(session: AsyncSession, actor: StudioActor, place: SessionPlace) -> Standing:
    """Where a session is on its way, and what may follow."""
    row = place.session
    blocking = await queries.what_blocks_session(session, row.id) if row.status == "approved" else ()
    return Standing(
        status=row.status,
        revision=row.revision,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        next_steps=_next_steps(actor, place, rules.SESSION, row.status, blocking=blocking),
    )


def describe_content(actor: StudioActor, place: SessionPlace, content: AnyContent) -> Standing:
    """Where a content is on its way, and what may follow: nothing as long as its session is published."""
    row = place.session
    steps = _next_steps(actor, place, rules.CONTENT, content.status, lacking=missing(content))
    return Standing(
        status=content.status,
        revision=row.revision,
        approved_by=content.approved_by,
        approved_at=content.approved_at,
        next_steps=() if row.status == SessionStatus.published else steps,
    )


def _next_steps(
    actor: StudioActor,
    place: ProgramPlace | SessionPlace,
    flow: Flow,
    before: str,
    *,
    blocking: Sequence[BlockingItem] = (),
    lacking: Sequence[FieldError] = (),
) -> list[NextStep]:
    return [
        NextStep(
            to=after,
            needs_reason=rules.needs_reason(how),
            is_permitted=not rules.is_decision(before, after) or permits(actor, Permission.STATUS_DECIDE, place),
            blocked_by=blocking if after == "published" else (),
            missing=lacking if how is Step.forward else (),
        )
        for after, how in rules.steps_from(flow, before)
    ]


def _step(flow: Flow, before: str, after: str, refused: type[Conflict]) -> Step:
    how = rules.step(flow, before, after)
    if how is None:
        raise refused(f"{before} does not become {after}")
    return how


def _require(actor: StudioActor, place: ProgramPlace | SessionPlace, before: str, data: Any, how: Step) -> None:
    """Whether this caller may take the step, and has said why where that is asked for."""
    if rules.is_decision(before, data.to):
        allow(actor, Permission.STATUS_DECIDE, place)
    if rules.needs_reason(how) and data.reason is None:
        raise Invalid(errors=(FieldError("/reason", "missing", "A step back needs a reason"),))


async def _note(
    session: AsyncSession, actor: StudioActor, before: str, data: Any, **about: UUID | str | int
) -> StatusChange:
    change = StatusChange(
        id=new_id(),
        from_status=before,
        to_status=data.to,
        reason=data.reason,
        changed_by=actor.named,
        **about,
    )
    session.add(change)
    await session.flush()  # the answer says when
    return change


def _sign(actor: StudioActor, row: Any, *, approved: bool) -> None:
    """An approval says who and when; any other status takes it back (Z-198)."""
    row.approved_by = actor.named if approved else None
    row.approved_at = func.now() if approved else None
