"""What is refused to people in paths."""

from app.core.constraints import refuse_constraint
from app.core.errors import AppError, Conflict, Invalid


class StepOfAnotherPath(Invalid):
    """Steps are those of the path that one is in (A-LPA-07)."""

    code = "academy.step_of_another_path"
    title = "This step belongs to another path"


class StepLocked(Conflict):
    """The step is not open yet; the path enrollment says what it waits for."""

    code = "academy.step_locked"
    title = "This step is not open yet"


class StepCourseNotCompleted(Conflict):
    """A step is done by its course; without that an instructor or admin has to say so."""

    code = "academy.step_course_not_completed"
    title = "The course of this step is not completed"


class StepCompletedBefore(Conflict):
    """What is done needs no cohort any more."""

    code = "academy.step_completed_before"
    title = "This step is done already"


class StepTaken(Conflict):
    """A step entitles to one seat at a time."""

    code = "academy.step_taken"
    title = "There is a seat for this step already"


class StepNotPaid(AppError):
    """Whoever pays course by course buys the seat at the cohort's checkout; it counts for the path all the same."""

    status = 402
    code = "academy.step_not_paid"
    title = "This course has to be paid for"


class PathEnrollmentPaused(Conflict):
    """The path rests: resume it first."""

    code = "academy.path_enrollment_paused"
    title = "This path is paused"


class PathEnrollmentOver(Conflict):
    """Access to the path has ended; it can be renewed."""

    code = "academy.path_enrollment_expired"
    title = "Access to this path has expired"


refuse_constraint("uq_enrollments_path_seat", StepTaken)
