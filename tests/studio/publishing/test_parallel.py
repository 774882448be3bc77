"""Publishing against everybody else, on real parallel connections: nothing unapproved is ever published (S-FLW-04)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import utc_now
from app.identity.actor import Actor
from app.studio.contents import queries, service
from app.studio.contents.schemas import StudioArticleUpdate
from app.studio.deps import act_as
from app.studio.models import (
    Article,
    ContentSession,
    ContentType,
    Program,
    ProgramRevision,
    SessionRevision,
    StatusChange,
)
from app.studio.permissions import StudioActor
from tests.factories import studio as make
from tests.studio.desk import DRAFTS, Desk, build_desk, put
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
Ask = Callable[[], Awaitable[httpx.Response]]

PUBLISH = {"to": "published"}
ROUNDS = 10


def approved(**more: Any) -> dict[str, Any]:
    return {"status": "approved", "approved_at": utc_now(), **more}


async def arrange(parallel: Sessions) -> Desk:
    async with parallel() as session:
        return await build_desk(session)


async def ready_program(parallel: Sessions, desk: Desk, sessions: int = 3) -> tuple[Program, list[ContentSession]]:
    """A program in review whose sessions are approved, each with an approved article."""
    program = make.program(desk.program.client_id, status="review")
    chapter = make.chapter(program.id)
    rows = [make.content_session(chapter.id, **approved()) for _ in range(sessions)]
    async with parallel() as session:
        await put(session, program, chapter, *rows, *(make.article(row.id, **approved()) for row in rows))
    return program, rows


async def ready_session(parallel: Sessions, desk: Desk) -> ContentSession:
    """An approved session with an approved article."""
    row = make.content_session(desk.chapter.id, **approved())
    async with parallel() as session:
        await put(session, row, make.article(row.id, **approved()))
    return row


async def together(asked: Sequence[Ask]) -> list[httpx.Response]:
    return list(await asyncio.gather(*(patiently(ask) for ask in asked)))


async def breaches(parallel: Sessions) -> list[Any]:
    """Published sessions with something unapproved in them, or whose revision is not what is in them; asked of rows."""
    async with parallel() as session:
        await act_as(session, Actor.system())
        unapproved = await session.execute(
            text(
                "SELECT s.id, c.kind, c.status FROM studio.sessions s JOIN ("
                " SELECT session_id, 'article' AS kind, status FROM studio.articles"
                " UNION ALL SELECT session_id, 'video', status FROM studio.videos"
                " UNION ALL SELECT session_id, 'quiz', status FROM studio.quizzes"
                " UNION ALL SELECT session_id, 'exercise', status FROM studio.exercises) c ON c.session_id = s.id"
                " WHERE s.status = 'published' AND c.status <> 'approved'"
            )
        )
        differing = await session.execute(
            select(ContentSession.id, Article.content, SessionRevision.content)
            .join(
                SessionRevision,
                (SessionRevision.session_id == ContentSession.id)
                & (SessionRevision.revision == ContentSession.revision),
                isouter=True,
            )
            .join(Article, Article.session_id == ContentSession.id, isouter=True)
            .where(ContentSession.status == "published")
        )
        found: list[Any] = list(unapproved)
        for session_id, words, kept in differing:
            known: Any = kept  # an outer join
            if known is None or known.article != words:
                found.append(session_id)
        return found


# Twice


@pytest.mark.req("S-FLW-02", "S-FLW-04")
async def test_a_session_that_many_publish_at_once_is_published_once(crowd: ApiClient, parallel: Sessions) -> None:
    desk = await arrange(parallel)
    row = await ready_session(parallel, desk)
    callers = [await crowd.as_(desk.reviewer), await crowd.as_(desk.staff)] * 4
    steps = f"/studio/sessions/{row.id}/status-changes"
    answers = await together([partial(caller.post, steps, PUBLISH) for caller in callers])
    assert Counter((each.status_code, each.json().get("code")) for each in answers) == {
        (201, None): 1,
        (409, "studio.session_transition_refused"): 7,
    }
    assert await counted(parallel, SessionRevision, row.id) == 1
    assert await counted(parallel, StatusChange, row.id) == 1
    assert await breaches(parallel) == []


@pytest.mark.req("S-FLW-01", "S-FLW-04")
async def test_a_program_that_many_publish_at_once_is_published_once_with_its_sessions(
    crowd: ApiClient, parallel: Sessions
) -> None:
    desk = await arrange(parallel)
    program, rows = await ready_program(parallel, desk)
    reviewer = await crowd.as_(desk.reviewer)
    steps = f"/studio/programs/{program.id}/status-changes"
    # Some publish one of the sessions by itself meanwhile: who is first does not matter.
    asked: list[Ask] = [partial(reviewer.post, steps, PUBLISH) for _ in range(5)]
    asked += [partial(reviewer.post, f"/studio/sessions/{row.id}/status-changes", PUBLISH) for row in rows]
    answers = await together(asked)
    assert Counter(each.status_code for each in answers[:5]) == {201: 1, 409: 4}
    async with parallel() as session:
        await act_as(session, Actor.system())
        assert await session.scalar(select(func.count()).select_from(ProgramRevision)) == 1
    for row in rows:
        assert await counted(parallel, SessionRevision, row.id) == 1
        assert await counted(parallel, StatusChange, row.id) == 1
    assert await breaches(parallel) == []


async def counted(parallel: Sessions, table: type[SessionRevision] | type[StatusChange], session_id: UUID) -> int:
    async with parallel() as session:
        await act_as(session, Actor.system())
        rows = select(func.count()).select_from(table).where(table.session_id == session_id)
        return await session.scalar(rows) or 0


# Against edits


def disturbances(author: ApiClient, reviewer: ApiClient, session_id: UUID) -> list[Ask]:
    """What people do to content meanwhile, each of which makes a publication wrong if it slips in."""
    path = f"/studio/sessions/{session_id}"
    back = {"to": "review", "reason": "a mistake"}
    return [
        partial(author.patch, f"{path}/article", {"content": "Not approved by anybody"}),
        partial(author.post, f"{path}/video", DRAFTS["video"]),
        partial(author.post, f"{path}/quiz", DRAFTS["quiz"]),
        partial(reviewer.post, f"{path}/article/status-changes", back),
        partial(author.delete, f"{path}/article"),
    ]


@pytest.mark.req("S-FLW-04")
async def test_no_edit_slips_into_a_session_that_is_published_meanwhile(
    crowd: ApiClient, parallel: Sessions, chance: random.Random
) -> None:
    desk = await arrange(parallel)
    author, reviewer = await crowd.as_(desk.author), await crowd.as_(desk.reviewer)
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        row = await ready_session(parallel, desk)
        edits = chance.sample(disturbances(author, reviewer, row.id), 3)
        publishing: Ask = partial(reviewer.post, f"/studio/sessions/{row.id}/status-changes", PUBLISH)
        asked = [*edits, publishing]
        chance.shuffle(asked)
        answers = await together(asked)
        published = answers[asked.index(publishing)]
        seen[published.json().get("code", "published")] += 1
        others = {each.json().get("code") for each in answers if each is not published and each.content}
        assert others <= {None, "studio.session_published", "core.not_found", "studio.content_transition_refused"}
        assert await breaches(parallel) == []
    assert set(seen) <= {"published", "studio.publication_blocked"}


@pytest.mark.req("S-FLW-04")
async def test_no_edit_slips_into_a_program_that_is_published_meanwhile(
    crowd: ApiClient, parallel: Sessions, chance: random.Random
) -> None:
    desk = await arrange(parallel)
    author, reviewer = await crowd.as_(desk.author), await crowd.as_(desk.reviewer)
    for _ in range(ROUNDS):
        program, rows = await ready_program(parallel, desk)
        edits = chance.sample(disturbances(author, reviewer, rows[1].id), 2)
        back = {"to": "content_created", "reason": "one more look"}
        edits.append(partial(reviewer.post, f"/studio/sessions/{rows[2].id}/status-changes", back))
        publishing: Ask = partial(reviewer.post, f"/studio/programs/{program.id}/status-changes", PUBLISH)
        asked = [*edits, publishing]
        chance.shuffle(asked)
        answers = await together(asked)
        published = answers[asked.index(publishing)].status_code == 201
        assert await breaches(parallel) == []
        async with parallel() as session:
            await act_as(session, Actor.system())
            statuses = set(
                await session.scalars(
                    select(ContentSession.status).where(ContentSession.id.in_([row.id for row in rows]))
                )
            )
        # All together, or none of them.
        assert (statuses == {"published"}) == published
        assert published or "published" not in statuses


@pytest.mark.req("S-FLW-04")
async def test_a_session_that_comes_while_its_program_is_published_is_in_it_or_came_after(
    crowd: ApiClient, parallel: Sessions
) -> None:
    """Whoever adds one holds its chapter: a publication waits for it and then is blocked by it."""
    desk = await arrange(parallel)
    reviewer = await crowd.as_(desk.reviewer)
    program, rows = await ready_program(parallel, desk)
    async with parallel() as session:
        await act_as(session, Actor(desk.author.id))
        session.add(make.content_session(rows[0].chapter_id, title="Just added"))
        await session.flush()  # from here on the transaction holds the chapter
        steps = f"/studio/programs/{program.id}/status-changes"
        publishing = asyncio.create_task(patiently(partial(reviewer.post, steps, PUBLISH)))
        await asyncio.sleep(0.3)
        assert not publishing.done()
        await session.commit()
    answer = await publishing
    assert (answer.status_code, answer.json()["code"]) == (409, "studio.publication_blocked")
    assert [each["title"] for each in answer.json()["blocking"]] == ["Just added"]
    assert await breaches(parallel) == []


@pytest.mark.req("S-FLW-04")
async def test_a_publication_waits_for_whoever_is_editing(crowd: ApiClient, parallel: Sessions) -> None:
    """The same race with its one bad moment held open: the edit is written and not yet committed."""
    desk = await arrange(parallel)
    reviewer = await crowd.as_(desk.reviewer)
    row = await ready_session(parallel, desk)
    async with parallel() as session:
        await act_as(session, Actor(desk.author.id))
        author = StudioActor(desk.author.id)
        place = await queries.get_session(session, author, row.id)
        edit = StudioArticleUpdate(content="Not approved by anybody")
        await service.update_content(session, author, place, ContentType.article, edit)
        steps = f"/studio/sessions/{row.id}/status-changes"
        publishing = asyncio.create_task(patiently(partial(reviewer.post, steps, PUBLISH)))
        await asyncio.sleep(0.3)
        assert not publishing.done()
        await session.commit()
    answer = await publishing
    assert (answer.status_code, answer.json()["code"]) == (409, "studio.publication_blocked")
    assert [each["status"] for each in answer.json()["blocking"]] == ["draft"]
