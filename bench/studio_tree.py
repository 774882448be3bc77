"""What the tree of a program costs over the service, beside one hand-written statement that builds the same document.

    python -m bench.studio_tree

A program of 20 chapters with 15 sessions each, every session with its four contents; nine more clients with as much.
Three sides take turns, one caller at a time: the shipped service over HTTP, signed in as a member of the client; the
bare statement on a connection that acts as the same member; and the statement once more as PostgreSQL's superuser, who
obeys no policies. Times are of the calmest round, ratios of neighbours in one round. The documents are compared first.
"""

import asyncio
import http.client
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from app.core.database import tickets
from app.identity import tokens
from app.local.ground import prepare_database
from bench import databases
from bench.servers import Layout, Servers, stage

CLIENTS, CHAPTERS, SESSIONS = 10, 20, 15
ROUNDS, REQUESTS = 9, 20
DATABASE = "studio_tree"
SERVICE, MEMBER, SUPERUSER = "service", "member", "superuser"

FILL = f"""
INSERT INTO core.accounts (id, email, name)
SELECT md5('account' || n)::uuid, n || '@example.com', 'Person ' || n FROM generate_series(1, {CLIENTS}) n;
INSERT INTO core.auth_sessions (id, account_id, method, refresh_hash, expires_at)
VALUES (md5('login')::uuid, md5('account1')::uuid, 'command_line', '\\x00', now() + interval '1 day');
INSERT INTO studio.clients (id, name, slug)
SELECT md5('client' || n)::uuid, 'Client ' || n, 'client-' || n FROM generate_series(1, {CLIENTS}) n;
INSERT INTO studio.client_members (client_id, account_id)
SELECT md5('client' || n)::uuid, md5('account' || n)::uuid FROM generate_series(1, {CLIENTS}) n;
INSERT INTO studio.programs (id, client_id, name, slug)
SELECT md5('program' || n)::uuid, md5('client' || n)::uuid, 'Program', 'program' FROM generate_series(1, {CLIENTS}) n;
INSERT INTO studio.chapters (program_id, number, title, order_index)
SELECT id, n, 'Chapter ' || n, n FROM studio.programs, generate_series(1, {CHAPTERS}) n;
INSERT INTO studio.sessions (chapter_id, number, title, order_index, learning_objectives)
SELECT id, number || '.' || n, 'Session ' || n, n, '["Name it", "Do it"]' FROM studio.chapters,
generate_series(1, {SESSIONS}) n;
INSERT INTO studio.articles (session_id, content)
SELECT id, repeat('Some words of an article. ', 40) FROM studio.sessions;
INSERT INTO studio.videos (session_id, script) SELECT id, repeat('Some words of a script. ', 20) FROM studio.sessions;
INSERT INTO studio.quizzes (session_id, questions)
SELECT id, '[{{"kind": "open", "prompt": "Why?", "options": [], "explanation": null, "points": 1}}]'
FROM studio.sessions;
INSERT INTO studio.exercises (session_id, exercise_type, title, description, ai_mentor)
SELECT id, 'REFLECTION', 'Look back', 'How was it?', '{{"persona": "p", "instructions": "i"}}' FROM studio.sessions
"""

