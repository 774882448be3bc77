"""The bundle: what programs, chapters, sessions, contents and knowledge are created with, as one document."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.schema import Body
from app.studio.chapters.schemas import Number, StudioChapterCreate
from app.studio.contents.schemas import (
    StudioArticleCreate,
    StudioExerciseCreate,
    StudioQuizCreate,
    StudioVideoCreate,
)
from app.studio.knowledge.schemas import StudioProgramKnowledgeSave
from app.studio.programs.schemas import StudioProgramCreate
from app.studio.sessions.schemas import Number as SessionNumber
from app.studio.sessions.schemas import StudioContentSessionCreate

SCHEMA_NAME: Literal["lyceum.studio.program"] = "lyceum.studio.program"
SCHEMA_VERSION = 1

# As many as an order may name.
_MOST = 2_000

_SESSION: JsonDict = {
    "title": "A tour of the halls",
    "number": "1.1",
    "hook": "Where does a parcel spend its night?",
    "learning_objectives": ["Name the four halls"],
    "estimated_minutes": 10,
    "article": {"content": "Four halls, one gate.", "sources": [{"title": "House rules"}]},
    "quiz": {"questions": [{"kind": "open", "prompt": "Which halls?"}]},
}
_CHAPTER: JsonDict = {"title": "The first week", "number": 1, "sessions": [_SESSION]}
_KNOWLEDGE: JsonDict = {"brief": {"title": "Brief", "content": "# For whom", "content_format": "markdown"}}
_PROGRAM: JsonDict = {"name": "Leading a shift", "language": "en", "knowledge": _KNOWLEDGE, "chapters": [_CHAPTER]}
EXAMPLE: JsonDict = {"schema_name": SCHEMA_NAME, "schema_version": SCHEMA_VERSION, "program": _PROGRAM}


class BundleFormat(StrEnum):
    """How a program is taken out."""

    json = "json"
    markdown = "markdown"


class StudioBundleKnowledge(Body):
    """What the program is written from: of each type the present version, or null."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KNOWLEDGE]})

    brief: StudioProgramKnowledgeSave | None = None
    topic_research: StudioProgramKnowledgeSave | None = None
    path_recommendations: StudioProgramKnowledgeSave | None = None
    program_matrix: StudioProgramKnowledgeSave | None = None


class StudioBundleSession(StudioContentSessionCreate):
    """A session with its contents; null for those that it has not got."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SESSION]})

    number: SessionNumber
    article: StudioArticleCreate | None = None
    video: StudioVideoCreate | None = None
    quiz: StudioQuizCreate | None = None
    exercise: StudioExerciseCreate | None = None


class StudioBundleChapter(StudioChapterCreate):
    """A chapter with its sessions, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHAPTER]})

    number: Number
    sessions: Annotated[list[StudioBundleSession], Field(max_length=_MOST, default_factory=list)]


class StudioBundleProgram(StudioProgramCreate):
    """A program with its knowledge and its chapters, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROGRAM]})

    knowledge: StudioBundleKnowledge = StudioBundleKnowledge()
    chapters: Annotated[list[StudioBundleChapter], Field(max_length=_MOST, default_factory=list)]


class StudioProgramBundle(Body):
    """A program as one document. What may be left out is null, empty or its default; an export leaves nothing out."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    schema_name: Literal["lyceum.studio.program"]
    schema_version: Annotated[int, Field(strict=True, ge=1, le=SCHEMA_VERSION)]
    program: StudioBundleProgram
