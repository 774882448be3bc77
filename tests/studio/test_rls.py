"""Row-level security as the runtime role meets it, with hand-written SQL: nothing of another client, at any depth."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database import tickets
from app.core.database.engine import normalise
from app.core.ids import new_id
from app.local.services import Services
from app.studio.rls import OWNER, POLICIES
from tests.studio.estates import NOBODY, OF_CLIENTS, PARENT, READ_ONLY, TABLES, World, bind, key
from tests.support.database import of_database

SEED_TABLES = {
    "clients",
    "client_knowledge",
    "programs",
    "program_knowledge",
    "chapters",
    "sessions",
    "articles",
    "videos",
    "quizzes",
    "exercises",
}


async def seen(connection: AsyncConnection, table: str) -> set[UUID]:
    """The keys of all rows that a plain SELECT shows."""
    return set(await connection.scalars(text(f"SELECT {key(table)} FROM studio.{table}")))  # noqa: S608  (our own names)


async def refusal(connection: AsyncConnection, statement: str, **values: Any) -> tuple[str, str]:
    """SQLSTATE and message of a statement that must fail; the transaction goes on."""
    with pytest.raises(DBAPIError) as failed:
        async with connection.begin_nested():
            await connection.execute(text(statement), values)
    cause: Any = failed.value.orig
    return str(cause.sqlstate), str(failed.value.driver_exception)


async def copy_into(connection: AsyncConnection, table: str, document: dict[str, Any]) -> tuple[str, str]:
    """The refusal of a row that is made from a document."""
    columns = await connection.scalars(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'studio' AND table_name = :table"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position"
        ),
        {"table": table},
    )
    named = ", ".join(f'"{column}"' for column in columns)
    statement = (
        f"INSERT INTO studio.{table} ({named})"  # noqa: S608  (our own names)
        f" SELECT {named} FROM jsonb_populate_record(NULL::studio.{table}, CAST(:document AS jsonb))"
    )
    return await refusal(connection, statement, document=json.dumps(document, default=str))


# What is switched on


@pytest.mark.req("S-RLS-01")
async def test_every_table_of_the_studio_is_protected_and_its_owner_too(connection: AsyncConnection) -> None:
    found = await connection.execute(
        text(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'studio'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
    )
    protected = {name: bool(is_forced) for name, is_forced in found}
    assert set(protected) == set(TABLES) >= SEED_TABLES
    assert all(protected.values())


@pytest.mark.req("S-RLS-02")
async def test_the_database_has_the_policies_that_the_code_says(server: Services, database_url: str) -> None:
    """PostgreSQL writes a policy down in its own words, so both are made by it before they are compared."""
    question = text(
        "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'studio'"
    )
    owner_url, arguments = normalise(of_database(server.owner_url, str(make_url(database_url).database)))
    engine = create_async_engine(owner_url, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as owner:
        migrated = {tuple(row) for row in await owner.execute(question)}
        for table, name, *_ in migrated:
            await owner.execute(text(f"DROP POLICY {name} ON studio.{table}"))
        for policy in POLICIES:
            await owner.execute(text(policy.statement))
        written = {tuple(row) for row in await owner.execute(question)}
        await owner.rollback()
    await engine.dispose()
    assert migrated == written
    assert len(written) == len(POLICIES)


def test_only_what_the_functions_read_is_open_to_the_owner_without_a_ticket() -> None:
    assert {policy.table for policy in POLICIES if policy.role == OWNER} == {"client_members", "staff"}
    assert {policy.using for policy in POLICIES if policy.role == OWNER} == {"true"}
    assert {policy.command for policy in POLICIES if policy.role == OWNER} == {"SELECT"}


async def test_the_role_of_the_service_can_not_get_around_policies(connection: AsyncConnection) -> None:
    role = await connection.execute(
        text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    )
    assert tuple(role.one()) == (False, False, False)


# Who sees what


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("table", OF_CLIENTS)
async def test_a_member_sees_the_rows_of_their_client_and_staff_see_all(
    connection: AsyncConnection, world: World, table: str
) -> None:
    ours, theirs = world.ours.keys[table], world.theirs.keys[table]
    for ticket, visible in (
        (world.member, {ours}),
        (tickets.for_account(world.theirs.member), {theirs}),
        (tickets.for_account(world.staff), {ours, theirs}),
        (tickets.for_system(), {ours, theirs}),
        (tickets.for_account(world.stranger), set()),
        (NOBODY, set()),
    ):
        await bind(connection, ticket)
        assert await seen(connection, table) == visible


@pytest.mark.usefixtures("world")
async def test_without_any_ticket_nothing_is_there(connection: AsyncConnection) -> None:
    """Not even an empty one: the setting may be unknown to a connection."""
    await bind(connection, tickets.for_system())
    assert len(await seen(connection, "clients")) == 2
    await connection.execute(text("RESET ALL"))
    assert await connection.scalar(text("SELECT studio.acts_for_all()")) is False
    for table in TABLES:
        assert await seen(connection, table) == set()


async def test_staff_are_seen_by_themselves_and_by_staff(connection: AsyncConnection, world: World) -> None:
    for ticket, visible in (
        (world.member, set()),
        (tickets.for_account(world.staff), {world.staff}),
        (tickets.for_system(), {world.staff}),
        (NOBODY, set()),
    ):
        await bind(connection, ticket)
        assert await seen(connection, "staff") == visible


async def test_members_of_one_client_see_each_other(connection: AsyncConnection, world: World) -> None:
    await bind(connection, tickets.for_account(world.staff))
    await connection.execute(
        text("INSERT INTO studio.client_members (client_id, account_id) VALUES (:client, :account)"),
        {"client": world.ours.keys["clients"], "account": world.stranger},
    )
    await bind(connection, world.member)
    assert await seen(connection, "client_members") == {world.ours.member, world.stranger}


async def test_a_membership_counts_from_the_next_statement_on_and_not_after_its_end(
    connection: AsyncConnection, world: World
) -> None:
    """It is looked up and not written on the ticket: one that was given out before gives nothing any more."""
    ticket = world.member
    await bind(connection, ticket)
    assert await seen(connection, "articles")
    await bind(connection, tickets.for_system())
    await connection.execute(
        text("DELETE FROM studio.client_members WHERE account_id = :account"), {"account": world.ours.member}
    )
    await connection.execute(text("DELETE FROM studio.staff"))
    for known in (ticket, tickets.for_account(world.staff)):
        await bind(connection, known)
        assert await seen(connection, "articles") == set()


# Who writes what


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("table", OF_CLIENTS)
async def test_an_update_of_everything_reaches_nothing_of_theirs(
    connection: AsyncConnection, world: World, table: str
) -> None:
    await bind(connection, world.member)
    name = key(table)
    touched = await connection.scalars(text(f"UPDATE studio.{table} SET {name} = {name} RETURNING {name}"))  # noqa: S608
    assert set(touched) == (set() if table in READ_ONLY else {world.ours.keys[table]})


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("table", OF_CLIENTS)
async def test_a_delete_of_everything_reaches_nothing_of_theirs(
    connection: AsyncConnection, world: World, table: str
) -> None:
    await bind(connection, world.member)
    gone = await connection.scalars(text(f"DELETE FROM studio.{table} RETURNING {key(table)}"))  # noqa: S608
    assert set(gone) == (set() if table in READ_ONLY else {world.ours.keys[table]})
    await bind(connection, tickets.for_account(world.theirs.member))
    for each in OF_CLIENTS:
        assert await seen(connection, each) == {world.theirs.keys[each]}


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("table", sorted(set(PARENT) - READ_ONLY))
async def test_no_row_is_moved_to_their_client_and_theirs_is_not_told_from_what_does_not_exist(
    connection: AsyncConnection, world: World, table: str
) -> None:
    column, above = PARENT[table]
    await bind(connection, world.member)
    told = [
        await refusal(connection, f"UPDATE studio.{table} SET {column} = :target", target=target)  # noqa: S608
        for target in (world.theirs.keys[above], new_id())
    ]
    expected = ("42501", f'new row violates row-level security policy for table "{table}"')
    assert told == [expected] * 2


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("table", sorted(PARENT))
async def test_no_row_is_put_below_theirs_and_theirs_is_not_told_from_what_does_not_exist(
    connection: AsyncConnection, world: World, table: str
) -> None:
    column, above = PARENT[table]
    await bind(connection, world.member)
    mine = await connection.scalar(text(f"SELECT to_jsonb(row) FROM studio.{table} row"))  # noqa: S608
    told = []
    for target in (world.theirs.keys[above], new_id()):
        document = mine | {column: str(target)}
        document |= {"account_id": world.stranger} if table == "client_members" else {"id": new_id()}
        told.append(await copy_into(connection, table, document))
    expected = ("42501", f'new row violates row-level security policy for table "{table}"')
    assert told == [expected] * 2


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO studio.clients (name, slug) VALUES ('x', 'x')",
        "INSERT INTO studio.client_members (client_id, account_id) VALUES (:theirs, :me)",
        "INSERT INTO studio.staff (account_id) VALUES (:me)",
    ],
)
async def test_nobody_gives_themselves_a_client(connection: AsyncConnection, world: World, statement: str) -> None:
    await bind(connection, world.member)
    values = {"theirs": world.theirs.keys["clients"], "me": world.ours.member}
    given = {name: value for name, value in values.items() if f":{name}" in statement}
    assert (await refusal(connection, statement, **given))[0] == "42501"


async def test_a_member_deletes_a_program_with_everything_below_it_and_nothing_else(
    connection: AsyncConnection, world: World
) -> None:
    """What is only added to goes with its parent; cascades are the tables' own and ask no policy."""
    await bind(connection, world.member)
    await connection.execute(text("DELETE FROM studio.programs"))
    left = {table for table in OF_CLIENTS if await seen(connection, table)}
    assert left == {"clients", "client_members", "client_knowledge", "client_knowledge_history"}
    await bind(connection, tickets.for_account(world.theirs.member))
    assert {table for table in OF_CLIENTS if await seen(connection, table)} == set(OF_CLIENTS)


