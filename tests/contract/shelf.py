"""The studio's part of the little world: a client with a program for learner and instructor, another for the member."""

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.identity.actor import Actor
from app.studio.deps import act_as
from app.studio.models import Client, ContentSession, MemberRole, Program
from tests.factories import studio

if TYPE_CHECKING:
    from tests.contract.world import World

KINDS = {"article": studio.article, "video": studio.video, "quiz": studio.quiz, "exercise": studio.exercise}
_OF_KNOWLEDGE = ("get_{}_knowledge", "save_{}_knowledge", "list_{}_knowledge_versions", "get_{}_knowledge_version")


async def furnish(session: AsyncSession, world: "World") -> None:
    """Save it, as the house; requests act as whoever asks."""
    await act_as(session, Actor.system())
    client, theirs = studio.client(), studio.client()
    people = {name: person.id for name, person in world.people.items()}
    session.add_all([client, theirs, *(studio.staff(people[name]) for name in ("admin", "neighbour"))])
    await session.flush()  # everything else points at the clients
    session.add_all(
        [
            studio.member(client.id, people["learner"]),
            studio.member(client.id, people["instructor"], role=MemberRole.reviewer),
            studio.member(theirs.id, people["member"]),
        ]
    )
    await _write(session, world, client)
    for kind, word in (("client", "terminology"), ("program", "brief")):
        for name in (*_OF_KNOWLEDGE, "get_{}_knowledge_diff"):
            world.words[f"studio_{name.format(kind)}.type"] = word
    # The first version that is kept is the second one: "1" is a bad id everywhere.
    world.words |= {"type": "brief", "version": "2"}
    world.ids["client_id"] = client.id
    world.ids["studio_delete_staff_member.account_id"] = people["neighbour"]


async def _write(session: AsyncSession, world: "World", client: Client) -> None:
    program = studio.program(client.id)
    words = studio.client_knowledge(client.id, version=2)
    session.add_all([program, words])
    await session.flush()  # chapters and knowledge point at the program
    brief = studio.program_knowledge(program.id, version=2)
    chapter, last = studio.chapter(program.id), studio.chapter(program.id)
    session.add_all([brief, chapter, last])
    await session.flush()  # sessions point at the chapters
    first, second = studio.content_session(chapter.id), studio.content_session(chapter.id)
    session.add_all([first, second])
    words.content, words.version = {"learner": "participant"}, 3
    brief.content, brief.version = "Why, for whom, and what.", 3
    await session.flush()  # contents point at the sessions, and the earlier versions are kept
    session.add_all([each(first.id) for each in KINDS.values()])
    await _review(session, world, program, first)
    world.ids |= {
        "studio.program_id": program.id,
        "chapter_id": chapter.id,
        "last_chapter_id": last.id,
        "studio.session_id": first.id,
        "second_session_id": second.id,
        # The first one has everything already.
        **{f"studio_create_{kind}.session_id": second.id for kind in KINDS},
    }


async def _review(session: AsyncSession, world: "World", program: Program, first: ContentSession) -> None:
    """What is said of the first session and was published of it; and what waits for a decision."""
    ready, other = studio.program(program.client_id, status="review"), studio.program(program.client_id)
    open_comment, settled = (
        studio.comment(session_id=first.id, author_id=world.people["learner"].id, resolved_at=resolved_at)
        for resolved_at in (None, utc_now())
    )
    revisions = studio.program_revision(program.id, revision=7), studio.session_revision(first.id, revision=7)
    session.add_all([ready, other, open_comment, settled, *revisions])
    await session.flush()  # the chapter points at its program
    chapter = studio.chapter(other.id)
    session.add(chapter)
    await session.flush()  # sessions point at the chapter
    reviewed, approved = (studio.content_session(chapter.id, status=status) for status in ("draft", "approved"))
    session.add_all([reviewed, approved])
    await session.flush()  # contents point at the session
    session.add_all([each(reviewed.id, status="review") for each in KINDS.values()])
    world.words["studio_get_schema.name"] = "quiz-metadata"
    world.ids |= {
        "comment_id": open_comment.id,
        "studio_reopen_comment.comment_id": settled.id,
        "studio_get_program_revision.revision_id": revisions[0].id,
        "studio_get_session_revision.revision_id": revisions[1].id,
        "revision_id": revisions[0].id,
        "reviewed_program_id": ready.id,
        "reviewed_session_id": reviewed.id,
        "approved_session_id": approved.id,
    }
