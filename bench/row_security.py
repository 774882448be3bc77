"""What row-level security costs per transaction in the studio: with ticket and policies, against the same without.

    python -m bench.row_security

Two copies of one database: in one the policies are switched off and no ticket is bound, as in any other system. The
same transactions run on both in turn, as the service runs them: its own pool, its own binding, one caller at a time.
The caller is a member of one client of many; then staff. Times are of the calmest round, ratios are of neighbours in
one round, so that a busy machine disturbs both sides alike.
"""

import asyncio
import os
import statistics
import time
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database.engine import create_engine, create_sessions
from app.identity.actor import Actor
from app.local.ground import prepare_database
from app.settings import DatabaseSettings
from app.studio.deps import act_as
from bench import databases
from bench.servers import Layout, Servers, stage

CLIENTS, PROGRAMS, CHAPTERS, SESSIONS = 50, 4, 5, 8
ROUNDS, TRANSACTIONS = 9, 150
WITH, WITHOUT = "row_security_on", "row_security_off"

FILL = f"""
INSERT INTO core.accounts (id, email, name)
SELECT md5('account' || n)::uuid, n || '@example.com', 'Person ' || n FROM generate_series(0, {CLIENTS}) n;
INSERT INTO studio.staff (account_id) VALUES (md5('account0')::uuid);
INSERT INTO studio.clients (id, name, slug)
SELECT md5('client' || n)::uuid, 'Client ' || n, 'client-' || n FROM generate_series(1, {CLIENTS}) n;
INSERT INTO studio.client_members (client_id, account_id)
SELECT md5('client' || n)::uuid, md5('account' || n)::uuid FROM generate_series(1, {CLIENTS}) n;
INSERT INTO studio.programs (client_id, name, slug)
SELECT id, 'Program ' || n, 'program-' || n FROM studio.clients, generate_series(1, {PROGRAMS}) n;
INSERT INTO studio.chapters (program_id, number, title, order_index)
SELECT id, n, 'Chapter ' || n, n FROM studio.programs, generate_series(1, {CHAPTERS}) n;
INSERT INTO studio.sessions (chapter_id, number, title, order_index)
SELECT id, number || '.' || n, 'Session ' || n, n FROM studio.chapters, generate_series(1, {SESSIONS}) n;
INSERT INTO studio.articles (session_id, content)
SELECT id, repeat('Some words of an article. ', 200) FROM studio.sessions;
INSERT INTO studio.videos (session_id, script) SELECT id, repeat('Some words of a script. ', 100) FROM studio.sessions;
INSERT INTO studio.quizzes (session_id, questions) SELECT id, '[]' FROM studio.sessions;
INSERT INTO studio.exercises (session_id, exercise_type, title, description, ai_mentor)
SELECT id, 'REFLECTION', 'Look back', 'How was it?', '{{"persona": "p", "instructions": "i"}}' FROM studio.sessions
"""

ARTICLE = "SELECT id, content FROM studio.articles WHERE session_id = :session"
SAVE = "UPDATE studio.articles SET content = content, version = version + 1 WHERE session_id = :session"
LIST = """
SELECT s.id, s.number, s.title FROM studio.sessions s JOIN studio.chapters c ON c.id = s.chapter_id
WHERE c.program_id = :program ORDER BY c.order_index, s.order_index
"""
TREE = """
SELECT c.number, s.number, s.title, a.status, v.status, q.status, e.status FROM studio.programs p
JOIN studio.chapters c ON c.program_id = p.id JOIN studio.sessions s ON s.chapter_id = c.id
LEFT JOIN studio.articles a ON a.session_id = s.id LEFT JOIN studio.videos v ON v.session_id = s.id
LEFT JOIN studio.quizzes q ON q.session_id = s.id LEFT JOIN studio.exercises e ON e.session_id = s.id
WHERE p.id = :program ORDER BY c.order_index, s.order_index
"""
TASKS = {"one article": ARTICLE, "save an article": SAVE, "40 sessions": LIST, "a program's tree": TREE}


