"""The three flows, and what a publication keeps: pure (S-FLW-01 … S-FLW-03, Z-192)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.errors import FieldError
from app.studio.contents.rules import AnyContent
from app.studio.models import (
    Article,
    Chapter,
    ContentSession,
    ContentStatus,
    Exercise,
    Program,
    ProgramStatus,
    PublishedProgram,
    PublishedSession,
    Quiz,
    SessionStatus,
    Video,
)
from app.studio.models.shapes import PublishedChapter, PublishedExercise, PublishedSessionLine

Flow = tuple[StrEnum, ...]

PROGRAM: Flow = tuple(ProgramStatus)
SESSION: Flow = tuple(SessionStatus)
CONTENT: Flow = tuple(ContentStatus)

# Statuses that stand for somebody's decision: who enters or leaves one decides.
_DECIDED = {"approved", "published"}


class Step(StrEnum):
    """How a status follows another."""

    forward = "forward"
    back = "back"
    """One step, with a reason, as long as nothing is published."""
    reopened = "reopened"
    """From published to draft: the next revision begins."""


@dataclass(frozen=True, slots=True)
class BlockingItem:
    """What stands in the way of a publication. `kind`: session, article, video, quiz or exercise."""

    id: UUID
    kind: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that may follow, whether this caller may take it, and what is in its way."""

    to: str
    needs_reason: bool
    is_permitted: bool
    blocked_by: Sequence[BlockingItem]
    missing: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something is on its way."""

    status: str
    revision: int
    approved_by: UUID | None
    approved_at: datetime | None
    next_steps: Sequence[NextStep]


def step(flow: Flow, before: str, after: str) -> Step | None:
    """How `after` follows `before` in this flow; None when it does not."""
    names = [status.value for status in flow]
    distance = names.index(after) - names.index(before)
    if distance == 1:
        return Step.forward
    if before == "published":
        return Step.reopened if after == names[0] else None
    return Step.back if distance == -1 else None


def steps_from(flow: Flow, before: str) -> Iterator[tuple[str, Step]]:
    """Every status that may follow, the way forward first."""
    for after in reversed(flow):
        if (how := step(flow, before, after.value)) is not None:
            yield after.value, how


def needs_reason(how: Step) -> bool:
    """Whether somebody has to say why."""
    return how is not Step.forward


def is_decision(before: str, after: str) -> bool:
    """Whether the step approves or publishes, or takes either back: that is for reviewers."""
    return bool({before, after} & _DECIDED)


def as_published(session: ContentSession, contents: Sequence[AnyContent]) -> PublishedSession:
    """A session with its contents, as it is published."""
    kept: dict[str, object] = {}
    for content in contents:
        match content:
            case Article():
                kept |= {"article": content.content, "sources": tuple(content.sources or ())}
            case Video():
                kept["script"] = content.script
            case Quiz():
                kept |= {"questions": tuple(content.questions), "quiz_settings": content.settings}
            case Exercise():
                kept["exercise"] = _exercise(content)
    return PublishedSession.model_validate(
        {
            "number": session.number,
            "title": session.title,
            "hook": session.hook,
            "description": session.description,
            "wiifm": session.wiifm,
            "learning_objectives": tuple(session.learning_objectives or ()),
            "estimated_minutes": session.estimated_minutes,
            **kept,
        }
    )


def _exercise(exercise: Exercise) -> PublishedExercise:
    return PublishedExercise(
        exercise_type=exercise.exercise_type,
        complexity=exercise.complexity,
        title=exercise.title,
        description=exercise.description,
        ai_mentor=exercise.ai_mentor,
        scenario=exercise.scenario,
        learning_anchor=exercise.learning_anchor,
        success_criteria=tuple(exercise.success_criteria or ()),
        evaluation=exercise.evaluation,
        estimated_minutes=exercise.estimated_minutes,
    )


def outline(
    program: Program, chapters: Sequence[Chapter], sessions: Mapping[UUID, Sequence[ContentSession]]
) -> PublishedProgram:
    """A program as it is published: chapters and sessions in their order, each session with its revision."""
    return PublishedProgram(
        name=program.name,
        slug=program.slug,
        language=program.language,
        description=program.description,
        chapters=tuple(
            PublishedChapter(
                number=chapter.number,
                title=chapter.title,
                subtitle=chapter.subtitle,
                description=chapter.description,
                sessions=tuple(_line(session) for session in sessions.get(chapter.id, ())),
            )
            for chapter in chapters
        ),
    )


def _line(session: ContentSession) -> PublishedSessionLine:
    return PublishedSessionLine(
        session_id=session.id, revision=session.revision, number=session.number, title=session.title
    )
