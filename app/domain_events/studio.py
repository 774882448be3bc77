"""What happens in the studio. Keys: everything inside a program is ordered by the program."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class ClientCreated(DomainEvent):
    """A client was taken in."""

    kind: ClassVar[str] = "studio.client_created"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID


class ClientChanged(DomainEvent):
    """A client was edited; `fields` names what changed."""

    kind: ClassVar[str] = "studio.client_changed"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID
    fields: tuple[str, ...] = ()


class ClientDeleted(DomainEvent):
    """A client is gone with everything that was written for it."""

    kind: ClassVar[str] = "studio.client_deleted"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID


class ClientMemberAdded(DomainEvent):
    """Somebody works for a client from now on."""

    kind: ClassVar[str] = "studio.client_member_added"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID
    account_id: UUID
    role: str


class ClientMemberChanged(DomainEvent):
    """Somebody who works for a client has another role there."""

    kind: ClassVar[str] = "studio.client_member_changed"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID
    account_id: UUID
    role: str


class ClientMemberRemoved(DomainEvent):
    """Somebody does not work for a client any more."""

    kind: ClassVar[str] = "studio.client_member_removed"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID
    account_id: UUID


class StaffAdded(DomainEvent):
    """Somebody sees every client from now on."""

    kind: ClassVar[str] = "studio.staff_added"
    key_field: ClassVar[str] = "account_id"
    account_id: UUID


class StaffRemoved(DomainEvent):
    """Somebody sees no more than the clients they are a member of."""

    kind: ClassVar[str] = "studio.staff_removed"
    key_field: ClassVar[str] = "account_id"
    account_id: UUID


class ClientKnowledgeSaved(DomainEvent):
    """What is known about a client has a new version."""

    kind: ClassVar[str] = "studio.client_knowledge_saved"
    key_field: ClassVar[str] = "client_id"
    client_id: UUID
    type: str
    version: int


class ProgramKnowledgeSaved(DomainEvent):
    """What a program is written from has a new version."""

    kind: ClassVar[str] = "studio.program_knowledge_saved"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    type: str
    version: int


class ProgramCreated(DomainEvent):
    """A program was begun for a client."""

    kind: ClassVar[str] = "studio.program_created"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID


class ProgramImported(DomainEvent):
    """A program was made of a bundle, after it was begun; what is in it is not told one by one."""

    kind: ClassVar[str] = "studio.program_imported"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID
    chapters: int
    sessions: int


class ProgramChanged(DomainEvent):
    """A program was edited; `fields` names what changed."""

    kind: ClassVar[str] = "studio.program_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID
    fields: tuple[str, ...] = ()


class ProgramDeleted(DomainEvent):
    """A program is gone with its chapters, sessions and contents."""

    kind: ClassVar[str] = "studio.program_deleted"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    client_id: UUID


class ProgramRenumbered(DomainEvent):
    """Chapters and sessions of a program bear the numbers of their places."""

    kind: ClassVar[str] = "studio.program_renumbered"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID


class ChapterCreated(DomainEvent):
    """A program has one chapter more."""

    kind: ClassVar[str] = "studio.chapter_created"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    chapter_id: UUID


class ChapterChanged(DomainEvent):
    """A chapter was edited; `fields` names what changed."""

    kind: ClassVar[str] = "studio.chapter_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    chapter_id: UUID
    fields: tuple[str, ...] = ()


class ChapterDeleted(DomainEvent):
    """A chapter is gone with its sessions."""

    kind: ClassVar[str] = "studio.chapter_deleted"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    chapter_id: UUID


class ChaptersReordered(DomainEvent):
    """The chapters of a program follow each other in another order."""

    kind: ClassVar[str] = "studio.chapters_reordered"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID


class SessionCreated(DomainEvent):
    """A chapter has one session more."""

    kind: ClassVar[str] = "studio.session_created"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID


class SessionChanged(DomainEvent):
    """A session was edited; `fields` names what changed. Its contents tell of themselves."""

    kind: ClassVar[str] = "studio.session_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    fields: tuple[str, ...] = ()


class SessionDeleted(DomainEvent):
    """A session is gone with its contents."""

    kind: ClassVar[str] = "studio.session_deleted"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID


class SessionsReordered(DomainEvent):
    """The sessions of a chapter follow each other in another order; some may have come from other chapters."""

    kind: ClassVar[str] = "studio.sessions_reordered"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    chapter_id: UUID


class ContentCreated(DomainEvent):
    """A session has an article, video, quiz or exercise now."""

    kind: ClassVar[str] = "studio.content_created"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    content_type: str


class ContentChanged(DomainEvent):
    """A content was edited; `fields` names what changed."""

    kind: ClassVar[str] = "studio.content_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    content_type: str
    fields: tuple[str, ...] = ()


class ContentDeleted(DomainEvent):
    """A session has no content of this kind any more."""

    kind: ClassVar[str] = "studio.content_deleted"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    content_type: str


class ContentStatusChanged(DomainEvent):
    """A content moved along its flow, or was edited and lost its approval (S-FLW-03)."""

    kind: ClassVar[str] = "studio.content_status_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    content_type: str
    before: str
    after: str


class SessionStatusChanged(DomainEvent):
    """A session moved along its flow (S-FLW-02)."""

    kind: ClassVar[str] = "studio.session_status_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
    before: str
    after: str


class SessionPublished(DomainEvent):
    """A session is published as this revision."""

    kind: ClassVar[str] = "studio.session_published"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    session_id: UUID
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
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    comment_id: UUID
    session_id: UUID | None
    content_type: str | None


class CommentChanged(DomainEvent):
    """A comment was reworded, resolved or opened again."""

    kind: ClassVar[str] = "studio.comment_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    comment_id: UUID
    is_resolved: bool


class CommentDeleted(DomainEvent):
    """A comment was taken away."""

    kind: ClassVar[str] = "studio.comment_deleted"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    comment_id: UUID