def prepare(servers: Servers) -> dict[str, Any]:
    """Both databases, filled; what the transactions ask for, of the first client."""
    make = "CREATE DATABASE {} OWNER lyceum"
    for name in (WITH, WITHOUT):
        databases.execute(servers, "postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    databases.execute(servers, "postgres", make.format(WITH))
    prepare_database(servers.url(WITH, "lyceum"), (servers.secret,))
    databases.execute(servers, WITH, *FILL.split(";"))
    databases.execute(servers, "postgres", make.format(WITHOUT) + f" TEMPLATE {WITH}")
    unprotect = "ALTER TABLE studio.{0} DISABLE ROW LEVEL SECURITY"
    tables = "clients programs chapters sessions articles videos quizzes exercises"
    databases.execute(servers, WITHOUT, *(unprotect.format(table) for table in tables.split()))
    for name in (WITH, WITHOUT):
        databases.execute(servers, name, "VACUUM (ANALYZE)")
    return databases.ask(
        servers,
        WITH,
        "SELECT p.id AS program, s.id AS session, md5('account1')::uuid AS member, md5('account0')::uuid AS staff"
        " FROM studio.programs p JOIN studio.chapters c ON c.program_id = p.id JOIN studio.sessions s"
        " ON s.chapter_id = c.id WHERE p.client_id = md5('client1')::uuid LIMIT 1",
    )


async def microseconds(engine: AsyncEngine, statement: str, values: dict[str, UUID], actor: Actor | None) -> float:
    """Of one transaction, on a connection that has run it before; the middle one of many."""
    sessions = create_sessions(engine)
    asked, given = text(statement), {name: value for name, value in values.items() if f":{name}" in statement}

    async def run() -> int:
        async with sessions.begin() as session:
            if actor is not None:
                await act_as(session, actor)
            result = await session.execute(asked, given)
            return len(result.all()) if result.returns_rows else int(result.rowcount)  # type: ignore[attr-defined]  # a cursor result has one

    rows = await run()
    assert rows, statement
    took: list[float] = []
    for _ in range(TRANSACTIONS):
        started = time.perf_counter()
        assert await run() == rows
        took.append(time.perf_counter() - started)
    return statistics.median(took) * 1e6


async def contest(servers: Servers, values: dict[str, Any]) -> None:
    on = create_engine(DatabaseSettings(), servers.url(WITH))
    off = create_engine(DatabaseSettings(), servers.url(WITHOUT))
    sides: dict[str, tuple[AsyncEngine, Actor | None]] = {
        "without": (off, None),
        "member": (on, Actor(values["member"])),
        "staff": (on, Actor(values["staff"])),
    }
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for task, statement in TASKS.items():
            for side, (engine, actor) in sides.items():
                took = await microseconds(engine, statement, values, actor)
                found.setdefault((task, side), []).append(took)
    for engine in (on, off):
        await engine.dispose()
    rows = CLIENTS * PROGRAMS * CHAPTERS * SESSIONS
    print(f"{rows} sessions of {CLIENTS} clients, microseconds per transaction, {ROUNDS} interleaved rounds")
    print(f"{'transaction':<18}{'without':>9}{'member':>9}{'ratio':>7}{'staff':>9}{'ratio':>7}")
    for task in TASKS:
        line = f"{task:<18}{min(found[task, 'without']):>9.0f}"
        for side in ("member", "staff"):
            pairs = zip(found[task, side], found[task, "without"], strict=True)
            ratio = statistics.median(mine / plain for mine, plain in pairs)
            line += f"{min(found[task, side]):>9.0f}{ratio:>7.2f}"
        print(line)


def main() -> None:
    with stage(Layout()) as servers:
        os.environ.setdefault("LYCEUM_ENV", "test")
        asyncio.run(contest(servers, prepare(servers)))


if __name__ == "__main__":
    main()
