"""What programs refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class ProgramPublished(Conflict):
    """What was published stays as it was published (Z-192)."""

    code = "studio.program_published"
    title = "A published program is not changed: take it back to a draft first"


class ProgramTooLong(Conflict):
    """The estimate has one place behind the point and three before it."""

    code = "studio.program_too_long"
    title = "A program takes at most 999.9 hours"


refuse_constraint("ck_programs_length", ProgramTooLong)
