"""What is refused about badges."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, NotFound


class SkillUnknown(NotFound):
    """There is no skill with this id."""

    code = "academy.skill_unknown"
    title = "There is no such skill"


class LevelNotOffered(Conflict):
    """A skill is learned from its first level to its last, and only while it is active."""

    code = "academy.level_not_offered"
    title = "This skill has no badges of that level"


class SignOffRequired(Conflict):
    """The rules alone issue no badge of the two highest levels (Z-111)."""

    code = "academy.sign_off_required"
    title = "An instructor has to sign for this level"


class BadgeNotLive(Conflict):
    """A revoked badge, or one that was renewed before, cannot be renewed."""

    code = "academy.badge_not_live"
    title = "This badge is no longer the live one"


class BadgeNotDue(Conflict):
    """A badge that holds for long, or for good, needs no renewal."""

    code = "academy.badge_not_due"
    title = "This badge cannot be renewed yet"


class BadgeIssuedMeanwhile(Conflict):
    """Somebody else has issued it at this very moment: it is there now."""

    code = "academy.badge_issued_meanwhile"
    title = "The badge was issued a moment ago"


refuse_constraint("uq_skill_badges_live", BadgeIssuedMeanwhile)
