"""What assessments refuse."""

from app.academy.skills.errors import SkillUnknown
from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class AssessmentScope(Invalid):
    """Pre and post belong to a course, a knowledge check to a lesson, a skill assessment to skills (A-ASM-01)."""

    code = "academy.assessment_scope"
    title = "An assessment of this type needs another scope"


class AssessmentNotPublishable(Conflict):
    """Its checks found something; `errors` says what, and so does the report on its publication."""

    code = "academy.assessment_not_publishable"
    title = "This assessment is not fit to be taken"


refuse_constraint("fk_assessment_skills_skill_id", SkillUnknown)
refuse_constraint("fk_assessment_question_skills_skill_id", SkillUnknown)
