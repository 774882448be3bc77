"""What a revision keeps, and when a quiz can be answered: without a database."""

from typing import Any

import pytest

from app.core.ids import new_id
from app.studio.contents.rules import missing
from app.studio.models.shapes import AiMentor, QuestionKind, QuizOption, QuizQuestion, QuizSettings, Source
from app.studio.publishing import rules
from tests.factories import studio as make


def options(*right: bool) -> tuple[QuizOption, ...]:
    return tuple(QuizOption(text=f"Option {number}", is_correct=each) for number, each in enumerate(right))


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (QuestionKind.single_choice, options(True, False), None),
        (QuestionKind.single_choice, options(True, True), "one_correct"),
        (QuestionKind.single_choice, options(False, False), "one_correct"),
        (QuestionKind.single_choice, options(True), "too_few"),
        (QuestionKind.multiple_choice, options(True, True), None),
        (QuestionKind.multiple_choice, options(True, False), None),
        (QuestionKind.multiple_choice, options(False, False), "none_correct"),
        (QuestionKind.multiple_choice, (), "too_few"),
        (QuestionKind.open, (), None),
        (QuestionKind.open, options(True, False), "not_wanted"),
    ],
)
def test_a_question_in_review_can_be_answered(
    kind: QuestionKind, given: tuple[QuizOption, ...], code: str | None
) -> None:
    quiz = make.quiz(new_id(), questions=[QuizQuestion(kind=kind, prompt="Which?", options=given)])
    found = [(each.pointer, each.code) for each in missing(quiz)]
    assert found == ([] if code is None else [("/questions/0/options", code)])


def test_an_option_has_words() -> None:
    question = make.question(options=(QuizOption(text="", is_correct=True), QuizOption(text="No", is_correct=False)))
    assert [each.pointer for each in missing(make.quiz(new_id(), questions=[question]))] == [
        "/questions/0/options/0/text"
    ]


def test_a_mentor_in_review_knows_who_it_is_and_what_to_do() -> None:
    exercise = make.exercise(new_id(), ai_mentor=AiMentor(persona="", instructions=" "))
    assert [each.pointer for each in missing(exercise)] == ["/ai_mentor/persona", "/ai_mentor/instructions"]


def test_a_revision_keeps_every_field_of_a_session_and_its_contents() -> None:
    session = make.content_session(new_id(), hook="Why", wiifm="What for", description="How", estimated_minutes=7)
    contents: list[Any] = [
        make.article(session.id, sources=[Source(title="Book")]),
        make.video(session.id),
        make.quiz(session.id, settings=QuizSettings(shuffles=True)),
        make.exercise(session.id, complexity="advanced", estimated_minutes=5),
    ]
    kept = rules.as_published(session, contents)
    assert set(kept.model_fields_set) == set(type(kept).model_fields)
    assert (kept.hook, kept.wiifm, kept.description, kept.estimated_minutes) == ("Why", "What for", "How", 7)
    assert (kept.article, kept.sources, kept.script) == ("Three small words", (Source(title="Book"),), "Hello there")
    assert kept.quiz_settings == QuizSettings(shuffles=True)
    assert kept.exercise is not None
    assert set(kept.exercise.model_fields_set) == set(type(kept.exercise).model_fields)


def test_a_revision_of_a_session_without_content_is_empty_there() -> None:
    kept = rules.as_published(make.content_session(new_id(), estimated_minutes=10), [])
    assert (kept.article, kept.script, kept.questions, kept.exercise) == (None, None, (), None)
