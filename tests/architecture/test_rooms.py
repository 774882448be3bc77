"""Where things lie: which files a room may hold, what they are called, and that each says what it is for."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import BUILT_OF_FEATURES, PROJECT, Source, sources

FEATURE_FILES = {"__init__", "router", "express", "jobs", "deps", "service", "queries", "schemas", "errors"}
# Pure computation, and what of it needs NumPy, which servers load when somebody counts.
FEATURE_FILES |= {"rules", "numerics"}

# Beside its features a package has a table of contents, its rights, its promises and a room of models (one file while
# they are few);
# some have a little more.
PACKAGE_FILES = {"__init__", "router", "permissions", "models", "invariants"}
ALSO = {
    "identity": {"actor", "deps", "standing", "tokens"},  # who is asking, for every floor above
    "academy": {
        "deps",
        "caller",
    },  # who is asking, with their role here: for doors, and for statements of express lanes
    "crm": {"deps"},  # who is asking, with their roles in organizations
    "studio": {"deps", "rls"},  # its signed session, and its row policies as data
}

SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_service"}


def _contract(name: str) -> dict[str, list[str]]:
    tool = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found: dict[str, list[str]] = next(each for each in tool["contracts"] if each["id"] == name)
    return found


def lifted_verbs() -> set[str]:
    """The files of verbs lifted out of a service.py that the import contracts know about."""
    beside_service = next(layer for layer in _contract("feature-files")["layers"] if "(service)" in layer)
    listed = {part.strip(" ()") for part in beside_service.split(":")}
    no_web = {module.rpartition(".")[2] for module in _contract("web-and-queue")["source_modules"]}
    return (listed & no_web) - {"service"}


def without_docstring(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        if not ast.get_docstring(source.tree):
            yield f"{source.path} does not say what it is for: begin with a docstring"


def strangers_in_features(files: Iterable[Source], lifted: set[str]) -> Iterator[str]:
    for source in files:
        if source.feature and source.path.stem not in FEATURE_FILES | lifted:
            yield (
                f"{source.path}: a feature holds {', '.join(sorted(FEATURE_FILES))}; a file of lifted verbs is named "
                "in pyproject.toml beside (service) in 'feature-files' and among the sources of 'web-and-queue', "
                "or those contracts do not see it"
            )


def strangers_beside_features(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        _, package, *rest = source.path.parts
        if package not in BUILT_OF_FEATURES:
            continue
        if len(rest) == 1 and source.path.stem not in PACKAGE_FILES | ALSO.get(package, set()):
            yield f"{source.path}: beside its features a package holds only router, permissions, invariants and models/"
        if len(rest) > 2:
            yield f"{source.path}: features are one flat level, so that the wildcards of the contracts see them all"


def doors_in_core(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        if source.within("app/core", "app/gateways") and source.path.stem in {"router", "deps", "jobs"}:
            yield f"{source.path}: the contracts on doors match app.*.*.{source.path.stem}; floors below have none"


def names_that_say_nothing(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        if SAY_NOTHING & set(source.path.with_suffix("").parts):
            yield f"{source.path}: name it after what it does; a drawer without a label collects everything"


def test_every_file_of_the_app_says_what_it_is_for() -> None:
    assert list(without_docstring(sources("app"))) == []


def test_features_hold_only_the_files_with_the_fixed_names() -> None:
    assert list(strangers_in_features(sources("app"), lifted_verbs())) == []


def test_packages_hold_nothing_unexpected_beside_their_features() -> None:
    assert list(strangers_beside_features(s for s in sources("app") if len(s.path.parts) > 2)) == []


def test_the_floors_below_have_no_doors() -> None:
    assert list(doors_in_core(sources("app"))) == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert list(names_that_say_nothing(sources("app", "tests", "bench", "chaos"))) == []


def test_every_package_of_the_app_is_a_package() -> None:
    folders = {file.parent for file in (PROJECT / "app").rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def _at(path: str, text: str = "") -> list[Source]:
    return [Source(PurePosixPath(path), text)]


@pytest.mark.parametrize(
    "complaints",
    [
        without_docstring(_at("app/academy/__init__.py", "x = 1")),
        strangers_in_features(_at("app/academy/courses/pricing.py"), {"seats"}),
        strangers_beside_features(_at("app/academy/prices.py")),
        strangers_beside_features(_at("app/academy/courses/deeper/service.py")),
        doors_in_core(_at("app/core/http/deps.py")),
        names_that_say_nothing(_at("app/academy/courses/utils.py")),
        names_that_say_nothing(_at("tests/helpers/people.py")),
    ],
)
def test_a_misplaced_file_is_noticed(complaints: Iterator[str]) -> None:
    assert len(list(complaints)) == 1


@pytest.mark.parametrize(
    "complaints",
    [
        without_docstring(_at("app/academy/__init__.py", '"""What it is for."""')),
        strangers_in_features(_at("app/academy/cohorts/seats.py"), {"seats"}),
        strangers_in_features(_at("app/academy/models/cohorts.py"), set()),
        strangers_in_features(_at("app/core/http/pages.py"), set()),
        strangers_beside_features(_at("app/studio/rls.py")),
        doors_in_core(_at("app/academy/courses/deps.py")),
    ],
)
def test_a_file_in_its_place_is_let_be(complaints: Iterator[str]) -> None:
    assert list(complaints) == []


def test_a_file_of_lifted_verbs_counts_only_when_both_contracts_know_it() -> None:
    assert "seats" in lifted_verbs()
    assert lifted_verbs().isdisjoint(FEATURE_FILES)
