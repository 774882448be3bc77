"""Statuses, their history and revisions as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.schema import Body, Instant, View
from app.studio.documents.rules import EXERCISE, METADATA, QUESTIONS, SOURCES
from app.studio.documents.schemas import (
    StudioAiMentor,
    StudioEvaluation,
    StudioLearningAnchor,
    StudioQuizMetadata,
    StudioQuizQuestion,
    StudioScenario,
    StudioSource,
    StudioSuccessCriterion,
)
from app.studio.models import Complexity, ContentStatus, ContentType, ExerciseType, ProgramStatus, SessionStatus
from app.studio.models.shapes import WITHOUT_NUL

_SESSION_ID = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d00"
_SOMEBODY = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c01"
_CHANGE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d10",
    "created_at": "2027-01-12T09:00:00Z",
    "program_id": None,
    "session_id": _SESSION_ID,
    "content_type": "article",
    "from_status": "approved",
    "to_status": "review",
    "reason": "The second example is out of date.",
    "revision": 1,
    "changed_by": _SOMEBODY,
}
_ITEM: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d01",
    "kind": "article",
    "title": "Giving feedback",
    "status": "review",
}
_REVISION: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d20",
    "created_at": "2027-01-12T09:00:00Z",
    "revision": 1,
    "published_by": _SOMEBODY,
}
_EXERCISE: JsonDict = {
    "exercise_type": "ROLEPLAY",
    "complexity": "intermediate",
    "title": "The missed deadline",
    "description": "Give feedback to a colleague who was late again.",
    "estimated_minutes": 15,
    **EXERCISE,
}
_PUBLISHED_SESSION: JsonDict = {
    "number": "1.1",
    "title": "Giving feedback",
    "hook": "When did feedback last help you?",
    "description": "What makes feedback useful.",
    "wiifm": "Talks that change something.",
    "learning_objectives": ["Say what you saw"],
    "estimated_minutes": 10,
    "article": "Feedback is information that somebody can act on.",
    "sources": SOURCES,
    "script": None,
    "questions": QUESTIONS,
    "quiz_settings": METADATA,
    "exercise": _EXERCISE,
}
_PUBLISHED_PROGRAM: JsonDict = {
    "name": "Feedback",
    "slug": "feedback",
    "language": "en",
    "description": "Four short sessions.",
    "chapters": [
        {
            "number": 1,
            "title": "Basics",
            "subtitle": None,
            "description": None,
            "sessions": [{"session_id": _SESSION_ID, "revision": 1, "number": "1.1", "title": "Giving feedback"}],
        }
    ],
}


def _shown(example: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class StudioStatusChange(View):
    """A step that a program, a session or a content has taken: who, when, from, to, and why."""

    model_config = _shown(_CHANGE)

    id: UUID
    created_at: Instant
    program_id: UUID | None
    session_id: UUID | None
    content_type: ContentType | None
    from_status: str
    to_status: str
    reason: str | None
    revision: int
    changed_by: UUID | None


class StudioBlockingItem(View):
    """What stands in the way of a publication. `kind`: session, article, video, quiz or exercise."""

    model_config = _shown(_ITEM)

    id: UUID
    kind: str
    title: str
    status: str


class StudioMissingPart(View):
    """What has to be filled in first: where in the content, a stable code, a sentence."""

    model_config = _shown({"pointer": "/content", "code": "empty", "message": "The article has no text yet"})

    pointer: str
    code: str
    message: str


class StudioNextStep(View):
    """A step that may follow. It can be taken when `is_permitted`, and when nothing is in its way."""

    model_config = _shown(
        {"to": "published", "needs_reason": False, "is_permitted": True, "blocked_by": [_ITEM], "missing": []}
    )

    to: str
    needs_reason: bool = Field(description="Whether the caller has to say why.")
    is_permitted: bool = Field(description="Whether the caller may: approving and publishing are for reviewers.")
    blocked_by: list[StudioBlockingItem] = Field(description="What is not approved yet.")
    missing: list[StudioMissingPart] = Field(description="What the content lacks.")


class StudioStatus(View):
    """Where something is on its way, and which steps may follow, the way forward first."""

    model_config = _shown(
        {
            "status": "approved",
            "revision": 1,
            "approved_by": _SOMEBODY,
            "approved_at": "2027-01-12T09:00:00Z",
            "next_steps": [
                {"to": "published", "needs_reason": False, "is_permitted": True, "blocked_by": [_ITEM], "missing": []}
            ],
        }
    )

    status: str
    revision: int
    approved_by: UUID | None
    approved_at: Instant | None
    next_steps: list[StudioNextStep]


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), WITHOUT_NUL]


class StudioStatusChangeCreate(Body):
    """A step along a flow. A step back, and taking back what is published, needs a reason."""

    reason: Reason | None = None


class StudioProgramStatusChangeCreate(StudioStatusChangeCreate):
    """A step of a program: draft → in_progress → review → published."""

    model_config = _shown({"to": "in_progress"})

    to: ProgramStatus


class StudioSessionStatusChangeCreate(StudioStatusChangeCreate):
    """A step of a session: draft → content_created → approved → published."""

    model_config = _shown({"to": "content_created"})

    to: SessionStatus


class StudioContentStatusChangeCreate(StudioStatusChangeCreate):
    """A step of a content: draft → review → approved."""

    model_config = _shown({"to": "review"})

    to: ContentStatus


class StudioRevision(View):
    """A publication. `created_at` is when it was published."""

    model_config = _shown(_REVISION)

    id: UUID
    created_at: Instant
    revision: int
    published_by: UUID | None


class StudioPublishedSessionLine(View):
    """A session in the outline of a published program, with the revision that belongs to it."""

    session_id: UUID
    revision: int
    number: str
    title: str


class StudioPublishedChapter(View):
    """A chapter in the outline of a published program."""

    number: int
    title: str
    subtitle: str | None
    description: str | None
    sessions: list[StudioPublishedSessionLine]


class StudioPublishedProgram(View):
    """A program as it was published: its outline. The sessions' contents are in their own revisions."""

    name: str
    slug: str
    language: str
    description: str | None
    chapters: list[StudioPublishedChapter]


class StudioPublishedExercise(View):
    """An exercise as it was published."""

    exercise_type: ExerciseType
    complexity: Complexity
    title: str
    description: str
    estimated_minutes: int
    ai_mentor: StudioAiMentor
    scenario: StudioScenario | None
    learning_anchor: StudioLearningAnchor | None
    success_criteria: list[StudioSuccessCriterion]
    evaluation: StudioEvaluation | None


class StudioPublishedSession(View):
    """A session as it was published, with its contents."""

    number: str
    title: str
    hook: str | None
    description: str | None
    wiifm: str | None
    learning_objectives: list[str]
    estimated_minutes: int
    article: str | None
    sources: list[StudioSource]
    script: str | None
    questions: list[StudioQuizQuestion]
    quiz_settings: StudioQuizMetadata | None
    exercise: StudioPublishedExercise | None


class StudioProgramRevision(StudioRevision):
    """A program as it was published."""

    model_config = _shown({**_REVISION, "content": _PUBLISHED_PROGRAM})

    content: StudioPublishedProgram


class StudioSessionRevision(StudioRevision):
    """A session as it was published, with its contents."""

    model_config = _shown({**_REVISION, "content": _PUBLISHED_SESSION})

    content: StudioPublishedSession
