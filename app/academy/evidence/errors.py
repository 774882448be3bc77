"""What is refused about evidence."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Forbidden, Invalid, NotFound


class CompetencyUnknown(NotFound):
    """There is no competency with this id (A-SKL-05)."""

    code = "academy.competency_unknown"
    title = "There is no such competency"


class CompetencyRetired(Conflict):
    """Nothing more is shown of a competency, or a skill, that is no longer active."""

    code = "academy.competency_retired"
    title = "This competency is no longer assessed"


class AssessorNotAllowed(Forbidden):
    """Each type of evidence has its assessors (A-SKL-07)."""

    code = "academy.assessor_not_allowed"
    title = "You may not assess this"


class EvidenceTypeNotAccepted(Invalid):
    """A competency says how it can be shown (A-SKL-07)."""

    code = "academy.evidence_type_not_accepted"
    title = "This competency is not shown that way"


class EnrollmentOfAnother(Invalid):
    """Evidence of a learner may name an enrollment of theirs."""

    code = "academy.enrollment_of_another"
    title = "This is no enrollment of the learner"


class EvidenceWithdrawn(Conflict):
    """What was taken back is over."""

    code = "academy.evidence_withdrawn"
    title = "This evidence was withdrawn"


class EvidenceOfAttempt(Conflict):
    """The score of a quiz follows its attempt: it is the grade that is corrected."""

    code = "academy.evidence_of_attempt"
    title = "This score follows its attempt: correct the grade there"


class EvidenceRecordedMeanwhile(Conflict):
    """Somebody else has recorded it at this very moment."""

    code = "academy.evidence_recorded_meanwhile"
    title = "The evidence of this attempt was recorded a moment ago"


refuse_constraint("uq_competency_evidence_attempt_id_competency_id", EvidenceRecordedMeanwhile)
