"""The academy's tables, one file per aggregate."""

from app.academy.models.assessments import (
    Assessment,
    AssessmentQuestion,
    AssessmentSkill,
    AssessmentType,
    CountedAttempt,
    Difficulty,
    QuestionSkill,
    ShowCorrectAnswers,
)
from app.academy.models.attempts import AssessmentAttempt, AttemptQuestion, AttemptStatus, QuestionResponse, ReviewState
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
from app.academy.models.credentials import (
    Certificate,
    CertificateStatus,
    PathCertificate,
    PathCertificateYear,
    SkillBadge,
)
from app.academy.models.enrollments import Enrollment, EnrollmentStatus, PaymentStatus, PaymentType
from app.academy.models.evidence import CompetencyEvidence, SkillProgress
from app.academy.models.gains import LearningGain
from app.academy.models.kit import EnablementKitItem, KitItemType
from app.academy.models.lessons import AttendanceStatus, Lesson, LessonProgress, SessionAttendance
from app.academy.models.levels import ReachedLevel, SkillLevel
from app.academy.models.path_enrollments import (
    PathEnrollment,
    PathEnrollmentStatus,
    PathPaymentType,
    PathStepCompletion,
)
from app.academy.models.path_steps import LearningPathStep, PathStepGroup, UnlockRule
from app.academy.models.paths import (
    BillingInterval,
    LearningPath,
    OfferKind,
    PathOffer,
    PathSkill,
    PricingModel,
    TargetAudience,
)
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
from app.academy.models.questions import QuestionType, QuestionVersion
from app.academy.models.skills import (
    Competency,
    ContributionLevel,
    CourseSkill,
    CourseSkillLevel,
    EvidenceType,
    LessonCompetency,
    Skill,
    SkillCategory,
    SkillPrerequisite,
)
from app.academy.models.waitlist import WaitlistEntry, WaitlistStatus

__all__ = [
    "Assessment",
    "AssessmentAttempt",
    "AssessmentQuestion",
    "AssessmentSkill",
    "AssessmentType",
    "AttemptQuestion",
    "AttemptStatus",
    "AttendanceStatus",
    "BillingInterval",
    "CapabilityLevel",
    "Certificate",
    "CertificateStatus",
    "ClassSession",
    "ClassSessionType",
    "Cohort",
    "CohortStatus",
    "CommunityMessage",
    "Competency",
    "CompetencyEvidence",
    "ContributionLevel",
    "CountedAttempt",
    "Course",
    "CourseInstructor",
    "CourseSkill",
    "CourseSkillLevel",
    "CourseStatus",
    "Difficulty",
    "EnablementKitItem",
    "Enrollment",
    "EnrollmentStatus",
    "EvidenceType",
    "ImpactLevel",
    "InviteStatus",
    "KitItemType",
    "Learner",
    "LearningGain",
    "LearningPath",
    "LearningPathStep",
    "Lesson",
    "LessonCompetency",
    "LessonProgress",
    "OfferKind",
    "Organization",
    "OrganizationInvite",
    "OrganizationStatus",
    "PathCertificate",
    "PathCertificateYear",
    "PathEnrollment",
    "PathEnrollmentStatus",
    "PathOffer",
    "PathPaymentType",
    "PathSkill",
    "PathStepCompletion",
    "PathStepGroup",
    "Payment",
    "PaymentState",
    "PaymentStatus",
    "PaymentType",
    "PricingModel",
    "QuestionResponse",
    "QuestionSkill",
    "QuestionType",
    "QuestionVersion",
    "ReachedLevel",
    "ReviewState",
    "Role",
    "SessionAttendance",
    "SessionType",
    "ShowCorrectAnswers",
    "Skill",
    "SkillBadge",
    "SkillCategory",
    "SkillLevel",
    "SkillPrerequisite",
    "SkillProgress",
    "TargetAudience",
    "UnlockRule",
    "WaitlistEntry",
    "WaitlistStatus",
]
