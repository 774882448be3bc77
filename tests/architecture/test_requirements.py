"""The record of proven requirements, on a small suite of its own: what it counts, and what it refuses to believe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.requirements import RECORD, SYSTEMS, defined_ids

PROJECT = Path(__file__).parents[2]

CATALOGUE = """
| id | lvl | source | acceptance |
|---|---|---|---|
| A-ENR-01 | M | 002:1 | A seat is sold once |
| A-ENR-02 | M | 002:2 | A seat is given back |
| X-API-01 | D | card | Errors are documents |
| Z-07 ★ | all | two readings | this one |
"""

PLUGIN = 'pytest_plugins = ["tests.support.requirements"]\n'
INI = "[pytest]\ntestpaths = suite\nmarkers = req(*ids): claims\n"
SOLD = "import pytest\n@pytest.mark.req('A-ENR-01')\ndef test_sold(): pass\n"


WRONG = {
    "unknown": ("'A-ENR-99'", "", "claims A-ENR-99, which docs/requirements.md does not have"),
    "twice": ("'X-API-01', 'X-API-01'", "", "claims X-API-01 twice"),
    "twice_in_two_marks": ("'X-API-01'", "@pytest.mark.req('X-API-01')", "claims X-API-01 twice"),
    "skipped": ("'X-API-01'", "@pytest.mark.skip", "claims X-API-01 but was skipped"),
    "expected_to_fail": ("'X-API-01'", "@pytest.mark.xfail", "claims X-API-01 but was skipped"),
}

# One process, and two with xdist. Without the plugins that happen to be installed: they take a second to load.
WORKERS = {"one process": (), "two workers": ("-p", "xdist", "-n", "2")}


def _write_suite(folder: Path, tests: str) -> Path:
    for name, text in {
        "pytest.ini": INI,
        "docs/requirements.md": CATALOGUE,
        "suite/conftest.py": PLUGIN,
        "suite/test_seats.py": tests,
    }.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return _write_suite(tmp_path, SOLD)


def _python(suite: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    environment = quiet | {"PYTHONPATH": str(PROJECT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ourselves


def _run(suite: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return _python(suite, "pytest", *options)


def _report(suite: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return _python(suite, "tests.support.requirements", "report", *options)


@pytest.mark.parametrize("workers", WORKERS.values(), ids=list(WORKERS))
def test_the_report_counts_the_lines_that_passing_tests_claim(suite: Path, workers: tuple[str, ...]) -> None:
    assert _run(suite, *workers).returncode == 0
    told = _report(suite)
    assert told.returncode == 0, told.stdout
    assert "A    1 of   2 proven  academy\n   not: A-ENR-02\n" in told.stdout
    assert told.stdout.endswith("     1 of   3 proven\n")


def test_the_report_of_an_unchanged_tree_does_not_run_the_suite_again(suite: Path) -> None:
    _run(suite)
    assert "test session starts" not in _report(suite).stdout


@pytest.mark.parametrize("file", ["docs/requirements.md", "app/new.py"])
def test_the_report_of_a_changed_tree_runs_the_suite_first(suite: Path, file: str) -> None:
    _run(suite)
    (suite / "app").mkdir()
    with (suite / file).open("a") as changed:
        changed.write("\n")
    assert "test session starts" in _report(suite).stdout


def test_a_failing_test_proves_nothing(suite: Path) -> None:
    (suite / "suite/test_seats.py").write_text(SOLD.replace("pass", "assert False"))
    told = _report(suite)
    assert told.returncode == 1
    assert "A    0 of   2 proven" in told.stdout
    assert "test_seats.py::test_sold failed" in told.stdout


def test_a_test_whose_teardown_fails_proves_nothing(suite: Path) -> None:
    broken = "import pytest\n@pytest.fixture\ndef seat():\n    yield\n    assert False\n"
    (suite / "suite/test_seats.py").write_text(broken + SOLD.replace("sold()", "sold(seat)"))
    assert "A    0 of   2 proven" in _report(suite).stdout


@pytest.fixture(scope="module", params=WORKERS.values(), ids=list(WORKERS))
def run_with_wrong_claims(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    tests = [f"{also}\n@pytest.mark.req({ids})\ndef test_{name}(): pass\n" for name, (ids, also, _) in WRONG.items()]
    folder = _write_suite(tmp_path_factory.mktemp("wrong"), "\n".join([SOLD, *tests]))
    return _run(folder, *request.param)


@pytest.mark.parametrize("name", WRONG)
def test_a_claim_that_cannot_be_true_is_named(
    run_with_wrong_claims: subprocess.CompletedProcess[str], name: str
) -> None:
    assert f"suite/test_seats.py::test_{name} {WRONG[name][2]}" in run_with_wrong_claims.stdout


def test_wrong_claims_fail_a_run_whose_tests_all_pass(run_with_wrong_claims: subprocess.CompletedProcess[str]) -> None:
    assert " failed" not in run_with_wrong_claims.stdout
    assert run_with_wrong_claims.returncode == 1


def test_a_claim_by_a_test_that_was_deselected_fails_the_run(suite: Path) -> None:
    (suite / "suite/test_plain.py").write_text("def test_plain(): pass\n")
    (suite / "suite/conftest.py").write_text(
        PLUGIN + "def pytest_collection_modifyitems(items):\n    del items[1:]  # leaves test_plain\n"
    )
    run = _run(suite)
    assert run.returncode == 1
    assert "claims A-ENR-01 but was not run" in run.stdout


def test_an_id_that_the_catalogue_defines_twice_fails_the_run(suite: Path) -> None:
    (suite / "docs/requirements.md").write_text(CATALOGUE + "| X-API-01 | D | card | Again |\n")
    run = _run(suite)
    assert run.returncode == 1
    assert "docs/requirements.md defines X-API-01 twice" in run.stdout


def test_a_run_of_a_part_of_the_suite_is_not_recorded(suite: Path) -> None:
    (suite / "suite/test_more.py").write_text("import pytest\n@pytest.mark.req('X-API-01')\ndef test_more(): pass\n")
    assert _run(suite, "-k", "sold").returncode == 0
    assert _run(suite, "suite/test_seats.py").returncode == 0
    assert not (suite / RECORD).exists()


def test_a_resolution_may_be_claimed_but_is_not_counted(suite: Path) -> None:
    (suite / "suite/test_seats.py").write_text(SOLD.replace("A-ENR-01", "Z-07"))
    assert _report(suite).stdout.endswith("     0 of   3 proven\n")


def test_our_own_catalogue_has_its_493_lines_and_170_resolutions_each_once() -> None:
    ids = defined_ids(PROJECT)
    assert len(set(ids)) == len(ids)
    assert sum(each[0] in SYSTEMS for each in ids) == 493
    assert sum(each[0] == "Z" for each in ids) == 170
