"""The tree as the outside sees it."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.core.http.schema import View
from app.studio.chapters.schemas import EXAMPLE_CHAPTER
from app.studio.models import Complexity, ContentStatus, ExerciseType, SessionStatus
from app.studio.programs.schemas import PROGRAM, StudioProgram
from app.studio.sessions.schemas import SESSION

_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d0"
_CONTENT: JsonDict = {"status": "draft", "version": 1}
_ARTICLE: JsonDict = {
    "id": f"{_ID}8",
    "content": "Four halls, one gate.",
    "word_count": 4,
    "sources": [{"title": "House rules", "url": None, "note": None}],
    **_CONTENT,
}
_VIDEO: JsonDict = {
    "id": f"{_ID}9",
    "script": "Come along.",
    "word_count": 2,
    "estimated_duration": "0:01",
    **_CONTENT,
}
_QUIZ: JsonDict = {
    "id": f"{_ID}a",
    "questions": [{"kind": "open", "prompt": "Which halls?", "options": [], "explanation": None, "points": 1}],
    "metadata": None,
    **_CONTENT,
}
_EXERCISE: JsonDict = {
    "id": f"{_ID}b",
    "exercise_type": "REFLECTION",
    "complexity": "basic",
    "title": "Your first day",
    "description": "What surprised you?",
    "estimated_minutes": 15,
    "scenario": None,
    "learning_anchor": None,
    "ai_mentor": {
        "persona": "a patient colleague",
        "instructions": "ask one question at a time",
        "opening": None,
        "hints": [],
    },
    "success_criteria": None,
    "evaluation": None,
    **_CONTENT,
}
_SHOWN = ("id", "number", "title", "hook", "description", "wiifm", "learning_objectives", "estimated_minutes")
_SESSION: JsonDict = {
    **{name: SESSION[name] for name in (*_SHOWN, "status", "revision")},
    "version": 1,
    "article": _ARTICLE,
    "video": _VIDEO,
    "quiz": _QUIZ,
    "exercise": _EXERCISE,
}
_CHAPTER: JsonDict = {
    "id": EXAMPLE_CHAPTER,
    "number": 1,
    "title": "The first week",
    "subtitle": None,
    "description": None,
    "version": 1,
    "sessions": [_SESSION],
}


class Part(View):
    """What every part brings along."""

    id: UUID
    version: int = Field(description="Its ETag, without the quotation marks")


class StudioTreeArticle(Part):
    """The article of a session."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ARTICLE]})

    status: ContentStatus
    content: str
    word_count: int
    sources: list[dict[str, Any]] | None


class StudioTreeVideo(Part):
    """The video of a session."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIDEO]})

    status: ContentStatus
    script: str
    word_count: int
    estimated_duration: str | None


class StudioTreeQuiz(Part):
    """The quiz of a session."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUIZ]})

    status: ContentStatus
    questions: list[dict[str, Any]]
    metadata: dict[str, Any] | None


class StudioTreeExercise(Part):
    """The exercise of a session."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXERCISE]})

    status: ContentStatus
    exercise_type: ExerciseType
    complexity: Complexity
    title: str
    description: str
    estimated_minutes: int
    scenario: dict[str, Any] | None
    learning_anchor: dict[str, Any] | None
    ai_mentor: dict[str, Any]
    success_criteria: list[dict[str, Any]] | None
    evaluation: dict[str, Any] | None


class StudioTreeSession(Part):
    """A session with its contents; null for those that it has not got."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SESSION]})

    number: str
    title: str
    hook: str | None
    description: str | None
    wiifm: str | None
    learning_objectives: list[str] | None
    estimated_minutes: int
    status: SessionStatus
    revision: int
    article: StudioTreeArticle | None
    video: StudioTreeVideo | None
    quiz: StudioTreeQuiz | None
    exercise: StudioTreeExercise | None


class StudioTreeChapter(Part):
    """A chapter with its sessions, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHAPTER]})

    number: int
    title: str
    subtitle: str | None
    description: str | None
    sessions: list[StudioTreeSession]


class StudioProgramTree(StudioProgram):
    """A program with its chapters, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**PROGRAM, "version": 1, "chapters": [_CHAPTER]}]})

    version: int = Field(description="The program's ETag, without the quotation marks")
    chapters: list[StudioTreeChapter]
