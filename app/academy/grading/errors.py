"""What grading refuses."""

from app.core.errors import Conflict, Invalid


class AttemptStillOpen(Conflict):
    """Its answers may still change."""

    code = "academy.attempt_still_open"
    title = "This attempt has not been handed in"


class TooManyPoints(Invalid):
    """A response earns at most what its question is worth."""

    code = "academy.too_many_points"
    title = "The question is not worth as many points"


class NotGradable(Conflict):
    """A rating says how somebody sees it: there is no right and wrong."""

    code = "academy.not_gradable"
    title = "A rating is not graded"
