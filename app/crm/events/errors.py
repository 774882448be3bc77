"""What events refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class EventCancelled(Conflict):
    """What does not take place is not edited, and nobody was there."""

    code = "crm.event_cancelled"
    title = "This event was cancelled"


class EventNotStarted(Conflict):
    """Nobody was anywhere before it began."""

    code = "crm.event_not_started"
    title = "This event has not begun yet"


class EventTimesReversed(Invalid):
    """An event ends after it starts."""

    code = "crm.event_times_reversed"
    title = "The end must come after the start"


class EventOfAnotherOrganization(Invalid):
    """Only events of the program's own organization count for it (P-PRG-13)."""

    code = "crm.event_of_another_organization"
    title = "There is no such event in the program's organization"


class AttendeesUnknown(Invalid):
    """Attendance is kept of people who belong to the organization, or did."""

    code = "crm.attendees_unknown"
    title = "Some of these people never belonged to the organization"


refuse_constraint("ck_events_times", EventTimesReversed)
