"""What skills refuse."""

from app.core.errors import Conflict, Invalid


class SkillUnknown(Invalid):
    """A skill is named by its id."""

    code = "academy.skill_unknown"
    title = "There is no such skill"


class LevelRange(Invalid):
    """A skill is learned from its first level to its last; `errors` names the field."""

    code = "academy.level_range"
    title = "The first level of a skill is not above its last"


class SkillCycle(Conflict):
    """A skill would be its own parent or its own prerequisite, over however many steps; `errors` names the link."""

    code = "academy.skill_cycle"
    title = "This link would lead back to the skill itself"


class PrerequisiteArchived(Conflict):
    """Nobody can begin an archived skill any more, so an active one cannot wait for it."""

    code = "academy.prerequisite_archived"
    title = "An active skill cannot require an archived one"


class SkillStillRequired(Conflict):
    """Those who have yet to begin the skills that require it could never begin them."""

    code = "academy.skill_still_required"
    title = "An active skill requires this one"


class CompetenciesOutsideRange(Conflict):
    """An active competency counts at a level that the skill would no longer have."""

    code = "academy.competencies_outside_range"
    title = "A competency of this skill is of a level outside that range"
