"""Steps of paths as admins write them; how they are shown is in `paths/schemas.py`."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import UnlockRule
from app.core.http.schema import Body, Flag, Prose, Title, absent

_COURSE = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c22"
_STEP = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d11"
_FIELDS: JsonDict = {
    "course_id": _COURSE,
    "is_required": True,
    "unlock_rule": "sequential",
    "recommended_timeframe": "Week 3-4",
    "notes": "Ask for a guest from the second cohort.",
}

MOST_STEPS = 100

Number = Annotated[int, Field(strict=True, ge=1, le=MOST_STEPS, description="1 is the first step of the path")]
Days = Annotated[int, Field(strict=True, ge=0, le=3_650, description="Days of 24 hours in the path")]


class AcademyPathStepCreate(Body):
    """A new step. Without a number it comes last, in a group last of the group; those behind it move on by one.

    Without `is_required` it is as the others of its group are, and required without a group. With it, all of them are.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    course_id: UUID
    step_number: Number | None = None
    step_group_id: UUID | None = None
    is_required: Flag | None = None
    unlock_rule: UnlockRule = UnlockRule.sequential
    unlock_after_step_id: UUID | None = None
    unlock_after_days: Days | None = None
    recommended_timeframe: Title | None = None
    notes: Prose | None = None


class AcademyPathStepUpdate(Body):
    """What may change; another course is another step, and places change all at once.

    Another unlock rule takes the days or the step of the former one away. `is_required` holds for the whole group.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"unlock_rule": "after_days", "unlock_after_days": 14}]})

    step_group_id: UUID | None = None
    is_required: Flag = absent()
    unlock_rule: UnlockRule = absent()
    unlock_after_step_id: UUID | None = None
    unlock_after_days: Days | None = None
    recommended_timeframe: Title | None = None
    notes: Prose | None = None


class AcademyPathStepOrder(Body):
    """All steps of a path, in the order that they are to have."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"step_ids": [_STEP]}]})

    step_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_STEPS)]
