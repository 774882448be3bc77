"""What is refused about steps and their groups."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class UnlockRefused(Invalid):
    """An unlock rule has its own fields, and no step may wait for what never comes (A-LPA-09)."""

    code = "academy.unlock_refused"
    title = "This does not open the step"


class ChoiceScattered(Invalid):
    """The members of a group follow each other (Z-122)."""

    code = "academy.choice_scattered"
    title = "The steps of a group must follow each other"


class PathCourseUnknown(Invalid):
    """A step is a course, named by its id."""

    code = "academy.path_course_unknown"
    title = "There is no such course"


class PathGroupUnknown(Invalid):
    """A step belongs to a group of its own path, or to none."""

    code = "academy.path_group_unknown"
    title = "There is no such group in this path"


class CourseInPath(Conflict):
    """A course comes once in a path: else completing it would not say which step was done."""

    code = "academy.course_in_path"
    title = "This course is in the path already"


class CourseNotPublished(Conflict):
    """Who is in the catalogue promises courses that are to be had."""

    code = "academy.course_not_published"
    title = "An active path takes published courses only"


class PathIsFull(Conflict):
    """A path has a hundred steps at most."""

    code = "academy.path_is_full"
    title = "This path has as many steps as a path can have"


class PathStepDone(Conflict):
    """Somebody has done this step: what counts for them stays."""

    code = "academy.path_step_done"
    title = "Somebody has completed this step"


class PathStepAwaited(Conflict):
    """Other steps open when this one is done; let them wait for something else first."""

    code = "academy.path_step_awaited"
    title = "Other steps wait for this one"


class PathOrderIncomplete(Invalid):
    """An order names each step of the path, once."""

    code = "academy.path_order_incomplete"
    title = "The order must name every step of the path once"


refuse_constraint("fk_path_step_completions_step_id_path_id", PathStepDone)
refuse_constraint("fk_learning_path_steps_unlock_after_step_id_path_id", PathStepAwaited)
