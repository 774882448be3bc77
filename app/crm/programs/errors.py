"""What programs refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class ProgramArchived(Conflict):
    """An archived program takes nobody and is not edited; it can be taken out of the archive."""

    code = "crm.program_archived"
    title = "This program is archived"


class ProgramTransitionRefused(Conflict):
    """planning ↔ active ↔ completed; archived from any of them, and from there back to planning."""

    code = "crm.program_transition_refused"
    title = "A program cannot go there from where it is"


class ProgramDatesReversed(Invalid):
    """A program does not end before it starts."""

    code = "crm.program_dates_reversed"
    title = "The end must not come before the start"


refuse_constraint("ck_programs_dates", ProgramDatesReversed)
