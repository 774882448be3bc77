"""Percentiles, ratios, roundings, and what counts as the same answer."""

import pytest

from bench.answers import comparable, difference
from bench.data import Frozen, frozen_id
from bench.jobs import JOBS
from bench.measure import percentile
from bench.profiling import tables
from bench.report import rough


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.501, 51.0), (0.99, 99.0), (0.995, 100.0), (1.0, 100.0)]
)
def test_a_percentile_is_the_value_of_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile(range(1, 101), share) == expected


def test_no_values_have_the_percentile_zero() -> None:
    assert percentile([], 0.99) == 0.0


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.0456, "0.046"), (0.52, "0.52"), (4.56, "4.6"), (45.6, "46"), (456.0, "460"), (45_678.0, "46,000")],
)
def test_absolute_figures_keep_two_digits(value: float, shown: str) -> None:
    assert rough(value) == shown


def test_an_instant_may_be_written_either_way() -> None:
    mine = comparable({"at": "2031-01-01T09:00:00.500000Z"}, ())
    assert difference(mine, comparable({"at": "2031-01-01T09:00:00.5+00:00"}, ())) == ""


def test_only_the_new_row_may_have_an_id_of_its_own() -> None:
    mine, theirs = (
        comparable({"enrollment": {"id": mark}, "items": [{"id": mark}]}, ("id",)) for mark in ("one", "other")
    )
    assert difference(mine, theirs) == "/items/0/id: one and other"


def test_a_missing_field_is_a_difference() -> None:
    assert difference({"id": 1, "name": "x"}, {"id": 1}) != ""


def seat(request: bytes) -> tuple[bytes, bytes]:
    """Which cohort a request is about, and whose it is."""
    return request.split()[1], request.partition(b"Bearer ")[2].split()[0]


@pytest.mark.parametrize("name", ["enroll-spread", "enroll-one"])
def test_no_two_requests_of_a_round_ask_for_the_same_seat(name: str) -> None:
    make = JOBS[name].make([b"token%d" % number for number in range(7)])
    assert len({seat(make(number)) for number in range(700)}) == 700


def test_every_request_has_a_key_of_its_own() -> None:
    make = JOBS["enroll-one"].make([b"token"])
    keys = {make(number).partition(b"Idempotency-Key: ")[2].split()[0] for number in range(100)}
    assert len(keys) == 100


def test_the_data_is_another_with_another_seed() -> None:
    assert Frozen(1).name != Frozen(2).name


def test_a_frozen_id_is_a_uuid7_of_its_kind() -> None:
    assert str(frozen_id("hot", 300)) == "0190c5a0-0007-7000-8000-00000000012c"


def test_a_function_that_calls_itself_counts_once_in_a_sample() -> None:
    place = ("/x/site-packages/library/a.py", 3, "again")
    [line] = tables([{"count": 4, "stack": [place, place]}], 2.5, by_package=False)
    assert (line.own, line.cumulative) == (10.0, 10.0)
