"""An organization's results as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.academy.models import AssessmentType
from app.core.http.pages import PageQuery
from app.core.http.schema import View


class AcademyAssessmentResult(View):
    """What an organization's people reached in one assessment: each counts with their best graded attempt.

    Of fewer than five the figures are withheld: `is_suppressed`, and all of them null.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "assessment_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c71",
                    "title": "AI Fundamentals: what you know now",
                    "type": "post_course",
                    "course_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22",
                    "is_suppressed": False,
                    "learners": 12,
                    "average_score": 78.4,
                    "pass_rate": 83.33,
                }
            ]
        }
    )

    assessment_id: UUID
    title: str
    type: AssessmentType
    course_id: UUID | None
    is_suppressed: bool
    learners: int | None
    average_score: float | None
    pass_rate: float | None


class AcademyAssessmentResultFilter(PageQuery):
    """Filters of an organization's results."""

    course_id: Annotated[UUID | None, Field(description="Only of this course")] = None