# Ways around


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize(
    "question",
    [
        (
            "SELECT a.id FROM studio.articles a JOIN studio.sessions s ON s.id = a.session_id"
            " JOIN studio.chapters c ON c.id = s.chapter_id JOIN studio.programs p ON p.id = c.program_id"
            " JOIN studio.clients k ON k.id = p.client_id"
        ),
        "SELECT a.id FROM studio.clients k RIGHT JOIN studio.articles a ON true",
        "SELECT a.id FROM core.accounts b CROSS JOIN LATERAL (SELECT id FROM studio.articles) a",
        (
            "WITH RECURSIVE w AS (SELECT id FROM studio.articles UNION SELECT a.id FROM w, studio.articles a)"
            " SELECT id FROM w"
        ),
        "SELECT id FROM studio.articles UNION ALL SELECT id FROM studio.articles WHERE NOT (id IS NULL)",
        (
            "SELECT (SELECT id FROM studio.articles WHERE id = :theirs) FROM studio.articles UNION"
            " SELECT id FROM studio.articles"
        ),
        "DELETE FROM studio.articles USING studio.sessions s RETURNING articles.id",
        "SELECT word::uuid FROM ts_stat('SELECT array_to_tsvector(ARRAY[id::text]) FROM studio.articles')",
    ],
)
async def test_however_it_is_asked_only_ours_is_found(connection: AsyncConnection, world: World, question: str) -> None:
    await bind(connection, world.member)
    values = {"theirs": world.theirs.keys["articles"]} if ":theirs" in question else {}
    found = set(await connection.scalars(text(question), values)) - {None}
    assert found == {world.ours.keys["articles"]}


