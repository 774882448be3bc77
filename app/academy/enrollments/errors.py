"""What an enrollment refuses."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Forbidden, Invalid


class EnrollmentEnded(Conflict):
    """It was cancelled, moved or refunded before."""

    code = "academy.enrollment_ended"
    title = "This enrollment has ended"


class EnrollmentNotPaid(Conflict):
    """Only a settled enrollment can do this."""

    code = "academy.enrollment_not_paid"
    title = "This enrollment is not paid"


class CheckoutSessionTaken(Conflict):
    """The checkout session belongs to another person or cohort (Z-63)."""

    code = "academy.checkout_session_taken"
    title = "This checkout session belongs to another enrollment"


class IntakeSurveyDone(Conflict):
    """The survey is answered once."""

    code = "academy.intake_survey_done"
    title = "The intake survey has been answered"


class OtherCourse(Conflict):
    """One moves between cohorts of one course."""

    code = "academy.other_course"
    title = "The cohort belongs to another course"


class NotInOrganization(Forbidden):
    """Seats of an organization are for its own people."""

    code = "academy.not_in_organization"
    title = "This person does not belong to the organization"


class UnknownAccount(Invalid):
    """There is nobody with this id."""

    code = "academy.unknown_account"
    title = "There is no such account"


refuse_constraint("uq_enrollments_stripe_checkout_session_id", CheckoutSessionTaken)
