"""What is refused about enrollments in paths."""

from app.core.errors import AppError, Conflict, Forbidden


class PathNotPaid(AppError):
    """There is no completed checkout, or no subscription that runs, which would entitle to this (Z-124)."""

    status = 402
    code = "academy.path_not_paid"
    title = "This path is not paid for"


class PathSeatsUsed(AppError):
    """The organization's seats are all in use: the first course would need one."""

    status = 402
    code = "academy.path_seats_used"
    title = "The organization has no seat left"


class PathWithoutOrganization(Forbidden):
    """There is no active organization that could pay, or it is not the caller's."""

    code = "academy.path_without_organization"
    title = "No active organization pays for this person"


class PathNotPausable(Conflict):
    """Only what goes on can rest, and only what rests can go on."""

    code = "academy.path_not_pausable"
    title = "This path can be neither paused nor resumed"
