"""What attempts refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class AssessmentNotOpen(Conflict):
    """It is not published, or not any more."""

    code = "academy.assessment_not_open"
    title = "This assessment cannot be taken at the moment"


class AttemptInProgress(Conflict):
    """One at a time (A-ASM-03)."""

    code = "academy.attempt_in_progress"
    title = "An attempt at this assessment is under way: go on with that one"


class NoAttemptsLeft(Conflict):
    """As often as its rules allow, and no more (A-ASM-03)."""

    code = "academy.no_attempts_left"
    title = "There is no attempt left at this assessment"


class AttemptsAreClosed(Conflict):
    """Its learner wanted no further one, and has seen the answers since."""

    code = "academy.attempts_are_closed"
    title = "Further attempts were given up"


class AttemptExpired(Conflict):
    """The time limit and its grace are over; what was saved is graded (A-ASM-02)."""

    code = "academy.attempt_expired"
    title = "The time of this attempt is over"


class AttemptEnded(Conflict):
    """It was handed in."""

    code = "academy.attempt_ended"
    title = "This attempt was handed in"


class ResponseUnfit(Invalid):
    """An answer of another kind than the question's, or one that it does not have."""

    code = "academy.response_unfit"
    title = "This question is answered in another way"


refuse_constraint("uq_assessment_attempts_in_progress", AttemptInProgress)
refuse_constraint("uq_assessment_attempts_number", AttemptInProgress)
