"""The tables of `tracker`, one file per aggregate."""

from app.tracker.models.audit import AuditAction, AuditEntry, AuditMask
from app.tracker.models.certifications import (
    Certification,
    CertificationCourse,
    CertificationProgress,
    CertificationStatus,
)
from app.tracker.models.courses import (
    Content,
    ContentType,
    Course,
    CourseInstance,
    CoursePrerequisite,
    CourseRole,
    CourseRoleType,
)
from app.tracker.models.people import Campus, Person, PersonCampus, PersonRole, Role, RoleName
from app.tracker.models.planning_center import (
    CachedEvent,
    CachedRegistration,
    SyncDirection,
    SyncLog,
    SyncType,
    WebhookEvent,
)
from app.tracker.models.progress import (
    ContentCompletion,
    CourseEnrollment,
    CourseEnrollmentStatus,
    RegistrationStatus,
)
from app.tracker.models.shapes import FailedRecord

__all__ = [
    "AuditAction",
    "AuditEntry",
    "AuditMask",
    "CachedEvent",
    "CachedRegistration",
    "Campus",
    "Certification",
    "CertificationCourse",
    "CertificationProgress",
    "CertificationStatus",
    "Content",
    "ContentCompletion",
    "ContentType",
    "Course",
    "CourseEnrollment",
    "CourseEnrollmentStatus",
    "CourseInstance",
    "CoursePrerequisite",
    "CourseRole",
    "CourseRoleType",
    "FailedRecord",
    "Person",
    "PersonCampus",
    "PersonRole",
    "RegistrationStatus",
    "Role",
    "RoleName",
    "SyncDirection",
    "SyncLog",
    "SyncType",
    "WebhookEvent",
]
