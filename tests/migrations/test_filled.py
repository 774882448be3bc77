"""The way down and up again with rows in the tables: what only fails where something is, fails here (X-MIG-01)."""

import asyncio

import pytest
from sqlalchemy import text

from app.core.database.migrate import downgrade, upgrade
from app.core.database.revisions import head
from tests.migrations.test_migrations import execute, migrated, owner_engine, shape  # noqa: F401  (a fixture)
from tests.support.catalogue import read
from tests.support.filling import fill, with_targets

ROWS = 10_000

# What grows with the people and what they do; the tables that these point at are filled as well.
BIG = [
    *("core.accounts", "core.files", "core.inbox", "core.jobs", "core.mails", "core.notifications", "core.outbox"),
    *("academy.enrollments", "academy.payments", "academy.waitlist", "academy.analytics_events"),
    *("academy.chat_messages", "academy.certificates", "academy.webhook_deliveries", "academy.manager_access_logs"),
    *("academy.resource_interactions", "academy.user_bookmarks", "academy.user_path_enrollments"),
    *("academy.competency_evidence", "academy.user_skill_progress", "academy.question_responses"),
    *("academy.discussion_replies", "academy.thread_interactions", "academy.reply_interactions"),
    *("community.posts", "community.comments", "community.likes", "community.lesson_progress", "community.rsvps"),
    *("community.messages", "community.notifications", "community.points", "community.follows"),
    *("tracker.course_enrollment", "tracker.content_completion", "tracker.certification_progress", "tracker.audit_log"),
    *("tracker.planning_center_webhook_events", "tracker.planning_center_registrations_cache"),
    *("studio.sessions", "studio.articles", "studio.exercises", "crm.program_participation", "crm.event_attendance"),
]


async def filled(url: str) -> dict[str, int]:
    engine = owner_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("SET jit = off"))
        tables = await read(connection)
        rows = await fill(connection, tables, ROWS, with_targets(tables, BIG))
    await engine.dispose()
    return rows


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.req("X-MIG-01")
def test_a_filled_database_goes_all_the_way_down_and_up_again(migrated: str) -> None:  # noqa: F811
    rows = asyncio.run(filled(migrated))
    assert [name for name in BIG if rows[name] < ROWS] == []
    downgrade(migrated)
    assert not any(asyncio.run(shape(migrated)).values())
    upgrade(migrated)
    assert asyncio.run(execute(migrated, "SELECT version_num FROM public.alembic_version")) == [(head(),)]
