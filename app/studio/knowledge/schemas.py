"""Knowledge as the outside sees it: the present version, earlier ones, and what differs between two."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Instant, Title, View
from app.studio.clients.schemas import EXAMPLE_CLIENT, TIMES
from app.studio.knowledge.rules import ChangeKind
from app.studio.models import ClientKnowledgeType, ProgramKnowledgeType
from app.studio.programs.schemas import EXAMPLE_PROGRAM

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d07"
_WHEN = "2027-03-01T09:00:00Z"
_WORDS: JsonDict = {"content": {"learner": "colleague", "shift": {"plural": "shifts"}}}
_BRIEF: JsonDict = {
    "title": "Brief",
    "content": "# Leading a shift\n\nFor those who lead for the first time.",
    "content_format": "markdown",
}
_SPAN: JsonDict = {"from_version": 1, "to_version": 2}

Document = Annotated[
    dict[str, Any], Field(max_length=500, description="An open JSON object; what is in it is yours to decide")
]
Prose = Annotated[str, StringConstraints(max_length=200_000)]
Format = Annotated[
    Literal["markdown", "plain", "html", "json"], Field(description="How to read the content; it is kept as it is")
]
Numbered = Annotated[int, Field(ge=0, le=2_147_483_647)]


class Version(View):
    """What each version tells, the present one too: `edited_at` is when it was written."""

    version: int
    edited_by: UUID | None
    edited_at: Instant


class StudioClientKnowledge(Identified):
    """What is known about a client, of one type, in its present version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    **TIMES,
                    "client_id": EXAMPLE_CLIENT,
                    "type": "terminology",
                    **_WORDS,
                    "version": 2,
                    "created_by": None,
                    "edited_by": None,
                }
            ]
        }
    )

    client_id: UUID
    type: ClientKnowledgeType
    content: dict[str, Any]
    version: int
    created_by: UUID | None
    edited_by: UUID | None


class StudioClientKnowledgeSave(Body):
    """The whole new version."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WORDS]})

    content: Document


class StudioClientKnowledgeVersion(Version):
    """One version of what is known about a client."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "edited_by": None, "edited_at": _WHEN, **_WORDS}]}
    )

    content: dict[str, Any]


class StudioProgramKnowledge(Identified):
    """What a program is written from, of one type, in its present version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    **TIMES,
                    "program_id": EXAMPLE_PROGRAM,
                    "type": "brief",
                    **_BRIEF,
                    "version": 2,
                    "created_by": None,
                    "edited_by": None,
                }
            ]
        }
    )

    program_id: UUID
    type: ProgramKnowledgeType
    title: str | None
    content: str
    content_format: str
    version: int
    created_by: UUID | None
    edited_by: UUID | None


class StudioProgramKnowledgeSave(Body):
    """The whole new version."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BRIEF]})

    title: Title | None = None
    content: Prose
    content_format: Format = "markdown"


class StudioProgramKnowledgeVersion(Version):
    """One version of what a program is written from."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "edited_by": None, "edited_at": _WHEN, **_BRIEF}]}
    )

    title: str | None
    content: str
    content_format: str


class DiffQuery(BaseModel):
    """Which two versions to compare. Version 0 is the empty one before the first."""

    model_config = ConfigDict(extra="forbid")

    from_: Annotated[Numbered | None, Field(alias="from", description="The older one; else the one before `to`")] = None
    to: Annotated[Numbered | None, Field(description="The newer one; else the present one")] = None


class StudioKnowledgeChange(View):
    """One value that differs. What was added has no `before`, what was removed no `after`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pointer": "/learner", "kind": "replaced", "before": "user", "after": "colleague"}]
        }
    )

    pointer: str = Field(description="JSON pointer (RFC 6901): where it was if it was removed, else where it is")
    kind: ChangeKind
    before: Any
    after: Any


class StudioClientKnowledgeDiff(View):
    """What differs between two versions of a JSON document, by its structure."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_SPAN,
                    "changes": [{"pointer": "/learner", "kind": "replaced", "before": "user", "after": "colleague"}],
                }
            ]
        }
    )

    from_version: int
    to_version: int
    changes: list[StudioKnowledgeChange]


class StudioProgramKnowledgeDiff(View):
    """What differs between two versions of a text: its title and format before and after, and a unified diff."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_SPAN,
                    "changes": [{"pointer": "/title", "kind": "replaced", "before": "Brief", "after": "The brief"}],
                    "diff": "@@ -1,1 +1,1 @@\n-For leaders.\n+For those who lead for the first time.",
                }
            ]
        }
    )

    from_version: int
    to_version: int
    changes: list[StudioKnowledgeChange]
    diff: str = Field(description="Unified diff of the content; empty when it is the same")