STATEMENT = """
SELECT json_build_object(
    'id', p.id, 'created_at', to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'updated_at', to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'client_id', p.client_id, 'name', p.name, 'slug', p.slug, 'description', p.description, 'language', p.language,
    'status', p.status, 'estimated_hours', p.estimated_hours, 'total_sessions', p.total_sessions,
    'revision', p.revision, 'created_by', p.created_by, 'version', p.version,
    'chapters', (
        SELECT json_agg(json_build_object(
            'id', c.id, 'version', c.version, 'number', c.number, 'title', c.title, 'subtitle', c.subtitle,
            'description', c.description,
            'sessions', (
                SELECT json_agg(json_build_object(
                    'id', s.id, 'version', s.version, 'number', s.number, 'title', s.title, 'hook', s.hook,
                    'description', s.description, 'wiifm', s.wiifm, 'learning_objectives', s.learning_objectives,
                    'estimated_minutes', s.estimated_minutes, 'status', s.status, 'revision', s.revision,
                    'article', json_build_object(
                        'id', a.id, 'version', a.version, 'status', a.status, 'content', a.content,
                        'word_count', a.word_count, 'sources', a.sources),
                    'video', json_build_object(
                        'id', v.id, 'version', v.version, 'status', v.status, 'script', v.script,
                        'word_count', v.word_count, 'estimated_duration', v.estimated_duration),
                    'quiz', json_build_object(
                        'id', q.id, 'version', q.version, 'status', q.status, 'questions', q.questions,
                        'metadata', q.metadata),
                    'exercise', json_build_object(
                        'id', e.id, 'version', e.version, 'status', e.status, 'exercise_type', e.exercise_type,
                        'complexity', e.complexity, 'title', e.title, 'description', e.description,
                        'estimated_minutes', e.estimated_minutes, 'scenario', e.scenario,
                        'learning_anchor', e.learning_anchor, 'ai_mentor', e.ai_mentor,
                        'success_criteria', e.success_criteria, 'evaluation', e.evaluation)
                ) ORDER BY s.order_index)
                FROM studio.sessions s
                JOIN studio.articles a ON a.session_id = s.id JOIN studio.videos v ON v.session_id = s.id
                JOIN studio.quizzes q ON q.session_id = s.id JOIN studio.exercises e ON e.session_id = s.id
                WHERE s.chapter_id = c.id)
        ) ORDER BY c.order_index)
        FROM studio.chapters c WHERE c.program_id = p.id)
)::text
FROM studio.programs p WHERE p.id = $1
"""


def prepare(servers: Servers) -> dict[str, Any]:
    """The database, filled; the program, its member and the member's login."""
    databases.execute(servers, "postgres", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    databases.execute(servers, "postgres", f"CREATE DATABASE {DATABASE} OWNER lyceum")
    prepare_database(servers.url(DATABASE, "lyceum"), (servers.secret,))
    databases.execute(servers, DATABASE, *FILL.split(";"), "VACUUM (ANALYZE)")
    known = "SELECT md5('program1')::uuid AS program, md5('account1')::uuid AS member, md5('login')::uuid AS login"
    return databases.ask(servers, DATABASE, known)


async def contest(servers: Servers, values: dict[str, Any]) -> None:
    api = servers.api(DATABASE)
    wire = http.client.HTTPConnection("127.0.0.1", api.port)
    bearer = tokens.issue(values["member"], values["login"])
    path = f"/api/v1/studio/programs/{values['program']}/tree"
    member = await asyncpg.connect(servers.plain_url(DATABASE, "lyceum_app"), ssl=False)
    superuser = await asyncpg.connect(servers.plain_url(DATABASE, "postgres"), ssl=False)

    async def over_http() -> str:
        wire.request("GET", path, headers={"Authorization": f"Bearer {bearer}"})
        answer = wire.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body.decode()

    async def bind() -> None:
        """For a round: beside the clock, and longer than any transaction of the service."""
        ticket = tickets.for_account(values["member"])
        await member.execute("SELECT set_config('lyceum.ticket', $1, false)", ticket)

    async def as_member() -> str:
        return str(await member.fetchval(STATEMENT, values["program"]))

    async def as_superuser() -> str:
        return str(await superuser.fetchval(STATEMENT, values["program"]))

    sides: dict[str, Callable[[], Awaitable[str]]] = {
        SERVICE: over_http,
        MEMBER: as_member,
        SUPERUSER: as_superuser,
    }
    await bind()
    documents = [json.loads(await side()) for side in sides.values()]
    assert documents[0] == documents[1] == documents[2], "the sides build different documents"
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        await bind()
        for name, side in sides.items():
            found[name].append(await milliseconds(side))
    size = len((await over_http()).encode()) / 1_000
    await member.close()
    await superuser.close()
    print(
        f"a tree of {CHAPTERS * SESSIONS} sessions, {size:.0f} kB; p50 of {REQUESTS} calls, {ROUNDS} interleaved rounds"
    )
    for name in sides:
        print(f"{name:<12}{min(found[name]):>8.2f} ms")
    for other in (MEMBER, SUPERUSER):
        ratio = statistics.median(ours / bare for ours, bare in zip(found[SERVICE], found[other], strict=True))
        print(f"the service beside the statement as {other}: {ratio:.2f}")


async def milliseconds(side: Callable[[], Awaitable[str]]) -> float:
    """The middle one of several calls."""
    took = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        await side()
        took.append(time.perf_counter() - started)
    return statistics.median(took) * 1e3


def main() -> None:
    with stage(Layout()) as servers:
        asyncio.run(contest(servers, prepare(servers)))


if __name__ == "__main__":
    main()
