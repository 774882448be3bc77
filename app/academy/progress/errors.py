"""What is refused about progress."""

from app.core.errors import Conflict, Invalid


class NotEnrolled(Conflict):
    """The enrollment is not paid, or has ended: nothing is learned with it."""

    code = "academy.not_enrolled"
    title = "This enrollment is not paid, or has ended"


class AttendanceUnknownTarget(Invalid):
    """Attendance is of a session of the cohort's course, by people of the cohort."""

    code = "academy.attendance_unknown_target"
    title = "No such session in this course, or no such learner in this cohort"


class AbsentWithMinutes(Invalid):
    """Who was absent was there for no minute."""

    code = "academy.absent_with_minutes"
    title = "Somebody absent cannot have attended for minutes"
