"""A client's desk: a program with a chapter and a session, and everybody who comes to it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.identity.models import Account
from app.studio.deps import act_as
from app.studio.models import Chapter, ContentSession, MemberRole, Program
from app.studio.models.contents import Content
from tests.factories import identity
from tests.factories import studio as make

KINDS = ("article", "video", "quiz", "exercise")

# What a client sends for a first draft of each kind.
DRAFTS: dict[str, dict[str, Any]] = {
    "article": {"content": "Three small words"},
    "video": {"script": "Hello there"},
    "quiz": {
        "questions": [
            {
                "kind": "single_choice",
                "prompt": "Is it?",
                "options": [{"text": "Yes", "is_correct": True}, {"text": "No", "is_correct": False}],
            }
        ]
    },
    "exercise": {
        "exercise_type": "REFLECTION",
        "title": "Look back",
        "description": "What did you try?",
        "ai_mentor": {"persona": "a patient colleague", "instructions": "ask one question at a time"},
    },
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Ours, and an outsider who is a reviewer of another client."""

    author: Account
    reviewer: Account
    staff: Account
    outsider: Account
    program: Program
    chapter: Chapter
    session: ContentSession

    @property
    def path(self) -> str:
        """The session's address."""
        return f"/studio/sessions/{self.session.id}"

    @property
    def program_path(self) -> str:
        """The program's address."""
        return f"/studio/programs/{self.program.id}"


async def put(session: AsyncSession, *rows: Any) -> None:
    """Save rows as the house itself, one after the other: without relationships nobody knows what stands on what."""
    await act_as(session, Actor.system())
    for row in rows:
        session.add(row)
        await session.flush()  # see above
    await session.commit()


async def build_desk(session: AsyncSession) -> Desk:
    """All of it, committed."""
    author, reviewer, staff, outsider = people = [identity.account() for _ in range(4)]
    ours, theirs = make.client(), make.client()
    program = make.program(ours.id)
    chapter = make.chapter(program.id)
    content = make.content_session(chapter.id)
    await put(
        session,
        *people,
        ours,
        theirs,
        make.member(ours.id, author.id),
        make.member(ours.id, reviewer.id, role=MemberRole.reviewer),
        make.member(theirs.id, outsider.id, role=MemberRole.reviewer),
        make.staff(staff.id),
        program,
        chapter,
        content,
    )
    return Desk(author, reviewer, staff, outsider, program, chapter, content)


def written(kind: str, session: ContentSession, **fields: Any) -> Content:
    """A content of this kind, unsaved and complete."""
    factory = {"article": make.article, "video": make.video, "quiz": make.quiz, "exercise": make.exercise}[kind]
    return factory(session.id, **fields)
