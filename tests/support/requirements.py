"""Which lines of docs/requirements.md are proven, by which tests: a pytest plugin that records, a command that tells.

A test claims lines with `@pytest.mark.req("A-ENR-05", "A-ENR-06")`; a claim counts only while the test passes. The
plugin refuses a claim that cannot be true: an id that the catalogue does not have or has twice, the same id twice on
one test, and, in a run of the whole suite, a claim by a test that did not run. Only such a full run is recorded
(`build/requirements.json`, with a fingerprint of the tree), because a part of the suite says nothing about the rest.

    python -m tests.support.requirements report [pytest options]
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

SYSTEMS: Final = {
    "D": "design card",
    "P": "programs (crm)",
    "T": "community",
    "A": "academy",
    "C": "tracker",
    "S": "studio",
    "X": "cross-cutting",
}
CATALOGUE: Final = Path("docs/requirements.md")
RECORD: Final = Path("build/requirements.json")
# A record is of this tree: a change in any of these makes it stale.
WATCHED: Final = (
    *(
        "app",
        "migrations",
        "tests",
        "openapi",
        "deploy",
        "docs/requirements.md",
        "docs/schema",
        "pyproject.toml",
        "uv.lock",
    ),
    *("alembic.ini", "Dockerfile", ".dockerignore", "compose.yaml", ".env.example", "Makefile"),
)

# One row of a table: `| A-ENR-05 | M | …` or, in section Z, `| Z-01 ★ | …`.
ROW: Final = re.compile(r"^\| ([A-Z](?:-[A-Z]+)?-\d+)\b", re.MULTILINE)


def defined_ids(root: Path) -> list[str]:
    """Every id that the catalogue defines, in its order, the resolutions of section Z among them."""
    return ROW.findall((root / CATALOGUE).read_text(encoding="utf-8"))


def fingerprint(root: Path) -> str:
    """A digest of every file that could change what the suite finds."""
    digest = hashlib.sha256()
    for room in WATCHED:
        top = root / room
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


# Recording ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_full(config: pytest.Config) -> bool:
    """Whether this run was asked for the whole suite."""
    option = config.option
    narrowed = option.keyword or option.markexpr or option.collectonly or option.deselect or option.ignore
    narrowed = narrowed or getattr(option, "lf", False)  # the plugin behind --last-failed may be switched off
    whole = [config.rootpath / path for path in config.getini("testpaths")]
    return not narrowed and [config.invocation_params.dir / argument for argument in config.args] == whole


class Recorder:
    """Gathers claims where tests are collected and outcomes where reports arrive: with xdist, in two processes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.items: list[pytest.Item] = []
        self.claims: dict[str, list[str]] = {}
        self.outcomes: dict[str, str] = {}
        self.complaints: list[str] = []
        self.fingerprint = fingerprint(config.rootpath) if not self.is_worker and _is_full(config) else None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.items.append(item)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
        elif report.skipped or hasattr(report, "wasxfail"):
            self.outcomes[report.nodeid] = "skipped"
        elif report.when == "call":
            self.outcomes.setdefault(report.nodeid, "passed")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """An xdist worker is done: take over what it collected (all workers collect the same)."""
        self.claims |= getattr(node, "workeroutput", {}).get("requirements", {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for item in self.items:
            if ids := [str(each) for mark in item.iter_markers("req") for each in mark.args]:
                self.claims[item.nodeid] = ids
        if self.is_worker:
            self.config.workeroutput["requirements"] = self.claims  # type: ignore[attr-defined]  # put there by xdist
            return
        self.complaints = list(self._complaints())
        if self.complaints and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.fingerprint:
            self._write()

    def _complaints(self) -> Iterator[str]:
        defined = Counter(defined_ids(self.config.rootpath))
        yield from (f"{CATALOGUE} defines {each} twice" for each, count in defined.items() if count > 1)
        for test, ids in sorted(self.claims.items()):
            yield from (f"{test} claims {each}, which {CATALOGUE} does not have" for each in ids if each not in defined)
            yield from (f"{test} claims {each} twice" for each, count in Counter(ids).items() if count > 1)
            outcome = self.outcomes.get(test, "not run")
            if self.fingerprint and outcome in {"skipped", "not run"}:
                yield f"{test} claims {', '.join(ids)} but was {outcome}"

    def _write(self) -> None:
        tests = {
            test: {"ids": ids, "outcome": self.outcomes.get(test, "not run")}
            for test, ids in sorted(self.claims.items())
        }
        content = {"fingerprint": self.fingerprint, "complaints": self.complaints, "tests": tests}
        record = self.config.rootpath / RECORD
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.complaints:
            terminalreporter.section("requirements")
            for complaint in self.complaints:
                terminalreporter.write_line(complaint, red=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config), "requirements-recorder")


# Telling ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fresh_record(root: Path) -> dict[str, Any] | None:
    file = root / RECORD
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return record if record.get("fingerprint") == fingerprint(root) else None


def summary(root: Path, record: dict[str, Any]) -> Iterator[str]:
    """Per system: how many of its lines are proven, and which are not."""
    proven = {each for test in record["tests"].values() if test["outcome"] == "passed" for each in test["ids"]}
    lines = [each for each in defined_ids(root) if each[0] in SYSTEMS]
    for letter, system in SYSTEMS.items():
        of_system = [each for each in lines if each[0] == letter]
        missing = [each for each in of_system if each not in proven]
        yield f"{letter}  {len(of_system) - len(missing):>3} of {len(of_system):>3} proven  {system}"
        if missing:
            yield textwrap.fill(" ".join(missing), width=112, initial_indent="   not: ", subsequent_indent="        ")
    yield f"   {len(proven.intersection(lines)):>3} of {len(lines):>3} proven"


def report(root: Path, pytest_options: list[str]) -> int:
    """Print the summary of the last full run, after one if the tree has changed since. 1: some claim is wrong."""
    record = _fresh_record(root)
    if record is None:
        subprocess.run([sys.executable, "-m", "pytest", *pytest_options], cwd=root, check=False)  # noqa: S603 - our suite
        record = _fresh_record(root)
    if record is None:
        sys.stderr.write("The suite was not run as a whole: nothing is known.\n")
        return 1
    failed = [f"{test} failed" for test, found in record["tests"].items() if found["outcome"] == "failed"]
    sys.stdout.write("\n".join([*summary(root, record), *record["complaints"], *failed]) + "\n")
    return 1 if failed or record["complaints"] else 0


if __name__ == "__main__":
    if sys.argv[1:2] != ["report"]:
        raise SystemExit("usage: python -m tests.support.requirements report [pytest options]")
    raise SystemExit(report(Path.cwd(), sys.argv[2:]))
