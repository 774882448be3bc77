"""Programs as the outside sees them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Identified, Prose, Title, absent
from app.studio.clients.schemas import EXAMPLE_CLIENT, TIMES
from app.studio.models import ProgramStatus

EXAMPLE_PROGRAM = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d02"

_FIELDS: JsonDict = {
    "name": "Leading a shift",
    "description": "For those who lead for the first time.",
    "language": "en",
}
PROGRAM: JsonDict = {
    "id": EXAMPLE_PROGRAM,
    **TIMES,
    **_FIELDS,
    "client_id": EXAMPLE_CLIENT,
    "slug": "leading-a-shift",
    "status": "draft",
    "estimated_hours": 2.5,
    "total_sessions": 15,
    "revision": 1,
    "created_by": None,
}

Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35),
    Field(description="A BCP 47 tag, such as `en` or `pt-BR`"),
]


class StudioProgramSort(StrEnum):
    """What programs may be sorted by."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class StudioProgram(Identified):
    """A program. How many sessions it has and how long they take is counted, not edited."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROGRAM]})

    client_id: UUID
    name: str
    slug: str
    description: str | None
    language: str
    status: ProgramStatus
    estimated_hours: float | None
    total_sessions: int | None
    revision: int
    created_by: UUID | None


class StudioProgramCreate(Body):
    """A new program: a draft. Its slug is made from the name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    name: Title
    description: Prose | None = None
    language: Language = "en"


class StudioProgramUpdate(Body):
    """What may change. The slug stays, because links hold it; the status has its own address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Leading your first shift"}]})

    name: Title = absent()
    description: Prose | None = None
    language: Language = absent()


class StudioProgramFilter(PageQuery):
    """Which programs to list."""

    status: Annotated[ProgramStatus | None, Field(description="Only those in this status")] = None
    q: Annotated[Title | None, Field(description="Words in the name, whatever their case")] = None
    sort: StudioProgramSort = StudioProgramSort.CREATED_AT_DESCENDING
