"""What holds for all tables of the community at once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, DateTime, PrimaryKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.community.models.base import Base
from app.core.ids import new_id

KEYS = (PrimaryKeyConstraint, UniqueConstraint)
TABLES = [table for table in Base.metadata.sorted_tables if table.schema == "community"]

# How people come to their rows (001:47-81). Each is asked of an empty database that would rather not read whole tables.
PATHS = {
    "members by role": "SELECT * FROM community.users WHERE role = 'admin'",
    "members by points": "SELECT * FROM community.users ORDER BY points DESC LIMIT 10",
    "people by words": "SELECT * FROM community.users WHERE search @@ 'ada'::tsquery",
    "spaces in order": 'SELECT * FROM community.spaces ORDER BY "order"',
    "posts of a space": "SELECT * FROM community.posts WHERE space_id = :id ORDER BY created_at DESC, id DESC LIMIT 20",
    "posts of an author": "SELECT * FROM community.posts WHERE author_id = :id ORDER BY created_at DESC LIMIT 20",
    "the feed": "SELECT * FROM community.posts WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 20",
    "what is pinned": (
        "SELECT * FROM community.posts WHERE space_id = :id AND pinned_at IS NOT NULL AND deleted_at IS NULL"
        " ORDER BY pinned_at DESC"
    ),
    "posts by words": "SELECT * FROM community.posts WHERE search @@ 'token'::tsquery",
    "posts of a tag": "SELECT post_id FROM community.post_hashtags WHERE tag = 'a' ORDER BY post_id DESC LIMIT 20",
    "comments of a post": "SELECT * FROM community.comments WHERE post_id = :id ORDER BY created_at, id",
    "replies": "SELECT * FROM community.comments WHERE parent_id = :id ORDER BY created_at, id",
    "likes of a target": "SELECT * FROM community.likes WHERE target_type = 'post' AND target_id = :id",
    "likes of a member": "SELECT * FROM community.likes WHERE user_id = :id",
    "published courses": "SELECT * FROM community.courses WHERE status = 'published' ORDER BY created_at DESC",
    "modules of a course": 'SELECT * FROM community.modules WHERE course_id = :id ORDER BY "order"',
    "lessons of a module": 'SELECT * FROM community.lessons WHERE module_id = :id ORDER BY "order"',
    "courses of a member": "SELECT * FROM community.enrollments WHERE user_id = :id",
    "progress of a member": "SELECT * FROM community.lesson_progress WHERE user_id = :id",
    "events by start": "SELECT * FROM community.events WHERE start_time > now() ORDER BY start_time LIMIT 20",
    "answers to an event": "SELECT * FROM community.rsvps WHERE event_id = :id",
    "memberships of a member": "SELECT * FROM community.memberships WHERE user_id = :id",
    "memberships by customer": "SELECT * FROM community.memberships WHERE stripe_customer_id = 'cus_1'",
    "notifications": "SELECT * FROM community.notifications WHERE user_id = :id ORDER BY created_at DESC LIMIT 20",
    "unread notifications": "SELECT count(*) FROM community.notifications WHERE user_id = :id AND NOT read",
    "conversations of a member": "SELECT * FROM community.conversation_participants WHERE user_id = :id",
    "messages": "SELECT * FROM community.messages WHERE conversation_id = :id ORDER BY created_at DESC LIMIT 50",
    "points of a member": "SELECT * FROM community.points WHERE user_id = :id",
    "points of a month": (
        "SELECT user_id, sum(amount) FROM community.points WHERE created_at > now() - interval '1 month' GROUP BY 1"
    ),
    "a rule by its action": "SELECT * FROM community.gamification_config WHERE action = 'post'",
    "the level reached": "SELECT * FROM community.levels WHERE threshold <= 70 ORDER BY threshold DESC LIMIT 1",
    "levels in order": 'SELECT * FROM community.levels ORDER BY "order"',
    "followers": "SELECT * FROM community.follows WHERE following_id = :id",
    "open reports": "SELECT * FROM community.reports WHERE status = 'pending' ORDER BY created_at",
    "reports on a target": "SELECT * FROM community.reports WHERE target_type = 'post' AND target_id = :id",
    "a visit": "SELECT * FROM community.space_visits WHERE user_id = :id AND space_id = :id",
}


def columns() -> Iterator[tuple[Table, Column[object]]]:
    for table in TABLES:
        for column in table.columns:
            yield table, column


@pytest.mark.req("T-GEN-03")
@pytest.mark.parametrize("statement", PATHS.values(), ids=PATHS.keys())
async def test_a_common_way_to_rows_goes_through_an_index(session: AsyncSession, statement: str) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    await session.execute(text("SET LOCAL enable_sort = off"))
    values = {"id": new_id()} if ":id" in statement else {}
    plan = "\n".join(await session.scalars(text(f"EXPLAIN {statement}"), values))
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


@pytest.mark.req("T-GEN-05")
def test_every_id_of_another_row_is_a_foreign_key() -> None:
    strangers = {
        f"{table.name}.{column.name}"
        for table, column in columns()
        if column.name.endswith("_id") and not column.foreign_keys and not column.computed
    }
    composite = {"comments.parent_id"}  # belongs to the key (parent_id, post_id)
    of_stripe = {
        "community_settings.stripe_connected_account_id",
        "memberships.stripe_customer_id",
        "memberships.stripe_subscription_id",
        "tiers.stripe_price_id",
    }
    assert strangers - composite == of_stripe


@pytest.mark.req("T-GEN-04")
def test_every_time_is_a_timestamp_with_a_zone() -> None:
    said = ("_at", "_time", "_start", "_end")
    naive = [
        f"{table.name}.{column.name}"
        for table, column in columns()
        if column.name.endswith(said) and not (isinstance(column.type, DateTime) and column.type.timezone)
    ]
    assert naive == []


def test_every_foreign_key_says_what_happens_when_its_row_goes() -> None:
    silent = [str(key.name) for table in TABLES for key in table.foreign_key_constraints if key.ondelete is None]
    assert silent == []


def test_every_foreign_key_is_led_by_an_index() -> None:
    missing = []
    for table in TABLES:
        leading = {next(iter(index.columns)).name for index in table.indexes if index.columns}
        leading |= {next(iter(key.columns)).name for key in table.constraints if isinstance(key, KEYS)}
        missing += [
            f"{table.name}.{key.column_keys[0]}"
            for key in table.foreign_key_constraints
            if key.column_keys[0] not in leading
        ]
    assert missing == []


async def test_every_table_that_says_when_it_changed_is_watched(session: AsyncSession) -> None:
    watched = await session.scalars(
        text(
            "SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
            " WHERE tgname = 'touch' AND relnamespace = 'community'::regnamespace"
        )
    )
    assert set(watched) == {table.name for table in TABLES if "updated_at" in table.columns}
