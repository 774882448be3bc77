"""What the waitlist refuses."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Gone


class AlreadyWaiting(Conflict):
    """One place per person and queue."""

    code = "academy.already_waiting"
    title = "This person waits already"


class SeatsAvailable(Conflict):
    """Whoever can simply enroll does not have to wait (Z-79)."""

    code = "academy.seats_available"
    title = "There are free seats: enroll instead"


class OfferExpired(Gone):
    """The 48 hours are over; the seat went to the next."""

    code = "academy.offer_expired"
    title = "The offer has expired"


class NotOffered(Conflict):
    """Only a live offer can be accepted."""

    code = "academy.not_offered"
    title = "No seat is offered to this entry"


class EntryEnded(Conflict):
    """Enrolled, expired or cancelled before."""

    code = "academy.entry_ended"
    title = "This waitlist entry has ended"


refuse_constraint("uq_waitlist_live_cohort", AlreadyWaiting)
refuse_constraint("uq_waitlist_live_course", AlreadyWaiting)
refuse_constraint("uq_waitlist_live_offer", AlreadyWaiting)
