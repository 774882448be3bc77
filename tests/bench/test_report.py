"""The results page and its picture."""

from xml.etree import ElementTree as ET

import pytest

from bench.chart import draw
from bench.effect import Effect
from bench.footprint import Footprint
from bench.jobs import JOBS
from bench.measure import Pace, Result, Round
from bench.report import Findings, promises, render


def a_round(per_second: float, *, p99: float = 10.0, megabytes: float = 100.0, disturbance: float = 0.0) -> Round:
    return Round(
        per_second=per_second,
        p50=5.0,
        p99=p99,
        api_cost=400.0,
        database_cost=200.0,
        generator_cost=30.0,
        megabytes=megabytes,
        disturbance=disturbance,
        errors={},
    )


def a_result(name: str, connections: int, *ratios: float, p99: float = 10.0) -> Result:
    mine = [a_round(1000.0 * ratio, p99=p99) for ratio in ratios]
    return Result(JOBS[name], connections, mine, [a_round(1000.0) for _ in ratios])


def findings(*results: Result, ready: float = 1.5) -> Findings:
    effect = Effect([1000, 2000, 3000], 1.0, 90.0, 95.0, 500.0)
    return Findings(results, effect, Footprint(ready, ready, 90.0), Pace(5, 5.0, 1.0), ["Machine: one."])


def kept(found: Findings) -> dict[str, bool]:
    return {promise.what: promise.kept for promise in promises(found)}


def test_the_median_of_the_rounds_decides() -> None:
    assert kept(findings(a_result("list", 8, 0.1, 0.55, 0.9)))["course list, 8 connections"]


def test_a_median_below_the_floor_is_not_reached() -> None:
    assert not kept(findings(a_result("list", 8, 0.54, 0.54, 0.9)))["course list, 8 connections"]


@pytest.mark.parametrize(("p99", "is_kept"), [(20.0, True), (20.1, False)])
def test_the_slowest_requests_may_take_twice_as_long(p99: float, is_kept: bool) -> None:
    found = kept(findings(a_result("me", 32, 0.5, 0.5, p99=p99)))
    assert found["current account, p99 at 32 connections"] is is_kept


def test_one_good_round_is_no_result() -> None:
    result = a_result("list", 8, 0.9)
    result.void.append("round 1, product: 500 × 3")
    found = findings(result)
    assert not kept(found)["course list, 8 connections"]
    assert "no result" in render(found)
    assert "round 1, product: 500 × 3" in render(found)


def test_a_slow_start_is_not_reached() -> None:
    assert not kept(findings(a_result("list", 8, 0.9, 0.9), ready=2.1))["API process ready"]


def test_a_disturbed_run_says_so() -> None:
    result = Result(JOBS["list"], 8, [a_round(900.0, disturbance=0.3)] * 2, [a_round(1000.0, disturbance=0.3)] * 2)
    assert "this run was disturbed" in render(findings(result))


def test_the_same_findings_give_the_same_page() -> None:
    assert render(findings(a_result("me", 8, 0.5, 0.6))) == render(findings(a_result("me", 8, 0.5, 0.6)))


def test_the_picture_has_a_bar_for_every_job_with_a_result() -> None:
    results = [a_result("list", 8, 0.9, 0.9), a_result("enroll-one", 32, 1.4, 1.6), Result(JOBS["me"], 8)]
    picture = ET.fromstring(draw(results))  # noqa: S314  (we have drawn it)
    assert len(picture.findall("{http://www.w3.org/2000/svg}rect")) == 2
