"""Two clients with a row in every table of the studio, and people around them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.database import tickets
from app.studio.models.base import Base
from app.studio.rls import POLICIES
from tests.factories import identity
from tests.factories import studio as make

TABLES = sorted({policy.table for policy in POLICIES})
OF_CLIENTS = [table for table in TABLES if table != "staff"]
# What members do not change: the client itself and who belongs to it, and what is only ever added to.
READ_ONLY = {
    "clients",
    "client_members",
    *(table for table in TABLES if not any(p.table == table and p.command == "ALL" for p in POLICIES)),
}
# Which column leads to the row above: through it a row belongs to a client.
PARENT = {
    "client_members": ("client_id", "clients"),
    "client_knowledge": ("client_id", "clients"),
    "client_knowledge_history": ("client_knowledge_id", "client_knowledge"),
    "programs": ("client_id", "clients"),
    "program_knowledge": ("program_id", "programs"),
    "program_knowledge_history": ("program_knowledge_id", "program_knowledge"),
    "program_revisions": ("program_id", "programs"),
    "chapters": ("program_id", "programs"),
    "sessions": ("chapter_id", "chapters"),
    "articles": ("session_id", "sessions"),
    "videos": ("session_id", "sessions"),
    "quizzes": ("session_id", "sessions"),
    "exercises": ("session_id", "sessions"),
    "session_revisions": ("session_id", "sessions"),
    "status_changes": ("program_id", "programs"),
    "review_comments": ("session_id", "sessions"),
}
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Estate:
    """One client, its one member, and the key of its one row in every table."""

    member: UUID
    keys: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class World:
    """Ours is who acts in the tests, theirs is what must stay hidden."""

    ours: Estate
    theirs: Estate
    staff: UUID
    stranger: UUID

    @property
    def member(self) -> str:
        """The ticket of our client's member."""
        return tickets.for_account(self.ours.member)


def key(table: str) -> str:
    """The column that names a row."""
    return "account_id" if table in {"client_members", "staff"} else "id"


async def bind(connection: AsyncConnection | AsyncSession, ticket: str) -> None:
    """From now on this ticket counts in the transaction."""
    await connection.execute(text("SELECT set_config('lyceum.ticket', :ticket, true)"), {"ticket": ticket})


async def build_world(session: AsyncSession) -> World:
    """All of it, flushed; nobody acts afterwards."""
    await bind(session, tickets.for_system())
    staff, stranger = identity.account(), identity.account()
    session.add_all([staff, stranger])
    ours, theirs = await _build_estate(session), await _build_estate(session)
    session.add(make.staff(staff.id))
    await session.flush()
    await bind(session, NOBODY)
    return World(ours, theirs, staff.id, stranger.id)


async def _build_estate(session: AsyncSession) -> Estate:
    member, client = identity.account(), make.client()
    knowledge, program = make.client_knowledge(client.id), make.program(client.id)
    brief, chapter = make.program_knowledge(program.id), make.chapter(program.id)
    content = make.content_session(chapter.id)
    contents = [each(content.id) for each in (make.article, make.video, make.quiz, make.exercise)]
    reviews = [make.status_change(program_id=program.id), make.comment(session_id=content.id)]
    revisions = [make.program_revision(program.id), make.session_revision(content.id)]
    made: list[Base] = []
    for level in (
        [client],
        [make.member(client.id, member.id), knowledge, program],
        [brief, chapter],
        [content],
        [*contents, *reviews, *revisions],
    ):
        session.add_all([member, *level] if level == [client] else level)
        await session.flush()  # without relationships the session does not know what stands on what
        made += level
    knowledge.content, knowledge.version = {"learner": "participant"}, 2
    brief.content, brief.version = "Why, for whom, and what.", 2
    await session.flush()  # the triggers keep what was replaced
    keys = {row.__tablename__: getattr(row, key(row.__tablename__)) for row in made}
    for table, above in (("client_knowledge_history", knowledge), ("program_knowledge_history", brief)):
        column = PARENT[table][0]
        found = await session.scalars(text(f"SELECT id FROM studio.{table} WHERE {column} = :id"), {"id": above.id})  # noqa: S608  (our own names)
        keys[table] = found.one()
    return Estate(member.id, keys)
