"""What is refused about sign-offs."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class LevelNotAwaited(Conflict):
    """Nobody signs for what was not shown, for two levels at once, or for what somebody else has decided meanwhile."""

    code = "academy.level_not_awaited"
    title = "This level does not wait for a signature"


class NoteNeeded(Invalid):
    """Whoever is declined hears why."""

    code = "academy.note_needed"
    title = "Say why the level is declined"


refuse_constraint("uq_skill_sign_offs_approved", LevelNotAwaited)
