"""What questions refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class QuestionUnfit(Invalid):
    """Its parts do not fit its type: two right answers to a single choice, a scale on a text, …."""

    code = "academy.question_unfit"
    title = "A question of this type needs other parts"


class ImageUnknown(Invalid):
    """An image is a stored file."""

    code = "academy.image_unknown"
    title = "There is no such image"


class PairRefused(Conflict):
    """A post-assessment repeats a pre-assessment of the same course."""

    code = "academy.pair_refused"
    title = "These two are not a pre- and a post-assessment of one course"


class QuestionPaired(Conflict):
    """A paired question is edited where it came from, and brought over by pairing again."""

    code = "academy.question_paired"
    title = "This question repeats another one: edit that one, then pair again"


class ThresholdNotRaised(Conflict):
    """Trust in a model is taken back by this verb, never given."""

    code = "academy.threshold_not_raised"
    title = "A threshold is only raised"


refuse_constraint("fk_assessment_questions_question_image_id", ImageUnknown)
