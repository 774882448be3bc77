"""The academy's tables, one file per aggregate."""

from app.academy.models.analytics import AnalyticsEvent
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
from app.academy.models.chat import ChatConversation, ChatMessage, ChatRole
from app.academy.models.cohorts import Cohort, CohortStatus
from app.academy.models.contact import ContactStatus, ContactSubmission
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
from app.academy.models.discussions import ContentStatus, DiscussionReply, DiscussionThread, ThreadScope
from app.academy.models.documents import (
    DateRange,
    ExecutiveMetrics,
    ModelSettings,
    PromptVariable,
    ReportFilter,
    ReportLayout,
    TopPerformer,
    VariableType,
)
from app.academy.models.domains import DomainProof, OrganizationDomain
from app.academy.models.enrollments import Enrollment, EnrollmentStatus, PaymentStatus, PaymentType
from app.academy.models.entitlements import Entitlement, EntitlementKind, EntitlementSource
from app.academy.models.evidence import CompetencyEvidence, SkillProgress
from app.academy.models.external_communities import (
    CommunityAccess,
    CommunityMembershipStatus,
    CommunityPlatform,
    ExternalCommunityCourse,
    ExternalCommunityLink,
    UserCommunityMembership,
)
from app.academy.models.gains import LearningGain
from app.academy.models.glossary import GlossaryRelatedTerm, GlossaryTerm
from app.academy.models.invites import InviteStatus, OrganizationInvite
from app.academy.models.kit import EnablementKitItem, KitItemType
from app.academy.models.lessons import AttendanceStatus, Lesson, LessonProgress, SessionAttendance
from app.academy.models.levels import ReachedLevel, SkillLevel
from app.academy.models.library import PromptAccess, ResourceAccess
from app.academy.models.library_use import InteractionType, ItemType, ResourceInteraction, UserBookmark
from app.academy.models.managers import (
    ManagerPermission,
    ManagerRole,
    OrganizationManager,
    OrganizationManagerTeam,
    TeamScope,
)
from app.academy.models.moderation import ContentFlag, FlagKind, ModerationAct, ModerationAction
from app.academy.models.office_hours import BookingStatus, OfficeHoursBooking, OfficeHoursRejection, RejectionReason
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
from app.academy.models.peers import ConnectionSource, ConnectionStatus, PeerConnection
from app.academy.models.people import CommunityMessage, Learner, Organization, OrganizationStatus, Role
from app.academy.models.privacy import (
    AccessType,
    ErasureReview,
    ErasureReviewState,
    ManagerAccessLog,
    UserPrivacySettings,
)
from app.academy.models.prompts import Prompt, PromptCategory
from app.academy.models.questions import QuestionType, QuestionVersion
from app.academy.models.reactions import ReplyInteraction, ReplyReaction, ThreadInteraction, ThreadReaction
from app.academy.models.recordings import SessionRecording
from app.academy.models.reminders import (
    LearningReminder,
    LearningReminderRecipient,
    LearningReminderTargetTeam,
    LearningReminderTargetUser,
    ReminderChannel,
    ReminderTarget,
)
from app.academy.models.reports import (
    ExecutiveReport,
    ManagerReport,
    ManagerReportCourse,
    ManagerReportRun,
    ManagerReportTeam,
    ReportFormat,
    ReportRunStatus,
    ReportType,
)
from app.academy.models.resources import Resource, ResourceCourse, ResourceType
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
from app.academy.models.snapshots import OrganizationAnalytics, PeriodType, TeamAnalytics
from app.academy.models.teams import Team, TeamCourse, TeamMember, TeamRole
from app.academy.models.waitlist import WaitlistEntry, WaitlistStatus
from app.academy.models.webhooks import DeliveryStatus, WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "AccessType",
    "AnalyticsEvent",
    "Assessment",
    "AssessmentAttempt",
    "AssessmentQuestion",
    "AssessmentSkill",
    "AssessmentType",
    "AttemptQuestion",
    "AttemptStatus",
    "AttendanceStatus",
    "BillingInterval",
    "BookingStatus",
    "CapabilityLevel",
    "Certificate",
    "CertificateStatus",
    "ChatConversation",
    "ChatMessage",
    "ChatRole",
    "ClassSession",
    "ClassSessionType",
    "Cohort",
    "CohortStatus",
    "CommunityAccess",
    "CommunityMembershipStatus",
    "CommunityMessage",
    "CommunityPlatform",
    "Competency",
    "CompetencyEvidence",
    "ConnectionSource",
    "ConnectionStatus",
    "ContactStatus",
    "ContactSubmission",
    "ContentFlag",
    "ContentStatus",
    "ContributionLevel",
    "CountedAttempt",
    "Course",
    "CourseInstructor",
    "CourseSkill",
    "CourseSkillLevel",
    "CourseStatus",
    "DateRange",
    "DeliveryStatus",
    "Difficulty",
    "DiscussionReply",
    "DiscussionThread",
    "DomainProof",
    "EnablementKitItem",
    "Enrollment",
    "EnrollmentStatus",
    "Entitlement",
    "EntitlementKind",
    "EntitlementSource",
    "ErasureReview",
    "ErasureReviewState",
    "EvidenceType",
    "ExecutiveMetrics",
    "ExecutiveReport",
    "ExternalCommunityCourse",
    "ExternalCommunityLink",
    "FlagKind",
    "GlossaryRelatedTerm",
    "GlossaryTerm",
    "ImpactLevel",
    "InteractionType",
    "InviteStatus",
    "ItemType",
    "KitItemType",
    "Learner",
    "LearningGain",
    "LearningPath",
    "LearningPathStep",
    "LearningReminder",
    "LearningReminderRecipient",
    "LearningReminderTargetTeam",
    "LearningReminderTargetUser",
    "Lesson",
    "LessonCompetency",
    "LessonProgress",
    "ManagerAccessLog",
    "ManagerPermission",
    "ManagerReport",
    "ManagerReportCourse",
    "ManagerReportRun",
    "ManagerReportTeam",
    "ManagerRole",
    "ModelSettings",
    "ModerationAct",
    "ModerationAction",
    "OfferKind",
    "OfficeHoursBooking",
    "OfficeHoursRejection",
    "Organization",
    "OrganizationAnalytics",
    "OrganizationDomain",
    "OrganizationInvite",
    "OrganizationManager",
    "OrganizationManagerTeam",
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
    "PeerConnection",
    "PeriodType",
    "PricingModel",
    "Prompt",
    "PromptAccess",
    "PromptCategory",
    "PromptVariable",
    "QuestionResponse",
    "QuestionSkill",
    "QuestionType",
    "QuestionVersion",
    "ReachedLevel",
    "RejectionReason",
    "ReminderChannel",
    "ReminderTarget",
    "ReplyInteraction",
    "ReplyReaction",
    "ReportFilter",
    "ReportFormat",
    "ReportLayout",
    "ReportRunStatus",
    "ReportType",
    "Resource",
    "ResourceAccess",
    "ResourceCourse",
    "ResourceInteraction",
    "ResourceType",
    "ReviewState",
    "Role",
    "SessionAttendance",
    "SessionRecording",
    "SessionType",
    "ShowCorrectAnswers",
    "Skill",
    "SkillBadge",
    "SkillCategory",
    "SkillLevel",
    "SkillPrerequisite",
    "SkillProgress",
    "TargetAudience",
    "Team",
    "TeamAnalytics",
    "TeamCourse",
    "TeamMember",
    "TeamRole",
    "TeamScope",
    "ThreadInteraction",
    "ThreadReaction",
    "ThreadScope",
    "TopPerformer",
    "UnlockRule",
    "UserBookmark",
    "UserCommunityMembership",
    "UserPrivacySettings",
    "VariableType",
    "WaitlistEntry",
    "WaitlistStatus",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
