"""Skills of courses, competencies of lessons, and the outcomes of a course, as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import ContributionLevel, CourseSkillLevel
from app.academy.skills.schemas import REFERENCE, AcademySkillCompetency, AcademySkillReference
from app.core.http.schema import Body, Identified, Percent, View, absent

_COURSE = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22"
_SKILL = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c62"
_LESSON = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c51"
_COMPETENCY = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c63"
_ROW: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c64",
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-10T09:00:00Z",
}
_TAUGHT: JsonDict = {"skill_id": _SKILL, "skill_level": "introduces", "weight": 40}
_CONTRIBUTION: JsonDict = {"competency_id": _COMPETENCY, "contribution_level": "introduces"}

Weight = Annotated[Percent, Field(description="How much of the course it is, 0 to 100; weights need not add up")]


class AcademyCourseSkill(Identified):
    """A skill that a course teaches: how far, and how much of the course it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ROW, "course_id": _COURSE, **_TAUGHT}]})

    course_id: UUID
    skill_id: UUID
    skill_level: CourseSkillLevel
    weight: float


class AcademyCourseSkillCreate(Body):
    """A skill that the course is to teach."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TAUGHT]})

    skill_id: UUID
    skill_level: CourseSkillLevel
    weight: Weight


class AcademyCourseSkillUpdate(Body):
    """What may change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"skill_level": "develops", "weight": 50}]})

    skill_level: CourseSkillLevel = absent()
    weight: Weight = absent()


class AcademyLessonCompetency(Identified):
    """A competency that a lesson works on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ROW, "lesson_id": _LESSON, **_CONTRIBUTION}]})

    lesson_id: UUID
    competency_id: UUID
    contribution_level: ContributionLevel


class AcademyLessonCompetencyCreate(Body):
    """A competency that the lesson is to work on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONTRIBUTION]})

    competency_id: UUID
    contribution_level: ContributionLevel


class AcademyLessonCompetencyUpdate(Body):
    """What may change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contribution_level": "assesses"}]})

    contribution_level: ContributionLevel = absent()


class AcademyOutcomeLesson(View):
    """A lesson of the course that works on a competency."""

    id: UUID
    title: str
    session_id: UUID
    contribution_level: ContributionLevel


class AcademyOutcomeCompetency(AcademySkillCompetency):
    """An active competency of a skill, with the lessons of this course that work on it."""

    lessons: list[AcademyOutcomeLesson]


class AcademySkillOutcome(View):
    """What a course gives in one skill."""

    skill: AcademySkillReference
    skill_level: CourseSkillLevel
    weight: float
    competencies: list[AcademyOutcomeCompetency]


class AcademySkillCounts(View):
    """How many skills there are of each category."""

    technical: int
    strategic: int
    leadership: int
    domain: int


class AcademyCourseOutcomes(View):
    """What a course gives: its active skills, the weightiest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "course_id": _COURSE,
                    "total_skills": 1,
                    "total_weight": 40,
                    "by_category": {"technical": 1, "strategic": 0, "leadership": 0, "domain": 0},
                    "outcomes": [
                        {
                            "skill": REFERENCE,
                            "skill_level": "introduces",
                            "weight": 40,
                            "competencies": [
                                {
                                    "id": _COMPETENCY,
                                    "name": "Bias detection",
                                    "description": "Sees whom a data set leaves out.",
                                    "evidence_types": ["quiz", "project"],
                                    "passing_threshold": 70,
                                    "level": None,
                                    "lessons": [
                                        {
                                            "id": _LESSON,
                                            "title": "Whose data is it?",
                                            "session_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c44",
                                            "contribution_level": "introduces",
                                        }
                                    ],
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    course_id: UUID
    total_skills: int
    total_weight: float
    by_category: AcademySkillCounts
    outcomes: list[AcademySkillOutcome]
