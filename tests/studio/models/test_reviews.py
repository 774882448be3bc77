"""Status changes, comments and revisions."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.studio.models import (
    ContentSession,
    ProgramRevision,
    PublishedProgram,
    PublishedSession,
    ReviewComment,
    SessionRevision,
    StatusChange,
)
from app.studio.models.shapes import PublishedChapter, PublishedExercise, PublishedSessionLine
from tests.factories import studio as make
from tests.studio.models.conftest import Shelf
from tests.support.refusals import refused, refused_statement

PROGRAM, SESSION, CONTENT = "program", "session", "article"


def about(shelf: Shelf, what: str) -> dict[str, Any]:
    """The columns that say what a line is about."""
    if what == PROGRAM:
        return {"program_id": shelf.program.id}
    return {"session_id": shelf.content.id, "content_type": None if what == SESSION else what}


@pytest.mark.req("Z-192")
@pytest.mark.parametrize(
    ("what", "steps"),
    [
        (PROGRAM, ["draft", "in_progress", "review", "published"]),
        (SESSION, ["draft", "content_created", "approved", "published"]),
        (CONTENT, ["draft", "review", "approved"]),
        ("video", ["draft", "review", "approved"]),
    ],
)
async def test_each_flow_is_noted_forward_without_and_backward_with_a_reason(
    session: AsyncSession, shelf: Shelf, what: str, steps: list[str]
) -> None:
    for before, after in pairwise(steps):
        forward = make.status_change(**about(shelf, what), from_status=before, to_status=after)
        back = {**about(shelf, what), "from_status": after, "to_status": before}
        session.add_all([forward, make.status_change(**back, reason="too long")])
        await session.flush()
        for reason in (None, "", " "):
            without = make.status_change(**back, reason=reason)
            assert await refused(session, without) == "ck_status_changes_back_with_reason"


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        (PROGRAM, "draft", "draft"),
        (PROGRAM, "draft", "approved"),
        (PROGRAM, "new", "draft"),
        (SESSION, "draft", "review"),
        (SESSION, "in_progress", "published"),
        (CONTENT, "review", "published"),
    ],
)
async def test_a_status_of_another_flow_is_refused(
    session: AsyncSession, shelf: Shelf, what: str, before: str, after: str
) -> None:
    change = make.status_change(**about(shelf, what), from_status=before, to_status=after, reason="because")
    assert await refused(session, change) == "ck_status_changes_statuses"


@pytest.mark.parametrize(
    ("named", "constraint"),
    [(("program_id", "session_id"), "about_one"), (("program_id", "content_type"), "content_of_session")],
)
async def test_a_line_is_about_one_thing(
    session: AsyncSession, shelf: Shelf, named: tuple[str, ...], constraint: str
) -> None:
    values = {"program_id": shelf.program.id, "session_id": shelf.content.id, "content_type": "quiz"}
    given = {name: values[name] for name in named}
    assert await refused(session, make.comment(**given)) == f"ck_review_comments_{constraint}"
    assert await refused(session, make.status_change(**given)) == f"ck_status_changes_{constraint}"


@pytest.mark.usefixtures("shelf")
async def test_a_line_about_nothing_is_below_nothing_that_one_may_see(session: AsyncSession) -> None:
    session.add(make.comment())
    with pytest.raises(ProgrammingError, match="row-level security"):
        await session.flush()


async def test_a_comment_says_something_about_a_known_kind_and_is_resolved_at_some_time(
    session: AsyncSession, shelf: Shelf
) -> None:
    on = about(shelf, SESSION)
    assert await refused(session, make.comment(**on, body=" ")) == "ck_review_comments_body"
    poem = make.comment(**{**on, "content_type": "poem"})
    assert await refused(session, poem) == "ck_review_comments_content_type"
    by = make.comment(**on, resolved_by=shelf.account.id)
    assert await refused(session, by) == "ck_review_comments_resolution"
    session.add(make.comment(**on, resolved_by=shelf.account.id, resolved_at=text("now()")))
    await session.flush()


@pytest.mark.req("Z-192")
async def test_what_was_published_comes_back_as_it_was(session: AsyncSession, shelf: Shelf) -> None:
    line = PublishedSessionLine(session_id=shelf.content.id, revision=1, number="1.1", title="Session")
    outline = PublishedProgram(
        name="Program", slug="p", language="en", chapters=(PublishedChapter(number=1, title="One", sessions=(line,)),)
    )
    exercise = make.exercise(shelf.content.id)
    whole = PublishedSession(
        number="1.1",
        title="Session",
        estimated_minutes=10,
        learning_objectives=("say",),
        article="Words",
        questions=(make.question(),),
        exercise=PublishedExercise(
            exercise_type="REFLECTION",
            complexity="basic",
            title="Look back",
            description="What did you try?",
            ai_mentor=exercise.ai_mentor,
            estimated_minutes=15,
        ),
    )
    session.add_all(
        [
            make.program_revision(shelf.program.id, content=outline),
            make.session_revision(shelf.content.id, content=whole),
        ]
    )
    await session.flush()
    session.expunge_all()
    assert (await session.scalars(select(ProgramRevision.content))).one() == outline
    assert (await session.scalars(select(SessionRevision.content))).one() == whole


async def test_a_revision_is_published_once(session: AsyncSession, shelf: Shelf) -> None:
    session.add_all([make.program_revision(shelf.program.id), make.session_revision(shelf.content.id)])
    await session.flush()
    outline, whole = make.program_revision(shelf.program.id), make.session_revision(shelf.content.id)
    assert await refused(session, outline) == "uq_program_revisions_program_id_revision"
    assert await refused(session, whole) == "uq_session_revisions_session_id_revision"
    session.add_all(
        [make.program_revision(shelf.program.id, revision=2), make.session_revision(shelf.content.id, revision=2)]
    )
    await session.flush()


@pytest.mark.parametrize(
    ("table", "column", "document"),
    [
        ("program_revisions", "program_id", '{"name": "x", "slug": "x", "language": "en"}'),
        ("program_revisions", "program_id", "[]"),
        ("session_revisions", "session_id", '{"number": 1, "title": "x", "estimated_minutes": 1}'),
        ("session_revisions", "session_id", '{"number": "1", "title": "x", "estimated_minutes": "1"}'),
    ],
)
async def test_a_revision_by_hand_has_the_outline_of_one(
    session: AsyncSession, shelf: Shelf, table: str, column: str, document: str
) -> None:
    ids = {"program_id": shelf.program.id, "session_id": shelf.content.id}
    statement = f"INSERT INTO studio.{table} ({column}, revision, content) VALUES (:id, 1, CAST(:content AS jsonb))"  # noqa: S608
    broken = await refused_statement(session, statement, id=ids[column], content=document)
    assert broken == f"ck_{table}_content_shape"


@pytest.mark.parametrize("table", ["status_changes", "program_revisions", "session_revisions"])
async def test_what_has_been_is_not_rewritten_even_by_the_house(
    session: AsyncSession, shelf: Shelf, table: str
) -> None:
    rows = [make.program_revision(shelf.program.id), make.session_revision(shelf.content.id)]
    session.add_all([*rows, make.status_change(program_id=shelf.program.id)])
    await session.flush()
    for statement in (f"UPDATE studio.{table} SET revision = 7", f"DELETE FROM studio.{table}"):  # noqa: S608
        done = await session.execute(text(statement))
        assert done.rowcount == 0  # type: ignore[attr-defined]  # a cursor result has one


async def test_what_was_said_goes_with_the_session_and_not_with_its_article(
    session: AsyncSession, shelf: Shelf
) -> None:
    article = make.article(shelf.content.id)
    on = about(shelf, CONTENT)
    session.add_all([article, make.comment(**on), make.status_change(**on, to_status="review")])
    await session.flush()
    await session.delete(article)
    await session.flush()
    counts = [select(func.count()).select_from(table) for table in (ReviewComment, StatusChange)]
    assert [await session.scalar(count) for count in counts] == [1, 1]
    await session.execute(delete(ContentSession))
    assert [await session.scalar(count) for count in counts] == [0, 0]
