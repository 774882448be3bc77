"""The tables of `community`, one file per aggregate."""

from app.community.models.comments import Comment, Like, LikeTarget, Mention
from app.community.models.conversations import Conversation, ConversationParticipant, Message
from app.community.models.courses import Course, CourseStatus, Lesson, LessonAttachment, Module
from app.community.models.enrollments import Enrollment, LessonProgress
from app.community.models.events import Event, EventOccurrence, Rsvp, RsvpStatus
from app.community.models.members import DirectMessages, Follow, Member, ProfileVisibility, Role
from app.community.models.memberships import BillingInterval, Membership, MembershipStatus, Tier, Visibility
from app.community.models.notifications import Notification
from app.community.models.points import GamificationRule, Level, PointsEntry, PointsReference
from app.community.models.posts import Post, PostHashtag, PostMedia
from app.community.models.reports import Report, ReportStatus, ReportTarget
from app.community.models.settings import CommunitySettings
from app.community.models.shapes import Digest, Frequency, NotificationPrefs, Recurrence
from app.community.models.spaces import PostPermission, Space, SpaceVisit

__all__ = [
    "BillingInterval",
    "Comment",
    "CommunitySettings",
    "Conversation",
    "ConversationParticipant",
    "Course",
    "CourseStatus",
    "Digest",
    "DirectMessages",
    "Enrollment",
    "Event",
    "EventOccurrence",
    "Follow",
    "Frequency",
    "GamificationRule",
    "Lesson",
    "LessonAttachment",
    "LessonProgress",
    "Level",
    "Like",
    "LikeTarget",
    "Member",
    "Membership",
    "MembershipStatus",
    "Mention",
    "Message",
    "Module",
    "Notification",
    "NotificationPrefs",
    "PointsEntry",
    "PointsReference",
    "Post",
    "PostHashtag",
    "PostMedia",
    "PostPermission",
    "ProfileVisibility",
    "Recurrence",
    "Report",
    "ReportStatus",
    "ReportTarget",
    "Role",
    "Rsvp",
    "RsvpStatus",
    "Space",
    "SpaceVisit",
    "Tier",
    "Visibility",
]
