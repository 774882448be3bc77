"""Clients, members, staff, and knowledge with its versions."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account
from app.studio.models import (
    Client,
    ClientKnowledge,
    ClientKnowledgeHistory,
    ClientMember,
    ProgramKnowledge,
    ProgramKnowledgeHistory,
    StaffMember,
)
from tests.factories import studio as make
from tests.studio.models.conftest import Shelf
from tests.support.refusals import refused, refused_statement


async def test_a_slug_belongs_to_one_client(session: AsyncSession, shelf: Shelf) -> None:
    assert await refused(session, make.client(slug=shelf.client.slug)) == "uq_clients_slug"


async def test_somebody_is_a_member_of_a_client_once_and_in_a_known_role(session: AsyncSession, shelf: Shelf) -> None:
    client, account = shelf.client.id, shelf.account.id
    assert await refused(session, make.member(client, account, role="owner")) == "ck_client_members_role"
    session.add(make.member(client, account))
    await session.flush()
    session.expunge_all()  # or the mapper itself would notice
    assert await refused(session, make.member(client, account, role="reviewer")) == "pk_client_members"


async def test_the_rights_of_an_account_go_with_it_and_its_work_stays(session: AsyncSession, shelf: Shelf) -> None:
    work = make.client(created_by=shelf.account.id)
    session.add_all([work, make.member(shelf.client.id, shelf.account.id), make.staff(shelf.account.id)])
    await session.flush()
    await session.execute(delete(Account).where(Account.id == shelf.account.id))
    await session.refresh(work)
    assert work.created_by is None
    assert await session.scalar(select(func.count()).select_from(ClientMember)) == 0
    assert await session.scalar(select(func.count()).select_from(StaffMember)) == 0


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"type": "secrets"}, "ck_client_knowledge_type"),
        ({"content": ["a list"]}, "ck_client_knowledge_content_shape"),
        ({"content": "a text"}, "ck_client_knowledge_content_shape"),
        ({"version": 0}, "ck_client_knowledge_version"),
    ],
)
async def test_knowledge_of_a_client_is_refused(
    session: AsyncSession, shelf: Shelf, fields: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, make.client_knowledge(shelf.client.id, **fields)) == constraint


async def test_there_is_one_knowledge_of_each_type(session: AsyncSession, shelf: Shelf) -> None:
    session.add_all([make.client_knowledge(shelf.client.id), make.program_knowledge(shelf.program.id)])
    await session.flush()
    again = make.client_knowledge(shelf.client.id)
    assert await refused(session, again) == "uq_client_knowledge_client_id_type"
    brief = make.program_knowledge(shelf.program.id)
    assert await refused(session, brief) == "uq_program_knowledge_program_id_type"
    session.add_all(
        [
            *(make.client_knowledge(shelf.client.id, type=kind) for kind in ("business_context", "brand_voice")),
            *(
                make.program_knowledge(shelf.program.id, type=kind)
                for kind in ("topic_research", "path_recommendations", "program_matrix")
            ),
        ]
    )
    await session.flush()


@pytest.mark.parametrize("kind", ["path_recs", "matrix"])
async def test_the_overviews_short_names_are_not_types(session: AsyncSession, shelf: Shelf, kind: str) -> None:
    knowledge = make.program_knowledge(shelf.program.id, type=kind)
    assert await refused(session, knowledge) == "ck_program_knowledge_type"


# Versions (Z-191)


@pytest.mark.req("Z-191")
async def test_every_earlier_version_of_knowledge_is_kept_with_its_author(session: AsyncSession, shelf: Shelf) -> None:
    knowledge = make.client_knowledge(shelf.client.id, edited_by=shelf.account.id)
    session.add(knowledge)
    await session.flush()
    for version in (2, 3):
        knowledge.content, knowledge.version, knowledge.edited_by = {"version": version}, version, None
        await session.flush()
    kept = await session.scalars(select(ClientKnowledgeHistory).order_by(ClientKnowledgeHistory.version))
    assert [(each.version, each.content, each.edited_by) for each in kept] == [
        (1, {"learner": "colleague"}, shelf.account.id),
        (2, {"version": 2}, None),
    ]


@pytest.mark.req("Z-191")
async def test_an_upsert_by_hand_keeps_the_version_that_it_replaces(session: AsyncSession, shelf: Shelf) -> None:
    upsert = text(
        "INSERT INTO studio.program_knowledge AS known (program_id, type, title, content) VALUES (:id, 'brief', :title,"
        " :content) ON CONFLICT (program_id, type) DO UPDATE SET title = excluded.title, content = excluded.content,"
        " version = known.version + 1 RETURNING version"
    )
    versions = [
        await session.scalar(upsert, {"id": shelf.program.id, "title": title, "content": content})
        for title, content in (("A", "one"), ("A", "two"), ("B", "two"))
    ]
    kept = await session.scalars(select(ProgramKnowledgeHistory).order_by(ProgramKnowledgeHistory.version))
    assert versions == [1, 2, 3]
    assert [(each.version, each.title, each.content) for each in kept] == [(1, "A", "one"), (2, "A", "two")]


@pytest.mark.parametrize(
    ("table", "change", "constraint"),
    [
        ("client_knowledge", "content = '{\"other\": 1}'", "ck_client_knowledge_version_grows"),
        ("client_knowledge", "content = '{\"other\": 1}', version = 1", "ck_client_knowledge_version_grows"),
        ("program_knowledge", "content = 'other'", "ck_program_knowledge_version_grows"),
        ("program_knowledge", "title = 'other'", "ck_program_knowledge_version_grows"),
    ],
)
async def test_no_version_is_replaced_by_itself(
    session: AsyncSession, shelf: Shelf, table: str, change: str, constraint: str
) -> None:
    session.add_all([make.client_knowledge(shelf.client.id), make.program_knowledge(shelf.program.id)])
    await session.flush()
    assert await refused_statement(session, f"UPDATE studio.{table} SET {change}") == constraint  # noqa: S608


async def test_what_is_no_version_leaves_none_behind(session: AsyncSession, shelf: Shelf) -> None:
    knowledge = make.client_knowledge(shelf.client.id, created_by=shelf.account.id)
    session.add(knowledge)
    await session.flush()
    await session.execute(update(ClientKnowledge).values(created_by=None))
    assert await session.scalar(select(func.count()).select_from(ClientKnowledgeHistory)) == 0


@pytest.mark.parametrize("table", ["client_knowledge_history", "program_knowledge_history"])
async def test_history_is_not_rewritten_even_by_the_house(session: AsyncSession, shelf: Shelf, table: str) -> None:
    knowledge, brief = make.client_knowledge(shelf.client.id), make.program_knowledge(shelf.program.id)
    session.add_all([knowledge, brief])
    await session.flush()
    knowledge.content, knowledge.version = {"version": 2}, 2
    brief.content, brief.version = "two", 2
    await session.flush()
    for statement in (f"UPDATE studio.{table} SET version = 7", f"DELETE FROM studio.{table}"):  # noqa: S608
        done = await session.execute(text(statement))
        assert done.rowcount == 0  # type: ignore[attr-defined]  # a cursor result has one
    await session.execute(delete(Client).where(Client.id == shelf.client.id))
    assert await session.scalar(text(f"SELECT count(*) FROM studio.{table}")) == 0  # noqa: S608


async def test_knowledge_is_edited_against_the_version_that_was_read(session: AsyncSession, shelf: Shelf) -> None:
    session.add(make.program_knowledge(shelf.program.id))
    await session.flush()
    late = update(ProgramKnowledge).where(ProgramKnowledge.version == 7).values(content="late", version=8)
    assert (await session.execute(late)).rowcount == 0  # type: ignore[attr-defined]  # as above