async def test_a_condition_is_not_tried_on_rows_that_are_not_seen(connection: AsyncConnection, world: World) -> None:
    """A division by zero, or a function that tells what it was given, would betray them."""
    await bind(connection, world.member)
    await connection.execute(
        text(
            "CREATE FUNCTION pg_temp.tell(id uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
            f" $$ BEGIN IF id = '{world.theirs.keys['articles']}' THEN RAISE 'seen'; END IF; RETURN true; END $$"
        )
    )
    for condition in ("pg_temp.tell(id)", f"1 / (id <> '{world.theirs.keys['articles']}')::integer = 1"):
        found = await connection.scalars(text(f"SELECT id FROM studio.articles WHERE {condition}"))  # noqa: S608
        assert set(found) == {world.ours.keys["articles"]}


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("ALTER TABLE studio.articles DISABLE ROW LEVEL SECURITY", "42501"),
        ("ALTER TABLE studio.articles NO FORCE ROW LEVEL SECURITY", "42501"),
        ("DROP POLICY with_parent ON studio.articles", "42501"),
        ("CREATE POLICY mine ON studio.articles USING (true)", "42501"),
        ("CREATE OR REPLACE FUNCTION studio.acts_for_all() RETURNS boolean LANGUAGE sql AS 'SELECT true'", "42501"),
        ("CREATE VIEW studio.everything AS SELECT * FROM studio.articles", "42501"),
        ("TRUNCATE studio.clients CASCADE", "42501"),
        ("SET ROLE lyceum", "42501"),
        ("SET SESSION AUTHORIZATION lyceum", "42501"),
        ("SET session_replication_role = replica", "42501"),
        ("SET LOCAL row_security = off; ", None),
        ("SELECT * FROM core.ticket_keys", "42501"),
        ("INSERT INTO core.ticket_keys (id, inner_key, outer_key) VALUES ('mine', '', '')", "42501"),
        ("SELECT * FROM core.read_ticket()", "42501"),
        ("SELECT pg_read_file('PG_VERSION')", "42501"),
    ],
)
async def test_the_role_of_the_service_can_not_open_a_door(
    connection: AsyncConnection, world: World, statement: str, state: str | None
) -> None:
    await bind(connection, world.member)
    if state is not None:
        assert (await refusal(connection, statement))[0] == state
        return
    await connection.execute(text(statement))
    told = await refusal(connection, "SELECT id FROM studio.articles")
    assert told == ("42501", 'query would be affected by row-level security policy for table "articles"')


