"""The tables of `community`, one file per aggregate."""

from app.community.models.members import DirectMessages, Follow, Member, ProfileVisibility, Role
from app.community.models.memberships import BillingInterval, Membership, MembershipStatus, Tier, Visibility
from app.community.models.shapes import Digest, Frequency, NotificationPrefs, Recurrence

__all__ = [
    "BillingInterval",
    "Digest",
    "DirectMessages",
    "Follow",
    "Frequency",
    "Member",
    "Membership",
    "MembershipStatus",
    "NotificationPrefs",
    "ProfileVisibility",
    "Recurrence",
    "Role",
    "Tier",
    "Visibility",
]
