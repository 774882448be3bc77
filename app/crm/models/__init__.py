"""The tables of `crm`, one file per aggregate."""

from app.crm.models.audit import AuditEntry
from app.crm.models.events import AttendanceStatus, Event, EventAttendance
from app.crm.models.participation import ParticipationStatus, ProgramParticipation
from app.crm.models.programs import (
    CompletionCriteriaType,
    EnrollmentMethod,
    Program,
    ProgramEvent,
    ProgramSlug,
    ProgramStatus,
    ProgramType,
)

__all__ = [
    "AttendanceStatus",
    "AuditEntry",
    "CompletionCriteriaType",
    "EnrollmentMethod",
    "Event",
    "EventAttendance",
    "ParticipationStatus",
    "Program",
    "ProgramEvent",
    "ProgramParticipation",
    "ProgramSlug",
    "ProgramStatus",
    "ProgramType",
]
