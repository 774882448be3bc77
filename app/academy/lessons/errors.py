"""What lessons refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class LessonInUse(Conflict):
    """Somebody has finished it, or an assessment checks what it taught."""

    code = "academy.lesson_in_use"
    title = "This lesson was finished by somebody, or an assessment is about it"


class LessonOfOtherCourse(Invalid):
    """A learner finishes the lessons of the course that the enrollment is for."""

    code = "academy.lesson_of_other_course"
    title = "This lesson belongs to another course"


class NoCourseAccess(Conflict):
    """The enrollment is not paid, has ended, or its time with the materials is over."""

    code = "academy.no_course_access"
    title = "This enrollment does not open the course at the moment"


class WorksheetUnknown(Invalid):
    """A worksheet is an item of the enablement kit."""

    code = "academy.worksheet_unknown"
    title = "There is no such worksheet"


refuse_constraint("fk_lesson_progress_lesson_id", LessonInUse)
refuse_constraint("fk_assessments_lesson_id", LessonInUse)
refuse_constraint("fk_lessons_worksheet_id", WorksheetUnknown)
