"""What may happen to an enrollment in a path, and what shows of its steps: pure."""

from datetime import timedelta
from enum import StrEnum

from app.academy.models import PathEnrollmentStatus

YEAR = timedelta(days=365)
"""How long a path is open to whoever is in it (A-LPA-04); a subscription's end is its own."""


class Act(StrEnum):
    """What its learner or an admin can do with it."""

    pause = "pause"
    resume = "resume"


_AFTER = {Act.pause: PathEnrollmentStatus.paused, Act.resume: PathEnrollmentStatus.active}


def after(status: str, act: Act) -> PathEnrollmentStatus | None:
    """The status after an act; None when it is refused. What is so already stays so (A-LPA-10)."""
    if status not in {PathEnrollmentStatus.active, PathEnrollmentStatus.paused}:
        return None
    return _AFTER[act]
