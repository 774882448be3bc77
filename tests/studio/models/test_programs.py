"""Programs, chapters, sessions and their contents."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.model import Row
from app.studio.models import (
    AiMentor,
    Article,
    Chapter,
    Client,
    ContentSession,
    Evaluation,
    Exercise,
    LearningAnchor,
    Program,
    Quiz,
    QuizSettings,
    Scenario,
    Source,
    SuccessCriterion,
    Video,
)
from tests.factories import studio as make
from tests.studio.models.conftest import Shelf
from tests.support.refusals import refused, refused_statement

NOW = text("now()")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "approved"}, "ck_programs_status"),
        ({"estimated_hours": Decimal("-0.5")}, "ck_programs_totals"),
        ({"total_sessions": -1}, "ck_programs_totals"),
        ({"revision": 0}, "ck_programs_revision"),
    ],
)
async def test_a_program_is_refused(
    session: AsyncSession, shelf: Shelf, fields: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, make.program(shelf.client.id, **fields)) == constraint


async def test_a_slug_is_free_in_every_other_client(session: AsyncSession, shelf: Shelf) -> None:
    again = make.program(shelf.client.id, slug=shelf.program.slug)
    assert await refused(session, again) == "uq_programs_client_id_slug"
    other = make.client()
    session.add(other)
    await session.flush()
    session.add(make.program(other.id, slug=shelf.program.slug))
    await session.flush()


@pytest.mark.req("S-TAB-03", "S-TAB-12")
async def test_what_the_seed_gives_by_default_is_given_to_hand_written_sql(session: AsyncSession, shelf: Shelf) -> None:
    made = await session.execute(
        text(
            "INSERT INTO studio.programs (client_id, name, slug, estimated_hours) VALUES (:id, 'P', 'p', 12.34)"
            " RETURNING language, status, estimated_hours, total_sessions, id IS NOT NULL, created_at = updated_at"
        ),
        {"id": shelf.client.id},
    )
    assert tuple(made.one()) == ("en", "draft", Decimal("12.3"), 0, True, True)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"number": -1}, "ck_chapters_place"),
        ({"order_index": -1}, "ck_chapters_place"),
        ({"number": 7}, "uq_chapters_program_id_number"),
        ({"order_index": 7}, "uq_chapters_program_id_order_index"),
    ],
)
async def test_a_chapter_is_refused(
    session: AsyncSession, shelf: Shelf, fields: dict[str, Any], constraint: str
) -> None:
    session.add(make.chapter(shelf.program.id, number=7, order_index=7))
    await session.flush()
    assert await refused(session, make.chapter(shelf.program.id, **fields)) == constraint


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"number": " "}, "ck_sessions_place"),
        ({"number": "7.7"}, "uq_sessions_chapter_id_number"),
        ({"order_index": -1}, "ck_sessions_place"),
        ({"order_index": 7}, "uq_sessions_chapter_id_order_index"),
        ({"estimated_minutes": 0}, "ck_sessions_estimated_minutes"),
        ({"status": "review"}, "ck_sessions_status"),
        ({"status": "content_created", "approved_at": NOW}, "ck_sessions_approval"),
        ({"revision": 0}, "ck_sessions_revision"),
    ],
)
async def test_a_session_is_refused(
    session: AsyncSession, shelf: Shelf, fields: dict[str, Any], constraint: str
) -> None:
    session.add(make.content_session(shelf.chapter.id, number="7.7", order_index=7))
    await session.flush()
    assert await refused(session, make.content_session(shelf.chapter.id, **fields)) == constraint


@pytest.mark.req("Z-193")
async def test_one_statement_reorders_and_renumbers_through_places_that_were_taken(
    session: AsyncSession, shelf: Shelf
) -> None:
    session.add_all([make.chapter(shelf.program.id, number=n, order_index=n) for n in (70_001, 70_002, 70_003)])
    session.add_all([make.content_session(shelf.chapter.id, number=f"7.{n}", order_index=n) for n in (70_001, 70_002)])
    await session.flush()
    chapters = await session.execute(
        text(
            "UPDATE studio.chapters SET order_index = 140004 - order_index, number = 140004 - number"
            " WHERE number > 70000 RETURNING number, order_index"
        )
    )
    sessions = await session.execute(
        text(
            "UPDATE studio.sessions SET order_index = 140003 - order_index, number = '7.' || 140003 - order_index"
            " WHERE order_index > 70000 RETURNING number, order_index"
        )
    )
    assert {tuple(row) for row in chapters} == {(70_001, 70_001), (70_002, 70_002), (70_003, 70_003)}
    assert {tuple(row) for row in sessions} == {("7.70001", 70_001), ("7.70002", 70_002)}
    same = "UPDATE studio.chapters SET number = 1"
    assert await refused_statement(session, same) == "uq_chapters_program_id_number"


async def test_the_learning_objectives_are_texts(session: AsyncSession, shelf: Shelf) -> None:
    statement = "UPDATE studio.sessions SET learning_objectives = CAST(:it AS jsonb)"
    for bad in ('"one"', "{}", "[1]", '["one", null]', '[["one"]]'):
        assert await refused_statement(session, statement, it=bad) == "ck_sessions_learning_objectives_shape"
    shelf.content.learning_objectives = ["say", "do"]
    await session.flush()
    await session.refresh(shelf.content)
    assert shelf.content.learning_objectives == ["say", "do"]


# Contents


@pytest.mark.parametrize("kind", [make.article, make.video, make.quiz, make.exercise])
async def test_a_session_has_one_of_each_content(session: AsyncSession, shelf: Shelf, kind: Any) -> None:
    first = kind(shelf.content.id)
    session.add(first)
    await session.flush()
    assert await refused(session, kind(shelf.content.id)) == f"uq_{first.__tablename__}_session_id"


@pytest.mark.parametrize("kind", [make.article, make.video, make.quiz, make.exercise])
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "published"}, "status"),
        ({"status": "review", "approved_at": NOW}, "approval"),
        ({"status": "draft", "approved_at": NOW}, "approval"),
    ],
)
async def test_content_goes_its_own_way_and_only_what_is_approved_is_approved(
    session: AsyncSession, shelf: Shelf, kind: Any, fields: dict[str, Any], constraint: str
) -> None:
    row = kind(shelf.content.id, **fields)
    assert await refused(session, row) == f"ck_{row.__tablename__}_{constraint}"


async def test_whoever_approves_does_it_at_some_time(session: AsyncSession, shelf: Shelf) -> None:
    fields = {"status": "approved", "approved_by": shelf.account.id}
    assert await refused(session, make.article(shelf.content.id, **fields)) == "ck_articles_approval"
    session.add(make.article(shelf.content.id, **fields, approved_at=NOW))
    await session.flush()


@pytest.mark.req("Z-197")
@pytest.mark.parametrize(
    ("kind", "empty", "constraint"),
    [
        (make.article, {"content": ""}, "ck_articles_content"),
        (make.article, {"content": " \n"}, "ck_articles_content"),
        (make.video, {"script": ""}, "ck_videos_script"),
        (make.quiz, {"questions": []}, "ck_quizzes_questions"),
    ],
)
async def test_a_draft_may_be_empty_and_what_is_reviewed_may_not(
    session: AsyncSession, shelf: Shelf, kind: Any, empty: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, kind(shelf.content.id, **empty, status="review")) == constraint
    session.add(kind(shelf.content.id, **empty))
    await session.flush()


@pytest.mark.req("Z-194")
@pytest.mark.parametrize(
    ("words", "number"), [("", 0), (" \n\t ", 0), ("one", 1), ("  two\nwords ", 2), ("día – año, œuvre", 4)]
)
async def test_words_are_counted_by_the_database(session: AsyncSession, shelf: Shelf, words: str, number: int) -> None:
    article, video = make.article(shelf.content.id, content=words), make.video(shelf.content.id, script=words)
    session.add_all([article, video])
    await session.flush()
    assert (article.word_count, video.word_count) == (number, number)
    article.content = words + " and three more"
    await session.flush()
    await session.refresh(article)
    assert article.word_count == number + 3


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"exercise_type": "case_analysis"}, "ck_exercises_exercise_type"),
        ({"exercise_type": "QUIZ"}, "ck_exercises_exercise_type"),
        ({"complexity": "expert"}, "ck_exercises_complexity"),
        ({"estimated_minutes": 0}, "ck_exercises_estimated_minutes"),
    ],
)
async def test_an_exercise_is_refused(
    session: AsyncSession, shelf: Shelf, fields: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, make.exercise(shelf.content.id, **fields)) == constraint


async def test_documents_come_back_as_what_they_are(session: AsyncSession, shelf: Shelf) -> None:
    sources = [Source(title="A book"), Source(title="A page", url="https://example.com", note="chapter 2")]
    settings = QuizSettings(passing_percentage=60, time_limit_minutes=10, shuffles=True)
    mentor = AiMentor(persona="a colleague", instructions="ask", opening="Hello", hints=("one", "two"))
    given: dict[str, Any] = {
        "scenario": Scenario(situation="a call", learner_role="the manager"),
        "learning_anchor": LearningAnchor(concept="listening"),
        "success_criteria": [SuccessCriterion(criterion="asks first", weight=0.5)],
        "evaluation": Evaluation(instructions="be kind", passing_percentage=50),
    }
    rows: list[Row] = [
        make.article(shelf.content.id, sources=sources),
        make.quiz(shelf.content.id, settings=settings),
        make.exercise(shelf.content.id, ai_mentor=mentor, **given),
    ]
    session.add_all(rows)
    await session.flush()
    session.expunge_all()
    article = (await session.scalars(select(Article))).one()
    quiz = (await session.scalars(select(Quiz))).one()
    exercise = (await session.scalars(select(Exercise))).one()
    assert article.sources == sources
    assert (quiz.questions, quiz.settings) == ([make.question()], settings)
    assert (exercise.ai_mentor, *(getattr(exercise, name) for name in given)) == (mentor, *given.values())


@pytest.mark.parametrize(
    ("table", "column", "document"),
    [
        ("articles", "sources", '{"title": "x"}'),
        ("articles", "sources", '[{"url": "x"}]'),
        ("articles", "sources", '[{"title": 1}]'),
        ("quizzes", "questions", "{}"),
        ("quizzes", "questions", '[{"kind": "open"}]'),
        ("quizzes", "questions", '[{"kind": "open", "prompt": "x", "options": "none"}]'),
        ("quizzes", "metadata", "[]"),
        ("quizzes", "metadata", '{"passing_percentage": "60"}'),
        ("exercises", "ai_mentor", '{"persona": "x"}'),
        ("exercises", "ai_mentor", "null"),
        ("exercises", "scenario", '{"situation": null}'),
        ("exercises", "learning_anchor", "{}"),
        ("exercises", "success_criteria", '["asks first"]'),
        ("exercises", "evaluation", '{"instructions": 1}'),
    ],
)
async def test_hand_written_sql_is_held_to_the_outlines_of_documents(
    session: AsyncSession, shelf: Shelf, table: str, column: str, document: str
) -> None:
    session.add_all([each(shelf.content.id) for each in (make.article, make.quiz, make.exercise)])
    await session.flush()
    statement = f"UPDATE studio.{table} SET {column} = CAST(:document AS jsonb)"  # noqa: S608  (our own names)
    assert await refused_statement(session, statement, document=document) == f"ck_{table}_{column}_shape"


# What goes with its parent


@pytest.mark.req("S-HIE-01")
async def test_everything_goes_with_its_client(session: AsyncSession, shelf: Shelf) -> None:
    session.add_all([each(shelf.content.id) for each in (make.article, make.video, make.quiz, make.exercise)])
    await session.flush()
    await session.execute(delete(Client).where(Client.id == shelf.client.id))
    for table in (Program, Chapter, ContentSession, Article, Video, Quiz, Exercise):
        assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_a_change_moves_updated_at(session: AsyncSession, shelf: Shelf) -> None:
    old = "2020-01-01T00:00:00Z"
    for table in ("clients", "programs", "chapters", "sessions"):
        await session.execute(text(f"UPDATE studio.{table} SET updated_at = '{old}'"))  # noqa: S608
        await session.execute(text(f"UPDATE studio.{table} SET created_by = :by"), {"by": shelf.account.id})  # noqa: S608
        assert await session.scalar(text(f"SELECT updated_at = now() FROM studio.{table}"))  # noqa: S608
