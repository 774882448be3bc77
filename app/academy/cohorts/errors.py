"""What a cohort refuses."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class CohortFull(Conflict):
    """Every seat is taken; the waitlist is open."""

    code = "academy.cohort_full"
    title = "Cohort is full"


class CohortNotOpen(Conflict):
    """Not yet, or not any more."""

    code = "academy.cohort_not_open"
    title = "This cohort is not open for enrollment"


class CohortStarted(Conflict):
    """Too late for this one."""

    code = "academy.cohort_started"
    title = "This cohort has started"


class CourseArchived(Conflict):
    """Its learners keep what they have; nobody new is taken."""

    code = "academy.course_archived"
    title = "This course takes no new learners"


class AlreadyEnrolled(Conflict):
    """One person, one seat in a cohort."""

    code = "academy.already_enrolled"
    title = "This person has a seat in this cohort"


class ReservedForWaitlist(Conflict):
    """What is free belongs to those who wait (Z-74)."""

    code = "academy.reserved_for_waitlist"
    title = "The free seats are reserved for the waitlist"


class NoSeats(Conflict):
    """The organization has used all seats that it bought."""

    code = "academy.no_seats"
    title = "The organization has no seats left"


class OrganizationNotActive(Conflict):
    """Only an active organization uses seats (A-ORG-01)."""

    code = "academy.organization_not_active"
    title = "The organization is not active"


class CapacityBelowSeatsTaken(Conflict):
    """Seats that somebody has or is offered cannot be taken away (A-COH-03)."""

    code = "academy.capacity_below_seats_taken"
    title = "More seats than that are taken"


class CohortTransitionRefused(Conflict):
    """A cohort goes scheduled → open → in_progress → completed; cancelled from any but completed (A-COH-02)."""

    code = "academy.cohort_transition_refused"
    title = "A cohort cannot go there from where it is"


class CohortDatesReversed(Invalid):
    """A cohort ends after it starts."""

    code = "academy.cohort_dates_reversed"
    title = "The end must come after the start"


refuse_constraint("uq_enrollments_seat", AlreadyEnrolled)
refuse_constraint("ck_cohorts_seats", CapacityBelowSeatsTaken)
refuse_constraint("ck_cohorts_dates", CohortDatesReversed)
