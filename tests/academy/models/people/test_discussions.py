"""Discussions: a thread names its place, and flags and what came of them are kept (A-TAB-41 to A-TAB-44)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    ContentFlag,
    DiscussionReply,
    DiscussionThread,
    ModerationAction,
    ReplyInteraction,
    ThreadInteraction,
)
from app.core.clock import utc_now
from tests.academy.models.people.scene import Scene
from tests.factories import academy
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]
NOW = utc_now()
PLACE = "ck_discussion_threads_scope_names_its_place"


def thread(scope: str, *places: str) -> Build:
    """A thread of this scope that names these places of the scene."""
    columns = {"course": "course_id", "cohort": "cohort_id", "item": "session_id", "lesson": "lesson_id"}
    return lambda s: s.of(DiscussionThread, scope=scope, **{columns[at]: getattr(s, at).id for at in places})


@pytest.mark.req("Z-02")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (thread("course"), PLACE),
        (thread("course", "course"), None),
        (thread("course", "course", "cohort"), PLACE),
        (thread("course", "course", "item"), PLACE),
        (thread("session", "item"), PLACE),
        (thread("session", "cohort"), None),
        (thread("session", "cohort", "item"), None),
        (thread("session", "cohort", "course"), None),
        (thread("session", "cohort", "lesson"), PLACE),
        (thread("lesson", "course"), PLACE),
        (thread("lesson", "lesson"), None),
        (thread("lesson", "lesson", "course", "cohort"), None),
        (thread("general"), None),
        (thread("general", "course"), PLACE),
        (thread("general", "cohort"), PLACE),
    ],
)
async def test_the_scope_says_which_place_a_thread_names(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(DiscussionThread, status="closed"), "ck_discussion_threads_status"),
        (lambda s: s.of(DiscussionThread, reply_count=-1), "ck_discussion_threads_counts"),
        (lambda s: s.of(DiscussionThread, deleted_at=NOW), "ck_discussion_threads_deleted_is_hidden"),
        (lambda s: s.of(DiscussionThread, deleted_at=NOW, status="hidden"), None),
        (lambda s: s.of(DiscussionReply, status="closed"), "ck_discussion_replies_status"),
        (lambda s: s.of(DiscussionReply, like_count=-1), "ck_discussion_replies_like_count"),
        (lambda s: s.of(DiscussionReply, deleted_at=NOW), "ck_discussion_replies_deleted_is_hidden"),
        (lambda s: s.of(DiscussionReply, parent_reply_id=s.reply.id), None),
        (lambda s: s.of(ThreadInteraction, interaction="flag"), "ck_thread_interactions_interaction"),
        (lambda s: s.of(ReplyInteraction, interaction="view"), "ck_reply_interactions_interaction"),
        (lambda s: s.of(ReplyInteraction, interaction="flag"), None),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


async def test_a_reply_answers_within_its_thread(session: AsyncSession, scene: Scene) -> None:
    elsewhere = scene.of(DiscussionThread, scope="general")
    session.add(elsewhere)
    await session.flush()
    astray = scene.of(DiscussionReply, thread_id=elsewhere.id, parent_reply_id=scene.reply.id)
    assert await refused(session, astray) == "fk_discussion_replies_parent_reply_id"


async def test_a_thread_has_one_best_answer(session: AsyncSession, scene: Scene) -> None:
    best = [scene.of(DiscussionReply, is_best_answer=True) for _ in range(2)]
    assert await refused(session, *best) == "uq_discussion_replies_best_answer"


@pytest.mark.parametrize("table", [ThreadInteraction, ReplyInteraction])
async def test_nobody_likes_twice(session: AsyncSession, scene: Scene, table: type[Any]) -> None:
    found = await refused(session, scene.of(table), scene.of(table))
    assert found is not None
    assert found.startswith(f"uq_{table.__tablename__}_user_id")


async def test_when_a_reply_goes_the_answers_to_it_stay(session: AsyncSession, scene: Scene) -> None:
    session.add(answer := scene.of(DiscussionReply, parent_reply_id=scene.reply.id))
    await session.flush()
    assert await kept(session, scene.reply) is None
    await session.refresh(answer)
    assert (answer.thread_id, answer.parent_reply_id) == (scene.thread.id, None)


async def test_replies_and_reactions_go_with_their_thread(session: AsyncSession, scene: Scene) -> None:
    rows = [
        scene.of(DiscussionReply, parent_reply_id=scene.reply.id),
        scene.of(ThreadInteraction),
        scene.of(ContentFlag),
    ]
    session.add_all(rows)
    await session.flush()
    assert await kept(session, scene.thread) is None
    assert [row for row in (*rows, scene.reply) if await is_there(session, row)] == []


async def test_a_discussion_keeps_its_course_and_its_cohort(session: AsyncSession, scene: Scene) -> None:
    course = academy.course()
    session.add(course)
    await session.flush()
    cohort = academy.cohort(course)
    session.add(cohort)
    await session.flush()
    session.add(about := scene.of(DiscussionThread, scope="session", cohort_id=cohort.id))
    await session.flush()
    assert await kept(session, cohort) == "fk_discussion_threads_cohort_id"
    about.scope, about.cohort_id, about.course_id = "course", None, course.id
    await session.flush()
    assert await kept(session, cohort) is None
    assert await kept(session, course) == "fk_discussion_threads_course_id"


async def test_a_discussion_keeps_its_lesson_also_when_the_class_session_goes(
    session: AsyncSession, scene: Scene
) -> None:
    session.add(thread("lesson", "lesson")(scene))
    await session.flush()
    for gone in (scene.lesson, scene.item):
        assert await kept(session, gone) == "fk_discussion_threads_lesson_id"


async def test_a_discussion_outlives_the_class_session_it_was_about(session: AsyncSession, scene: Scene) -> None:
    session.add(about := thread("session", "cohort", "item")(scene))
    await session.flush()
    assert await kept(session, scene.item) is None
    await session.refresh(about)
    assert (about.cohort_id, about.session_id) == (scene.cohort.id, None)


@pytest.mark.parametrize("words", ["fine tuning", "adapters"])
async def test_a_discussion_is_found_by_its_words(session: AsyncSession, scene: Scene, words: str) -> None:
    found = select(DiscussionThread.id).where(DiscussionThread.search.op("@@")(func.plainto_tsquery("simple", words)))
    assert await session.scalar(found) == scene.thread.id


# Moderation


@pytest.mark.req("Z-143")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(ContentFlag, thread_id=None), "not null"),
        (lambda s: s.of(ContentFlag, reply_id=s.reply.id), "ck_content_flags_content"),
        (lambda s: s.of(ContentFlag, thread_id=None, reply_id=s.reply.id), None),
        (lambda s: s.of(ContentFlag, kind="mood", flagged_by_id=None), "ck_content_flags_kind"),
        (lambda s: s.of(ContentFlag, flagged_by_id=None), "ck_content_flags_flagged_by"),
        (lambda s: s.of(ContentFlag, kind="spam_links"), "ck_content_flags_flagged_by"),
        (lambda s: s.of(ContentFlag, kind="spam_links", flagged_by_id=None), None),
        (lambda s: s.of(ContentFlag, cleared_at=NOW), "ck_content_flags_cleared"),
        (lambda s: s.of(ModerationAction, action="scold"), "ck_moderation_actions_action"),
        (lambda s: s.of(ModerationAction, thread_id=None), "ck_moderation_actions_subject"),
        (lambda s: s.of(ModerationAction, action="suspend"), "ck_moderation_actions_action_fits"),
        (lambda s: s.of(ModerationAction, thread_id=None, user_id=s.peer.id), "ck_moderation_actions_action_fits"),
        (lambda s: s.of(ModerationAction, moderator_id=None), "ck_moderation_actions_moderator"),
        (lambda s: s.of(ModerationAction, action="hide", moderator_id=None), None),
        (lambda s: s.of(ModerationAction, ends_at=NOW + timedelta(days=7)), "ck_moderation_actions_ends_at"),
        (
            lambda s: s.of(
                ModerationAction, thread_id=None, user_id=s.peer.id, action="suspend", ends_at=NOW + timedelta(days=7)
            ),
            None,
        ),
        (lambda s: s.of(ModerationAction, thread_id=None, user_id=s.peer.id, action="reinstate"), None),
    ],
)
async def test_a_flag_or_an_action_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize(
    ("again", "constraint"),
    [
        ({}, "uq_content_flags_person"),
        ({"reason": "and rude"}, "uq_content_flags_person"),
        ({"flagged_by_id": "learner"}, None),
    ],
)
async def test_a_person_flags_content_once(
    session: AsyncSession, scene: Scene, again: dict[str, Any], constraint: str | None
) -> None:
    if "flagged_by_id" in again:
        again = again | {"flagged_by_id": scene.learner.id}
    assert await refused(session, scene.of(ContentFlag), scene.of(ContentFlag, **again)) == constraint


async def test_the_watch_flags_content_anew_once_a_flag_is_cleared(session: AsyncSession, scene: Scene) -> None:
    session.add(approved := scene.of(ModerationAction))
    await session.flush()
    first = scene.of(ContentFlag, kind="spam_words", flagged_by_id=None)
    second = scene.of(ContentFlag, kind="spam_words", flagged_by_id=None)
    assert await refused(session, first, second) == "uq_content_flags_watch"
    first.cleared_at, first.cleared_by_action_id = NOW, approved.id
    assert await refused(session, scene.of(ContentFlag, kind="spam_words", flagged_by_id=None)) is None


async def test_what_was_moderated_is_kept(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(ModerationAction, action="hide"))
    await session.flush()
    assert await kept(session, scene.thread) == "fk_moderation_actions_thread_id"
