"""Unsaved rows of the studio, complete and unlike each other."""

from itertools import count
from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.studio.models import (
    AiMentor,
    Article,
    Chapter,
    Client,
    ClientKnowledge,
    ClientMember,
    ContentSession,
    Exercise,
    Program,
    ProgramKnowledge,
    ProgramRevision,
    PublishedProgram,
    PublishedSession,
    Quiz,
    QuizQuestion,
    ReviewComment,
    SessionRevision,
    StaffMember,
    StatusChange,
    Video,
)
from app.studio.models.shapes import QuestionKind, QuizOption

_number = count(1)


def client(**fields: Any) -> Client:
    """A client without members."""
    number = next(_number)
    return Client(**{"id": new_id(), "name": f"Client {number}", "slug": f"client-{new_id().hex[-12:]}", **fields})


def member(client_id: UUID, account_id: UUID, **fields: Any) -> ClientMember:
    """An author of a client."""
    return ClientMember(**{"client_id": client_id, "account_id": account_id, **fields})


def staff(account_id: UUID, **fields: Any) -> StaffMember:
    """Somebody who sees every client."""
    return StaffMember(**{"account_id": account_id, **fields})


def client_knowledge(client_id: UUID, **fields: Any) -> ClientKnowledge:
    """What is known about a client's words."""
    given = {"id": new_id(), "client_id": client_id, "type": "terminology", "content": {"learner": "colleague"}}
    return ClientKnowledge(**{**given, **fields})


def program(client_id: UUID, **fields: Any) -> Program:
    """A draft."""
    number = next(_number)
    given = {"id": new_id(), "client_id": client_id, "name": f"Program {number}", "slug": f"program-{number}"}
    return Program(**{**given, **fields})


def program_knowledge(program_id: UUID, **fields: Any) -> ProgramKnowledge:
    """A brief."""
    return ProgramKnowledge(
        **{"id": new_id(), "program_id": program_id, "type": "brief", "content": "Who, what and why.", **fields}
    )


def chapter(program_id: UUID, **fields: Any) -> Chapter:
    """A chapter, behind all that were made before."""
    number = next(_number)
    given = {"id": new_id(), "program_id": program_id, "number": number, "order_index": number}
    return Chapter(**{**given, "title": f"Chapter {number}", **fields})


def content_session(chapter_id: UUID, **fields: Any) -> ContentSession:
    """A session without content, behind all that were made before."""
    number = next(_number)
    given = {"id": new_id(), "chapter_id": chapter_id, "number": f"1.{number}", "order_index": number}
    return ContentSession(**{**given, "title": f"Session {number}", **fields})


def article(session_id: UUID, **fields: Any) -> Article:
    """A draft of three words."""
    return Article(**{"id": new_id(), "session_id": session_id, "content": "Three small words", **fields})


def video(session_id: UUID, **fields: Any) -> Video:
    """A draft of two words."""
    return Video(**{"id": new_id(), "session_id": session_id, "script": "Hello there", **fields})


def question(**fields: Any) -> QuizQuestion:
    """A question with one right answer."""
    options = (QuizOption(text="Yes", is_correct=True), QuizOption(text="No", is_correct=False))
    return QuizQuestion(**{"kind": QuestionKind.single_choice, "prompt": "Is it?", "options": options, **fields})


def quiz(session_id: UUID, **fields: Any) -> Quiz:
    """A draft with one question."""
    return Quiz(**{"id": new_id(), "session_id": session_id, "questions": [question()], **fields})


def exercise(session_id: UUID, **fields: Any) -> Exercise:
    """A draft of a reflection."""
    given = {
        "id": new_id(),
        "session_id": session_id,
        "exercise_type": "REFLECTION",
        "title": "Look back",
        "description": "What did you try?",
        "ai_mentor": AiMentor(persona="a patient colleague", instructions="ask one question at a time"),
    }
    return Exercise(**{**given, **fields})


def status_change(**fields: Any) -> StatusChange:
    """The first step of a program or session."""
    return StatusChange(**{"id": new_id(), "from_status": "draft", "to_status": "in_progress", "revision": 1, **fields})


def comment(**fields: Any) -> ReviewComment:
    """An open remark."""
    return ReviewComment(**{"id": new_id(), "body": "Say it shorter.", **fields})


def program_revision(program_id: UUID, **fields: Any) -> ProgramRevision:
    """The first publication of a program without chapters."""
    content = PublishedProgram(name="Program", slug="program", language="en")
    return ProgramRevision(**{"id": new_id(), "program_id": program_id, "revision": 1, "content": content, **fields})


def session_revision(session_id: UUID, **fields: Any) -> SessionRevision:
    """The first publication of a session without contents."""
    content = PublishedSession(number="1.1", title="Session", estimated_minutes=10)
    return SessionRevision(**{"id": new_id(), "session_id": session_id, "revision": 1, "content": content, **fields})
