"""Which parts a question of each type has, as a table."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.academy.models.shapes import Answer, Criterion
from app.academy.questions.rules import problems


def answers(right: str, letters: str = "abc") -> list[Answer]:
    return [Answer(id=each, text=each, is_correct=each in right) for each in letters]


def question(kind: str, **more: Any) -> Any:
    values: dict[str, Any] = dict.fromkeys(("answers", "scale_max", "scale_labels", "sample_answer", "rubric"))
    values |= {"question_type": kind, "accepted_answers": [], "ai_grading_enabled": False, "points": 5}
    return SimpleNamespace(**values | more)


RUBRIC = [Criterion(id="a", text="A", points=1)]


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize(
    ("kind", "parts", "wrong"),
    [
        ("multiple_choice", {"answers": answers("a")}, []),
        ("multiple_choice", {"answers": answers("ab")}, ["/answers"]),
        ("multiple_choice", {"answers": answers("")}, ["/answers"]),
        ("multiple_choice", {"answers": answers("a", "a")}, ["/answers"]),
        ("multiple_choice", {"answers": answers("a", "abb")}, ["/answers"]),
        ("multiple_choice", {}, ["/answers", "/answers"]),
        ("multiple_choice", {"answers": answers("a"), "scale_max": 5}, ["/scale_max"]),
        ("multiple_choice", {"answers": answers("a"), "ai_grading_enabled": True}, ["/ai_grading_enabled"]),
        ("multiple_select", {"answers": answers("abc")}, []),
        ("multiple_select", {"answers": answers("")}, ["/answers"]),
        ("true_false", {"answers": answers("a", "ab")}, []),
        ("true_false", {"answers": answers("a")}, ["/answers"]),
        ("short_answer", {"accepted_answers": ["GPU"]}, []),
        ("short_answer", {"rubric": RUBRIC, "ai_grading_enabled": True, "sample_answer": "x"}, []),
        ("short_answer", {"answers": answers("a")}, ["/answers"]),
        ("open_ended", {"rubric": RUBRIC, "ai_grading_enabled": True}, []),
        ("open_ended", {"rubric": RUBRIC * 2}, ["/rubric"]),
        ("open_ended", {"accepted_answers": ["x"]}, ["/accepted_answers"]),
        ("rating_scale", {"scale_max": 5, "points": 0}, []),
        ("rating_scale", {"scale_max": 10, "points": 0}, []),
        ("rating_scale", {"points": 0}, ["/scale_max"]),
        ("rating_scale", {"scale_max": 5, "points": 1}, ["/points"]),
        ("rating_scale", {"scale_max": 5, "points": 0, "rubric": RUBRIC}, ["/rubric"]),
    ],
)
def test_each_type_has_its_parts(kind: str, parts: dict[str, Any], wrong: list[str]) -> None:
    assert [each.pointer for each in problems(question(kind, **parts))] == wrong
