"""Unsaved rows of the CRM, complete and unlike each other."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.crm.models import Event, EventAttendance, Program, ProgramEvent, ProgramParticipation, ProgramSlug

_number = count(1)


def program(organization_id: UUID, **fields: Any) -> Program:
    """A program in planning that members join by themselves."""
    number = next(_number)
    given = {
        "id": new_id(),
        "organization_id": organization_id,
        "name": f"Program {number}",
        "slug": f"program-{number}",
        "type": "reading_group",
        "enrollment_method": "self_enroll",
    }
    return Program(**{**given, **fields})


def slug(program: Program, **fields: Any) -> ProgramSlug:
    """A name that the program had before."""
    return ProgramSlug(
        **{
            "id": new_id(),
            "organization_id": program.organization_id,
            "program_id": program.id,
            "slug": f"once-{next(_number)}",
            **fields,
        }
    )


def participation(program: Program, user_id: UUID, **fields: Any) -> ProgramParticipation:
    """Somebody who is enrolled."""
    given = {
        "id": new_id(),
        "program_id": program.id,
        "organization_id": program.organization_id,
        "user_id": user_id,
        "status": "enrolled",
        "enrolled_at": datetime.now(UTC),
    }
    return ProgramParticipation(**{**given, **fields})


def event(organization_id: UUID, **fields: Any) -> Event:
    """An evening that is to come."""
    starts_at = datetime.now(UTC) + timedelta(days=1)
    given = {"id": new_id(), "organization_id": organization_id, "title": f"Evening {next(_number)}"}
    return Event(**{**given, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), **fields})


def attendance(event_id: UUID, user_id: UUID, **fields: Any) -> EventAttendance:
    """Somebody who was there."""
    return EventAttendance(**{"id": new_id(), "event_id": event_id, "user_id": user_id, "status": "attended", **fields})


def linked(program: Program, event: Event, **fields: Any) -> ProgramEvent:
    """An event that counts for a program."""
    return ProgramEvent(
        **{
            "program_id": program.id,
            "event_id": event.id,
            "organization_id": program.organization_id,
            **fields,
        }
    )