async def test_tables_of_ones_own_do_not_mislead_the_functions(connection: AsyncConnection, world: World) -> None:
    for statement in (
        "CREATE TEMP TABLE staff (account_id uuid)",
        "CREATE TEMP TABLE client_members (client_id uuid, account_id uuid)",
        "CREATE TEMP TABLE ticket_keys (id text, inner_key bytea, outer_key bytea)",
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$",
        "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$",
        f"INSERT INTO pg_temp.staff SELECT '{world.ours.member}'",
        f"INSERT INTO pg_temp.client_members SELECT '{world.theirs.keys['clients']}', '{world.ours.member}'",
        "SET LOCAL search_path = pg_temp, studio, core, pg_catalog",
    ):
        await connection.execute(text(statement))
    await bind(connection, world.member)
    assert await seen(connection, "articles") == {world.ours.keys["articles"]}
    assert await connection.scalar(text("SELECT studio.acts_for_all()")) is False


async def test_functions_with_the_owners_rights_fix_their_search_path(connection: AsyncConnection) -> None:
    found = await connection.execute(
        text(
            "SELECT proname, provolatile::text, proconfig::text, pronargs FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'studio'::regnamespace"
        )
    )
    fixed = '{"search_path=pg_catalog, pg_temp"}'
    assert {tuple(row) for row in found} == {
        (name, "s", fixed, 0) for name in ("acting_account", "acting_clients", "acts_for_all")
    }


# What unique keys tell


@pytest.mark.req("S-RLS-02")
async def test_a_taken_slug_of_a_client_is_not_told_from_a_free_one(connection: AsyncConnection, world: World) -> None:
    await bind(connection, tickets.for_system())
    taken = await connection.scalar(
        text("SELECT slug FROM studio.clients WHERE id = :id"), {"id": world.theirs.keys["clients"]}
    )
    await bind(connection, world.member)
    told = set()
    for slug in (taken, "free"):
        for conflict in ("", " ON CONFLICT (slug) DO NOTHING", " ON CONFLICT (slug) DO UPDATE SET name = 'mine'"):
            insert = "INSERT INTO studio.clients (name, slug) VALUES ('x', :slug)"
            told.add(await refusal(connection, insert + conflict, slug=slug))
    assert told == {("42501", 'new row violates row-level security policy for table "clients"')}


@pytest.mark.req("S-RLS-02")
async def test_an_upsert_on_the_id_of_a_hidden_row_changes_and_shows_nothing(
    connection: AsyncConnection, world: World
) -> None:
    """It tells that the id exists, to somebody who knew it: an id is no secret, and nothing else is told."""
    await bind(connection, world.member)
    values = {"id": world.theirs.keys["programs"], "client": world.ours.keys["clients"]}
    insert = "INSERT INTO studio.programs (id, client_id, name, slug) VALUES (:id, :client, 'Mine', 'mine')"
    state, message = await refusal(connection, f"{insert} ON CONFLICT (id) DO UPDATE SET name = 'Mine'", **values)
    assert (state, "row-level security" in message) == ("42501", True)
    shown = await connection.execute(text(f"{insert} ON CONFLICT DO NOTHING RETURNING *"), values)
    assert shown.all() == []
    with pytest.raises(DBAPIError) as failed:
        async with connection.begin_nested():
            await connection.execute(text(insert), values)
    cause: Any = failed.value.driver_exception
    assert (cause.sqlstate, cause.constraint_name, cause.detail) == ("23505", "pk_programs", None)


async def test_every_other_unique_key_begins_with_what_one_must_see(connection: AsyncConnection) -> None:
    """So it collides with rows of one's own only (rule 54). Exempt: ids, and the slugs that staff alone write."""
    found = await connection.execute(
        text(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE c.relnamespace = 'studio'::regnamespace AND i.indisunique AND NOT i.indisprimary"
        )
    )
    loose = {f"{table}.{column}" for table, column in found if PARENT.get(table, ("",))[0] != column}
    assert loose == {"clients.slug"}


async def test_the_same_slug_is_free_in_another_client(connection: AsyncConnection, world: World) -> None:
    await bind(connection, tickets.for_system())
    theirs = await connection.scalar(
        text("SELECT slug FROM studio.programs WHERE id = :id"), {"id": world.theirs.keys["programs"]}
    )
    await bind(connection, world.member)
    made = await connection.execute(
        text("INSERT INTO studio.programs (client_id, name, slug) VALUES (:client, 'Mine', :slug) RETURNING slug"),
        {"client": world.ours.keys["clients"], "slug": theirs},
    )
    assert re.fullmatch(r"program-\d+", made.scalar_one())
