"""The flow of a cohort, as a table."""

import itertools

import pytest

from app.academy.cohorts.rules import may_move
from app.academy.models import CohortStatus

LAWFUL = {
    ("scheduled", "open"),
    ("open", "in_progress"),
    ("in_progress", "completed"),
    ("scheduled", "cancelled"),
    ("open", "cancelled"),
    ("in_progress", "cancelled"),
}


@pytest.mark.req("A-COH-02")
@pytest.mark.parametrize(("before", "after"), list(itertools.product(CohortStatus, repeat=2)))
def test_a_cohort_makes_the_lawful_moves_and_no_other(before: CohortStatus, after: CohortStatus) -> None:
    assert may_move(before, after) is ((before, after) in LAWFUL)
