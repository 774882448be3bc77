"""What happens in the studio. Keys: content and sessions are ordered by their session, the rest by the program."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class ContentCreated(DomainEvent):
    """A session has an article, video, quiz or exercise now."""

    kind: ClassVar[str] = "studio.content_created"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    content_type: str


class ContentChanged(DomainEvent):
    """A content was edited; `fields` names what changed."""

    kind: ClassVar[str] = "studio.content_changed"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    content_type: str
    fields: tuple[str, ...] = ()


class ContentDeleted(DomainEvent):
    """A session has no content of this kind any more."""

    kind: ClassVar[str] = "studio.content_deleted"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    content_type: str


class ContentStatusChanged(DomainEvent):
    """A content moved along its flow, or was edited and lost its approval (S-FLW-03)."""

    kind: ClassVar[str] = "studio.content_status_changed"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    content_type: str
    before: str
    after: str


class SessionStatusChanged(DomainEvent):
    """A session moved along its flow (S-FLW-02)."""

    kind: ClassVar[str] = "studio.session_status_changed"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    before: str
    after: str


class SessionPublished(DomainEvent):
    """A session is published as this revision."""

    kind: ClassVar[str] = "studio.session_published"
    key_field: ClassVar[str] = "session_id"
    session_id: UUID
    program_id: UUID
    revision: int


class ProgramStatusChanged(DomainEvent):
    """A program moved along its flow (S-FLW-01)."""

    kind: ClassVar[str] = "studio.program_status_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID
    before: str
    after: str


class ProgramPublished(DomainEvent):
    """A program is published as this revision, and with it all of its sessions."""

    kind: ClassVar[str] = "studio.program_published"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID
    revision: int


class CommentCreated(DomainEvent):
    """Somebody remarked on a program, a session or a content of it."""

    kind: ClassVar[str] = "studio.comment_created"
    key_field: ClassVar[str] = "comment_id"
    comment_id: UUID
    program_id: UUID | None
    session_id: UUID | None
    content_type: str | None


class CommentChanged(DomainEvent):
    """A comment was reworded, resolved or opened again."""

    kind: ClassVar[str] = "studio.comment_changed"
    key_field: ClassVar[str] = "comment_id"
    comment_id: UUID
    is_resolved: bool


class CommentDeleted(DomainEvent):
    """A comment was taken away."""

    kind: ClassVar[str] = "studio.comment_deleted"
    key_field: ClassVar[str] = "comment_id"
    comment_id: UUID
