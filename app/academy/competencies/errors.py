"""What competencies refuse."""

from app.core.errors import Invalid


class LevelOutsideSkill(Invalid):
    """A competency counts at a level that its skill is learned at, or at every level."""

    code = "academy.level_outside_skill"
    title = "The skill does not have this level"
