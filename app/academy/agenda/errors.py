"""What an agenda refuses."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class AgendaPlaceTaken(Conflict):
    """Two class sessions cannot have one place in a day."""

    code = "academy.agenda_place_taken"
    title = "Another session has this place in the day"


class DayOutsideCourse(Invalid):
    """A webinar has one day, a cohort course two, a hackathon as many as it takes (A-CRS-04)."""

    code = "academy.day_outside_course"
    title = "This kind of course does not have such a day"


refuse_constraint("uq_sessions_course_id_day_number_order_in_day", AgendaPlaceTaken)
