"""What is refused about taking part."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Forbidden


class NotOrgMember(Conflict):
    """Only live members of the program's organization take part in it (P-ENR-01)."""

    code = "crm.not_org_member"
    title = "This person is not a member of the organization"


class CapacityReached(Conflict):
    """Every place is taken, or there is none at all."""

    code = "crm.capacity_reached"
    title = "This program has no place left"


class AlreadyParticipating(Conflict):
    """One live participation of a person in a program, pending or enrolled (P-ENR-04)."""

    code = "crm.already_participating"
    title = "This person takes part already, or waits for an answer"


class AlreadyCompleted(Conflict):
    """Who has completed a program does not begin anew; an admin can reopen the participation."""

    code = "crm.already_completed"
    title = "This person has completed the program"


class ProgramNotOpen(Conflict):
    """One enrolls oneself in an active program; admins enroll in one that is planned, too."""

    code = "crm.program_not_open"
    title = "This program takes nobody in its present status"


class EnrollmentByAdminsOnly(Forbidden):
    """The program's way in is an admin's (P-ENR-07)."""

    code = "crm.enrollment_by_admins_only"
    title = "Only an admin enrolls people in this program"


class NotPending(Conflict):
    """Only a request can be approved or declined."""

    code = "crm.participation_not_pending"
    title = "This participation does not wait for an answer"


class NotEnrolled(Conflict):
    """Only who is enrolled completes (P-CMP-03)."""

    code = "crm.participation_not_enrolled"
    title = "This person is not enrolled"


class NotLive(Conflict):
    """What has ended, or was completed, cannot be left any more."""

    code = "crm.participation_not_live"
    title = "This participation is over"


class NotCompleted(Conflict):
    """Only a completion can be taken back."""

    code = "crm.participation_not_completed"
    title = "This participation is not completed"


refuse_constraint("uq_program_participation_live", AlreadyParticipating)
