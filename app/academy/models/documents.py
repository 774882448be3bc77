"""The shapes of the JSON documents in the tables of the library, the managers and the reports (A-TAB-57)."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator


class Document(BaseModel):
    """A value, not a row: it is replaced as a whole and holds nothing that its shape does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


# Two documents that mean the same moment are the same document.
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


# The library


class VariableType(StrEnum):
    """How a prompt's variable is asked for."""

    text = "text"
    textarea = "textarea"
    select = "select"


class PromptVariable(Document):
    """What `{{name}}` in a prompt stands for. A select offers its options, and its default is one of them."""

    name: str = Field(min_length=1)
    description: str
    type: VariableType
    required: bool
    default_value: str | None = None
    options: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _options_are_for_selects(self) -> Self:
        if (self.type is VariableType.select) != bool(self.options):
            raise ValueError("a select has options, and nothing else has")
        if self.options and self.default_value is not None and self.default_value not in self.options:
            raise ValueError("the default value is not among the options")
        return self


class ModelSettings(Document):
    """What a prompt recommends to set in the model."""

    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)


# Managers and reports


class ExecutiveMetrics(Document):
    """The six figures of an executive report; the rate is a percentage, 0 when nobody was enrolled (A-EXR-01)."""

    total_enrollments: int = Field(ge=0)
    completion_rate: float = Field(ge=0, le=100)
    average_engagement: float = Field(ge=0)
    office_hours_booked: int = Field(ge=0)
    certificates_issued: int = Field(ge=0)
    chatbot_interactions: int = Field(ge=0)


class TopPerformer(Document):
    """One line of a team's leaderboard; only of people who agreed to be on it (Z-167)."""

    user_id: UUID
    metric: str
    value: float


class DateRange(Document):
    """What a report looks at: from `start` up to, but not including, `end`."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.start >= self.end:
            raise ValueError("the end is not after the start")
        return self


class ReportFilter(Document):
    """Only rows in which `field` is one of these values."""

    field: str
    values: tuple[str | int | float | bool, ...] = Field(min_length=1)


class ReportLayout(Document):
    """What a custom report shows: columns, filters and grouping over the allowed fields (A-RPT-09)."""

    columns: tuple[str, ...] = Field(min_length=1)
    filters: tuple[ReportFilter, ...] = ()
    group_by: tuple[str, ...] = ()
