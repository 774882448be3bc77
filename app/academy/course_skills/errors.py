"""What the skills of courses and the competencies of lessons refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class CourseHasSkill(Conflict):
    """A course names a skill once: change what it says of it."""

    code = "academy.course_has_skill"
    title = "This course names this skill already"


class SkillArchived(Conflict):
    """No course begins to teach a skill that is no longer learned."""

    code = "academy.skill_archived"
    title = "This skill is archived"


class LessonHasCompetency(Conflict):
    """A lesson names a competency once: change what it says of it."""

    code = "academy.lesson_has_competency"
    title = "This lesson names this competency already"


class CompetencyUnknown(Invalid):
    """A competency is named by its id."""

    code = "academy.competency_unknown"
    title = "There is no such competency"


class CompetencyArchived(Conflict):
    """No lesson begins to work on a competency that is no longer measured."""

    code = "academy.competency_archived"
    title = "This competency is archived"


refuse_constraint("uq_course_skills_course_id_skill_id", CourseHasSkill)
refuse_constraint("uq_lesson_competencies_lesson_id_competency_id", LessonHasCompetency)
