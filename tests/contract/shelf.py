"""The studio's part of the little world: a client with a program for learner and instructor, another for the member."""

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.studio.deps import act_as
from app.studio.models import Client, MemberRole
from tests.factories import studio

if TYPE_CHECKING:
    from tests.contract.world import World

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
    session.add_all([each(first.id) for each in (studio.article, studio.video, studio.quiz, studio.exercise)])
    world.ids |= {
        "program_id": program.id,
        "chapter_id": chapter.id,
        "last_chapter_id": last.id,
        "studio.session_id": first.id,
        "second_session_id": second.id,
    }
