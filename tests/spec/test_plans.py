"""Every usual way to ask a table is answered from an index, with a hundred thousand rows in it (T-GEN-03, A-TAB-58)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.local.services import Services
from tests.support.catalogue import Table, read
from tests.support.copies import Copy, prepared
from tests.support.filling import fill

ROWS = 100_000

# One way per line: the table, what is asked of it, and after # who asks (seed and line). `?` stands for the rarest
# value that the column has, `~` for the most frequent one.
WAYS = """
community.users: role = ?                                                          # 001:39
community.users: true ORDER BY points DESC LIMIT 20                                # 001:39
community.spaces: deleted_at IS NULL ORDER BY "order" LIMIT 20                     # 001:43
community.posts: space_id = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 20  # 001:47
community.posts: author_id = ? ORDER BY created_at DESC LIMIT 20                   # 001:47
community.comments: post_id = ? ORDER BY created_at LIMIT 20                       # 001:47
community.comments: author_id = ?                                                  # 001:47
community.comments: parent_id = ?                                                  # 001:45
community.likes: post_id = ?                                                       # 001:47
community.likes: comment_id = ?                                                    # 001:47
community.likes: user_id = ? AND post_id = ?                                       # 001:46
community.modules: course_id = ? ORDER BY "order"                                  # 001:56
community.lessons: module_id = ? ORDER BY "order"                                  # 001:56
community.enrollments: user_id = ?                                                 # 001:54
community.enrollments: course_id = ?                                               # 001:54
community.lesson_progress: user_id = ? AND lesson_id = ?                           # 001:55
community.events: start_time > ? ORDER BY start_time LIMIT 20                      # 001:62
community.rsvps: event_id = ?                                                      # 001:62
community.rsvps: user_id = ?                                                       # 001:61
community.memberships: user_id = ?                                                 # 001:67
community.memberships: stripe_customer_id = ?                                      # 001:67
community.notifications: user_id = ? ORDER BY created_at DESC LIMIT 20             # 001:74
community.notifications: user_id = ? AND NOT read                                  # 001:71
community.conversation_participants: user_id = ?                                   # 001:72
community.messages: conversation_id = ? ORDER BY created_at DESC LIMIT 20          # 001:74
community.points: user_id = ? ORDER BY created_at DESC LIMIT 20                    # 001:81
community.gamification_config: action = ?                                          # 001:81
community.levels: true ORDER BY "order"                                            # 001:81
community.follows: follower_id = ?                                                 # 001:85
community.follows: following_id = ?                                                # 001:85
community.reports: status = ?                                                      # 001:86
community.space_visits: user_id = ? AND space_id = ?                               # 001:87
academy.users: token_identifier = ?                                                # 002:854
academy.users: lower(email) = lower(?)                                             # 002:104
academy.users: organization_id = ?                                                 # 002:106
academy.enrollments: user_id = ? AND payment_status = 'completed'                  # 002:877
academy.enrollments: cohort_id = ?                                                 # 002:3529
academy.enrollments: user_id = ? AND course_id = ?                                 # 002:326
academy.enrollments: stripe_checkout_session_id = ?                                # 002:950
academy.enrollments: payment_status = ?                                            # 002:1295
academy.cohorts: course_id = ? AND status = 'open'                                 # 002:914
academy.waitlist: cohort_id = ? AND status = 'waiting' ORDER BY position LIMIT 5   # 002:1067
academy.learning_paths: is_featured AND is_active                                  # 002:1652
academy.user_path_enrollments: user_id = ? AND path_id = ?                         # 002:1669
academy.learning_path_steps: path_id = ? ORDER BY step_number                      # 002:1681
academy.user_skill_progress: user_id = ?                                           # 002:2114
academy.user_skill_progress: skill_id = ?                                          # 002:2270
academy.user_skill_progress: user_id = ? AND skill_id = ?                          # 002:2466
academy.skill_badges: user_id = ? AND skill_id = ? AND level = ?                   # 002:2523
academy.competencies: skill_id = ?                                                 # 002:2133
academy.competency_evidence: user_id = ? AND competency_id = ?                     # 002:2140
academy.course_skills: course_id = ?                                               # 002:2193
academy.course_skills: skill_id = ?                                                # 002:2378
academy.lesson_competencies: competency_id = ?                                     # 002:2212
academy.discussion_threads: course_id = ? AND status = 'active' ORDER BY last_activity_at DESC LIMIT 20  # 002:3591
academy.discussion_replies: thread_id = ? AND status = 'active' ORDER BY created_at  # 002:3645
academy.thread_interactions: user_id = ? AND thread_id = ?                         # 002:3671
academy.peer_connections: user_id = ? AND status = 'accepted'                      # 002:3712
academy.user_community_memberships: user_id = ?                                    # 002:3977
academy.resources: search @@ plainto_tsquery('simple', 'nothing')                  # 002:655
academy.glossary_terms: search @@ plainto_tsquery('simple', 'nothing')             # 002:677
academy.prompts: search @@ plainto_tsquery('simple', 'nothing')                    # 002:740
tracker.people: planning_center_id = ?                                             # 003:8
tracker.course_enrollment: people_id = ?                                           # 003:139
tracker.course_enrollment: course_id = ? AND status = ~                            # 003:140
tracker.content: course_id = ? ORDER BY order_sequence                             # 003:71
tracker.content_completion: course_enrollment_id = ?                               # 003:187
tracker.people_role: people_id = ?                                                 # 003:127
tracker.certification_progress: people_id = ?                                      # 003:173
tracker.planning_center_sync_log: sync_type = ~ ORDER BY started_at DESC LIMIT 20  # 003:305
tracker.planning_center_webhook_events: NOT processed ORDER BY created_at LIMIT 20  # 003:222
tracker.planning_center_events_cache: planning_center_event_id = ?                 # 003:230
tracker.planning_center_registrations_cache: planning_center_event_id = ?          # 003:306
tracker.planning_center_registrations_cache: planning_center_person_id = ?         # 003:307
tracker.audit_log: table_name = ? AND record_id = ? ORDER BY changed_at DESC       # 003:264
studio.programs: client_id = ?                                                     # 004:193
studio.programs: status = ?                                                        # 004:194
studio.chapters: program_id = ? ORDER BY order_index                               # 004:195
studio.sessions: chapter_id = ? ORDER BY order_index                               # 004:196
studio.sessions: status = ?                                                        # 004:197
studio.client_knowledge: client_id = ?                                             # 004:198
studio.program_knowledge: program_id = ?                                           # 004:199
crm.programs: organization_id = ? AND slug = ?                                     # 000:26
crm.programs: organization_id = ? AND status = ~                                   # 000:64
crm.program_participation: program_id = ? AND status = ~                           # 000:65
crm.program_participation: user_id = ? AND organization_id = ?                     # 000:65
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask a table."""

    table: str
    question: str
    source: str

    @property
    def line(self) -> str:
        """What it proves."""
        return "A-TAB-58" if self.table.startswith("academy.") else "T-GEN-03"


def ways() -> Iterator[Way]:
    for line in WAYS.strip().splitlines():
        table, question, source = re.fullmatch(r"(\S+): (.*?)\s+# (\S+)", line).groups()  # type: ignore[union-attr]
        yield Way(table, question, source)


async def prepare(owner_url: str) -> None:
    """Fill every table that is asked. References are not looked up and indexes made afterwards: a third of the time."""
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    wanted = {way.table for way in ways()}
    async with engine.begin() as connection:
        await connection.execute(text("SET jit = off"))
        await connection.execute(text("SET maintenance_work_mem = '256MB'"))
        for table in (await read(connection)).values():
            for key in table.foreign_keys:
                await connection.execute(text(f'ALTER TABLE {table.name} DROP CONSTRAINT "{key.name}"'))
        tables = await read(connection)
        indexes = [each for name in wanted for each in await _without_indexes(connection, tables[name])]
        await fill(connection, tables, ROWS, wanted)
        for statement in indexes:
            await connection.execute(text(statement.replace(":", r"\:")))
        for name in wanted:
            await connection.execute(text(f"ANALYZE {name}"))
    await engine.dispose()


async def is_filled(owner_url: str) -> bool:
    """Whether the tables still have their rows."""
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT EXISTS (SELECT FROM community.events)"))
    await engine.dispose()
    return bool(found)


async def _without_indexes(connection: AsyncConnection, table: Table) -> list[str]:
    """Take them away. Returns what makes them again."""
    made = []
    if table.split_by is None:
        await connection.execute(text(f"ALTER TABLE {table.name} SET UNLOGGED"))
    for index in table.indexes:
        found = await connection.execute(text(INDEX), {"index": index.name})
        definition, constraint = found.one()
        made.append(definition.replace(" ON ONLY ", " ON "))
        away = f'ALTER TABLE {table.name} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index.name}"
        await connection.execute(text(away))
    return made


INDEX = """
SELECT pg_get_indexdef(indexrelid), conname FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid
WHERE indexrelid = CAST(CAST(:index AS text) AS regclass)
"""


# A value of a column: of few values the rarest or the most frequent, of many any one of the last rows.
FEW = """
SELECT quote_literal((most_common_vals::text::text[])[CASE :which WHEN '~' THEN 1 ELSE n_distinct::int END])
FROM pg_stats
WHERE format('%s.%s', schemaname, tablename) = :table AND attname = :column AND n_distinct BETWEEN 1 AND 50
"""
MANY = 'SELECT quote_literal("{column}") FROM {table} WHERE "{column}" IS NOT NULL OFFSET {most} LIMIT 1'
PLACE = re.compile(r'"?(\w+)"?\)? (?:=|>) (?:lower\()?([?~])')


async def value(connection: AsyncConnection, table: Table, column: str, which: str) -> str:
    """As it is written in a question. Where the column is always empty, some value that is not there."""
    few = await connection.scalar(text(FEW), {"which": which, "table": table.name, "column": column})
    many = text(MANY.format(column=column, table=table.name, most=ROWS - 100))
    return str(few or await connection.scalar(many) or f"'{UUID(int=1)}'::{table.columns[column].kind}")


def scanned(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield f"{plan['Schema']}.{plan['Relation Name']}"
    for part in plan.get("Plans", []):
        yield from scanned(part)


@pytest.fixture(scope="module")
def big(server: Services) -> Copy:
    """The filled database: one for all who ask it something, because filling it takes the better part of a minute."""
    return prepared(server, "plans", lambda url: asyncio.run(prepare(url)), lambda url: asyncio.run(is_filled(url)))


@pytest_asyncio.fixture(scope="module")
async def connection(big: Copy) -> Any:
    address, arguments = normalise(big.owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


# One test for each line rather than one for each way: two workers that share them out would wait for the same filling.
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("line", [pytest.param(line, marks=pytest.mark.req(line)) for line in ("A-TAB-58", "T-GEN-03")])
async def test_usual_questions_are_answered_from_an_index(
    connection: AsyncConnection, catalogue: dict[str, Table], line: str
) -> None:
    asked = [way for way in ways() if way.line == line]
    assert len(asked) >= 30
    assert [slow for way in asked async for slow in reading_whole(connection, catalogue[way.table], way)] == []


async def reading_whole(connection: AsyncConnection, table: Table, way: Way) -> AsyncIterator[str]:
    """The question with its source, for each table that is read from end to end for it."""
    question = way.question
    for column, which in PLACE.findall(way.question):
        question = question.replace(which, await value(connection, table, column, which), 1)
    # What its own keys keep small is read whole with good reason: there it must only be possible to use the index.
    count = await connection.scalar(text(f"SELECT count(*) FROM (SELECT FROM {table.name} LIMIT {ROWS}) rows"))  # noqa: S608
    await connection.execute(text(f"SET enable_seqscan = {'on' if count == ROWS else 'off'}"))
    asked = f"EXPLAIN (VERBOSE, FORMAT JSON) SELECT * FROM {way.table} WHERE {question}"  # noqa: S608  (our own words)
    plan = await connection.scalar(text(asked.replace(":", r"\:")))
    for each in scanned((plan if isinstance(plan, list) else json.loads(str(plan)))[0]["Plan"]):
        is_own = re.fullmatch(rf"{way.table}(_m\d{{6}})?", each)
        # Months without a row are read whole in no time.
        if is_own and await connection.scalar(text(f"SELECT true FROM {each} LIMIT 1")):  # noqa: S608
            yield f"{asked} reads {each} whole ({way.source})"
