"""Which room may import which: the contracts in pyproject.toml are kept, and each of them bites.

The second half builds a small copy of the house, breaks every rule on purpose and looks for the breach in what the
linter prints: a contract that has quietly stopped matching anything would otherwise look kept for ever.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROJECT = Path(__file__).parents[2]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# The smallest house that has every kind of room.
SKELETON = (
    "__init__ main worker cli demo api settings",
    "core.__init__ core.errors core.database.__init__ core.outbox.__init__ core.outbox.ring",
    "domain_events.__init__ domain_events.academy gateways.__init__ gateways.stripe.__init__ gateways.stripe.client",
    "local.__init__ local.redis identity.__init__ identity.tokens media.__init__ webhooks.__init__ flows.__init__",
    "academy.__init__ academy.router academy.permissions academy.models.__init__",
    "academy.courses.__init__ academy.courses.router academy.courses.deps academy.courses.jobs academy.courses.service",
    "academy.courses.queries academy.courses.rules academy.courses.schemas academy.courses.errors",
    "academy.cohorts.__init__ academy.cohorts.router academy.cohorts.service academy.cohorts.seats",
    "community.__init__ community.posts.__init__ community.posts.service",
)

# What the house allows: (who imports, what).
LAWFUL = (
    ("api", "app.academy.router"),
    ("academy.router", "app.academy.courses.router"),
    ("worker", "app.academy.courses.jobs"),
    ("worker", "arq"),
    ("core.outbox.ring", "arq"),
    ("identity.tokens", "jose"),
    ("gateways.stripe.client", "stripe"),
    ("academy.courses.router", "fastapi"),
    ("academy.courses.queries", "sqlalchemy"),
    ("academy.cohorts.service", "app.academy.courses.service"),
    ("academy.cohorts.service", "app.academy.cohorts.seats"),
    ("cli", "app.local.redis"),
)

# What it refuses: (contract, who imports, what, how the refusal is told).
ARROW = "app.{0} -> {1} (l."
BREACHES = (
    ("floors", "core.errors", "app.academy.models", ARROW),
    ("floors", "academy.models.__init__", "app.community", "app.academy is not allowed to import app.community"),
    ("floors", "media.__init__", "app.webhooks", "app.media is not allowed to import app.webhooks"),
    ("floors", "domain_events.academy", "app.gateways.stripe.client", ARROW),
    ("floors", "local.redis", "app.identity.tokens", ARROW),
    ("floors", "main", "app.cli", ARROW),
    ("models-and-permissions", "academy.permissions", "app.academy.courses.queries", ARROW),
    ("feature-files", "academy.courses.service", "app.academy.courses.deps", ARROW),
    ("feature-files", "academy.courses.queries", "app.academy.courses.service", ARROW),
    ("doors", "academy.cohorts.service", "app.academy.courses.router", ARROW),
    ("doors", "academy.cohorts.service", "app.academy.courses.jobs", ARROW),
    ("circles", "academy.courses.service", "app.academy.cohorts.seats", "No cycles are allowed in app.academy."),
    ("sql", "academy.courses.rules", "sqlalchemy", ARROW),
    ("sql", "academy.courses.router", "sqlalchemy", ARROW),
    ("web-and-queue", "academy.courses.service", "fastapi", ARROW),
    ("web-and-queue", "academy.cohorts.seats", "starlette", ARROW),
    ("outside-services", "academy.courses.service", "stripe", ARROW),
    ("outside-services", "core.errors", "httpx", ARROW),
    ("tokens", "identity.__init__", "jose", "app.identity -> jose (l."),
    ("queue", "academy.courses.jobs", "arq", ARROW),
    ("local", "main", "app.local.redis", ARROW),
)


def _by_importer(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    imports: dict[str, list[str]] = {}
    for who, what in pairs:
        imports.setdefault(who, []).append(what)
    return imports


def _build(house: Path, imports: dict[str, list[str]]) -> Path:
    for module in " ".join(SKELETON).split():
        file = house / "app" / f"{module.replace('.', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"import {name}\n" for name in imports.get(module, [])))
    return house


def _lint(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    command += ["--config", str(PROJECT / "pyproject.toml")]
    wide = os.environ | {"COLUMNS": "400", "NO_COLOR": "1"}  # or the sentences looked for are wrapped
    return subprocess.run(command, cwd=house, env=wide, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603 - our own tool


@pytest.fixture(scope="module")
def told_of() -> dict[str, str]:
    """Contract → what the linter says under its name about a house in which every rule is broken at once."""
    with TemporaryDirectory() as folder:
        found = _lint(_build(Path(folder), _by_importer([*LAWFUL, *((who, what) for _, who, what, _ in BREACHES)])))
    assert found.returncode == 1, found.stdout
    _, *parts = re.split(r"^(.+)\n-{20,}$", found.stdout, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return {contract: sections.get(name, "") for contract, name in CONTRACTS.items()}


def test_the_project_keeps_every_import_contract() -> None:
    found = _lint(PROJECT)
    assert found.returncode == 0, found.stdout


def test_a_house_that_imports_only_what_is_lawful_is_let_through(tmp_path: Path) -> None:
    found = _lint(_build(tmp_path, _by_importer(LAWFUL)))
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("contract", "who", "what", "told"), BREACHES, ids=[f"{name}: {who} -> {what}" for name, who, what, _ in BREACHES]
)
def test_a_deliberate_breach_is_caught(told_of: dict[str, str], contract: str, who: str, what: str, told: str) -> None:
    assert told.format(who, what) in told_of[contract], f"the contract {contract!r} no longer sees {who} import {what}"


def test_every_contract_is_broken_on_purpose_somewhere_above() -> None:
    assert {contract for contract, *_ in BREACHES} == set(CONTRACTS)


def test_a_room_without_a_floor_is_refused(tmp_path: Path) -> None:
    house = _build(tmp_path, {})
    (house / "app" / "attic.py").touch()
    found = _lint(house)
    assert "not listed as layers:\n\n- app.attic" in found.stdout, found.stdout
