"""Cells of exported files: what a spreadsheet would calculate is made a text (rule 60)."""

from typing import Any

import pytest

from app.core.http.exports import csv_lines, safe_cell


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_a_text_that_would_be_a_formula_gets_an_apostrophe(first: str) -> None:
    assert safe_cell(f"{first}1") == f"'{first}1"


@pytest.mark.parametrize(
    ("value", "cell"),
    [("a=b", "a=b"), ("", ""), (-1, -1), (None, None), (True, "true"), (False, "false"), (1.5, 1.5)],
)
def test_what_is_harmless_stays(value: Any, cell: Any) -> None:
    assert safe_cell(value) == cell


def test_documents_and_lists_are_json() -> None:
    assert safe_cell({"a": [1, "ö"]}) == '{"a": [1, "ö"]}'
    assert safe_cell([]) == "[]"


def test_lines_are_quoted_where_they_must_be() -> None:
    assert csv_lines([["a", "b,c", 'd"e', "f\ng", None]]) == 'a,"b,c","d""e","f\ng",\r\n'
