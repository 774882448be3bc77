"""Scope and publishing checks as tables."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.academy.assessments.rules import (
    CheckedAssessment,
    CheckedQuestion,
    check,
    most_attempts,
    scope_problems,
)
from app.academy.models import AssessmentType
from app.core.ids import new_id

COURSE, LESSON, SKILL, OTHER = new_id(), new_id(), new_id(), new_id()

FINE = CheckedAssessment("post_course", Decimal(70), frozenset({SKILL}), 2, allow_retake=True, max_attempts=3)


def question(**more: Any) -> CheckedQuestion:
    values: dict[str, Any] = {
        "id": new_id(),
        "question_type": "multiple_choice",
        "points": Decimal(5),
        "skill_ids": frozenset({SKILL}),
    }
    return CheckedQuestion(**values | more)


@pytest.mark.req("A-ASM-01")
@pytest.mark.parametrize(
    ("kind", "course", "lesson", "skills", "wrong"),
    [
        ("pre_course", COURSE, None, [], []),
        ("pre_course", None, None, [], ["/course_id"]),
        ("post_course", None, None, [SKILL], ["/course_id"]),
        ("knowledge_check", COURSE, LESSON, [], []),
        ("knowledge_check", COURSE, None, [], ["/lesson_id"]),
        ("skill_assessment", None, None, [SKILL], []),
        ("skill_assessment", COURSE, None, [], ["/skill_ids"]),
        ("certification", None, None, [], []),
        ("certification", COURSE, None, [], []),
        ("certification", COURSE, LESSON, [], ["/lesson_id"]),
        ("self_assessment", None, None, [], []),
    ],
)
def test_each_type_has_its_scope(kind: str, course: Any, lesson: Any, skills: list[Any], wrong: list[str]) -> None:
    assert [each.pointer for each in scope_problems(AssessmentType(kind), course, lesson, skills)] == wrong


@pytest.mark.req("A-ASM-03")
@pytest.mark.parametrize(
    ("allow_retake", "max_attempts", "most"),
    [(False, None, 1), (False, 3, 1), (True, 3, 3), (True, 1, 1), (True, None, None)],
)
def test_how_often_it_may_be_taken(most: int | None, max_attempts: int | None, *, allow_retake: bool) -> None:
    assert most_attempts(allow_retake=allow_retake, max_attempts=max_attempts) == most


@pytest.mark.req("A-ASM-14")
@pytest.mark.parametrize(
    ("assessment", "questions", "partner", "errors", "warnings"),
    [
        (FINE, [question(), question()], None, [], []),
        (FINE, [question(), question()], frozenset({SKILL}), [], []),
        (FINE, [], None, ["no_questions"], []),
        (FINE, [question(), question()], frozenset({OTHER}), ["pair_skills_differ"], []),
        (FINE, [question(), question()], frozenset({SKILL, OTHER}), ["pair_skills_differ"], []),
        (FINE, [question(), question(is_stale=True)], None, ["pair_questions_differ"], []),
        (FINE, [question(points=Decimal(0))] * 2, None, ["nothing_to_earn"], []),
        (FINE, [question(question_type="rating_scale")] * 2, None, ["nothing_to_earn"], []),
        (replace(FINE, type="pre_course"), [question(points=Decimal(0))] * 2, None, [], []),
        (FINE, [question()], None, [], ["pool_smaller_than_draw"]),
        (FINE, [question(), question(skill_ids=frozenset())], None, [], ["question_without_skill"]),
        (
            replace(FINE, skill_ids=frozenset()),
            [question(), question(skill_ids=frozenset(new_id() for _ in range(4)))],
            None,
            [],
            ["question_with_many_skills"],
        ),
        (
            replace(FINE, skill_ids=frozenset()),
            [question(), question(skill_ids=frozenset(new_id() for _ in range(3)))],
            None,
            [],
            [],
        ),
        (FINE, [question(), question(skill_ids=frozenset({OTHER}))], None, [], ["skill_not_of_assessment"]),
        (replace(FINE, allow_retake=False), [question(), question()], None, [], ["attempts_without_retake"]),
    ],
)
def test_what_stands_in_the_way_of_publication_and_what_only_warns(
    assessment: CheckedAssessment,
    questions: list[CheckedQuestion],
    partner: frozenset[Any] | None,
    errors: list[str],
    warnings: list[str],
) -> None:
    report = check(assessment, questions, partner)
    assert [each.check for each in report.errors] == errors
    assert [each.check for each in report.warnings] == warnings
    assert report.is_publishable is (errors == [])
    assert all(each.message for each in (*report.errors, *report.warnings))
