"""The academy's tables, one file per aggregate."""

from app.academy.models.cohorts import Cohort, CohortStatus
from app.academy.models.courses import (
    CapabilityLevel,
    ClassSession,
    ClassSessionType,
    Course,
    CourseInstructor,
    CourseStatus,
    ImpactLevel,
    SessionType,
)
from app.academy.models.enrollments import Enrollment, EnrollmentStatus, PaymentStatus, PaymentType
from app.academy.models.payments import Payment, PaymentState
from app.academy.models.people import (
    CommunityMessage,
    InviteStatus,
    Learner,
    Organization,
    OrganizationInvite,
    OrganizationStatus,
    Role,
)
from app.academy.models.waitlist import WaitlistEntry, WaitlistStatus

__all__ = [
    "CapabilityLevel",
    "ClassSession",
    "ClassSessionType",
    "Cohort",
    "CohortStatus",
    "CommunityMessage",
    "Course",
    "CourseInstructor",
    "CourseStatus",
    "Enrollment",
    "EnrollmentStatus",
    "ImpactLevel",
    "InviteStatus",
    "Learner",
    "Organization",
    "OrganizationInvite",
    "OrganizationStatus",
    "Payment",
    "PaymentState",
    "PaymentStatus",
    "PaymentType",
    "Role",
    "SessionType",
    "WaitlistEntry",
    "WaitlistStatus",
]
