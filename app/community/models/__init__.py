"""The tables of `community`, one file per aggregate."""

from app.community.models.comments import Comment, Like, LikeTarget, Mention
from app.community.models.members import DirectMessages, Follow, Member, ProfileVisibility, Role
from app.community.models.memberships import BillingInterval, Membership, MembershipStatus, Tier, Visibility
from app.community.models.posts import Post, PostHashtag, PostMedia
from app.community.models.shapes import Digest, Frequency, NotificationPrefs, Recurrence
from app.community.models.spaces import PostPermission, Space, SpaceVisit

__all__ = [
    "BillingInterval",
    "Comment",
    "Digest",
    "DirectMessages",
    "Follow",
    "Frequency",
    "Like",
    "LikeTarget",
    "Member",
    "Membership",
    "MembershipStatus",
    "Mention",
    "NotificationPrefs",
    "Post",
    "PostHashtag",
    "PostMedia",
    "PostPermission",
    "ProfileVisibility",
    "Recurrence",
    "Role",
    "Space",
    "SpaceVisit",
    "Tier",
    "Visibility",
]
