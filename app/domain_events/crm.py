"""What happens to programs, to those who take part in them, and to the events of organizations."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class ProgramCreated(DomainEvent):
    """An organization has a new program, in planning."""

    kind: ClassVar[str] = "crm.program_created"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID


class ProgramChanged(DomainEvent):
    """A program was edited; `fields` names what changed."""

    kind: ClassVar[str] = "crm.program_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID
    fields: tuple[str, ...] = ()


class ProgramStatusChanged(DomainEvent):
    """A program moved along, or was taken out of the archive."""

    kind: ClassVar[str] = "crm.program_status_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID
    before: str
    after: str


class ProgramArchived(DomainEvent):
    """A program is gone from the lists; its people and what they did stay."""

    kind: ClassVar[str] = "crm.program_archived"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID


class ProgramSlugRequested(DomainEvent):
    """A program was imported, or renamed before: the worker is to give it the slug of its name (Z-21)."""

    kind: ClassVar[str] = "crm.program_slug_requested"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID


class ProgramSlugChanged(DomainEvent):
    """A program has another slug; the former one leads to it."""

    kind: ClassVar[str] = "crm.program_slug_changed"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID
    before: str
    after: str


class ProgramEventLinked(DomainEvent):
    """An event counts for a program from now on."""

    kind: ClassVar[str] = "crm.program_event_linked"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID
    event_id: UUID


class ProgramEventUnlinked(DomainEvent):
    """An event counts for a program no more."""

    kind: ClassVar[str] = "crm.program_event_unlinked"
    key_field: ClassVar[str] = "program_id"
    program_id: UUID
    organization_id: UUID
    event_id: UUID


class ParticipationRequested(DomainEvent):
    """A member would like to take part; an admin decides."""

    kind: ClassVar[str] = "crm.participation_requested"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class ParticipationApproved(DomainEvent):
    """An admin said yes to a request; `ParticipationEnrolled` comes with it."""

    kind: ClassVar[str] = "crm.participation_approved"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class ParticipationDeclined(DomainEvent):
    """An admin said no to a request."""

    kind: ClassVar[str] = "crm.participation_declined"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class ParticipationEnrolled(DomainEvent):
    """Somebody takes part from now on. `method`: admin, self or approval."""

    kind: ClassVar[str] = "crm.participation_enrolled"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID
    method: str


class ParticipationChanged(DomainEvent):
    """What admins note about a participation changed; `fields` names what."""

    kind: ClassVar[str] = "crm.participation_changed"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID
    fields: tuple[str, ...] = ()


class ParticipationWithdrawn(DomainEvent):
    """Somebody left a program, or took a request back."""

    kind: ClassVar[str] = "crm.participation_withdrawn"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class ParticipationRemoved(DomainEvent):
    """Somebody was taken out of a program, by an admin or because they left the organization."""

    kind: ClassVar[str] = "crm.participation_removed"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class ParticipationCompleted(DomainEvent):
    """Somebody has completed a program. `by`: attendance_count, attendance_percentage or manual."""

    kind: ClassVar[str] = "crm.participation_completed"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID
    by: str


class ParticipationReopened(DomainEvent):
    """An admin took a completion back: somebody takes part again."""

    kind: ClassVar[str] = "crm.participation_reopened"
    key_field: ClassVar[str] = "participation_id"
    participation_id: UUID
    program_id: UUID
    account_id: UUID


class EventCreated(DomainEvent):
    """An organization plans an event."""

    kind: ClassVar[str] = "crm.event_created"
    key_field: ClassVar[str] = "event_id"
    event_id: UUID
    organization_id: UUID


class EventChanged(DomainEvent):
    """An event was edited; `fields` names what changed."""

    kind: ClassVar[str] = "crm.event_changed"
    key_field: ClassVar[str] = "event_id"
    event_id: UUID
    organization_id: UUID
    fields: tuple[str, ...] = ()


class EventCancelled(DomainEvent):
    """An event does not take place: it counts for nobody and against nobody."""

    kind: ClassVar[str] = "crm.event_cancelled"
    key_field: ClassVar[str] = "event_id"
    event_id: UUID
    organization_id: UUID


class AttendanceRecorded(DomainEvent):
    """Whether these people were at an event was said for the first time, or said anew (P-CMP-05)."""

    kind: ClassVar[str] = "crm.attendance_recorded"
    key_field: ClassVar[str] = "event_id"
    event_id: UUID
    organization_id: UUID
    account_ids: tuple[UUID, ...]
