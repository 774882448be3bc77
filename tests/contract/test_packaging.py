"""What the project is made of: its top level, its dependencies and where they come from, the names it reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from app import settings as app_settings

PROJECT = Path(__file__).parents[2]
BASE = ["fastapi", "uvicorn", "sqlalchemy", "alembic", "asyncpg", "pydantic", "arq", "httpx", "stripe", "python-jose"]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((PROJECT / name).read_text(encoding="utf-8"))


def settings_names() -> Iterator[list[str]]:
    """Every name that the environment may use, with its older names behind it."""
    for concern in vars(app_settings).values():
        if isinstance(concern, type) and issubclass(concern, BaseSettings):
            for field in concern.model_fields.values():
                alias = field.validation_alias
                if isinstance(alias, AliasChoices):
                    yield [str(choice) for choice in alias.choices]
                elif alias:
                    yield [str(alias)]


def env_file_names(text: str) -> list[str]:
    """The names in a file of `NAME=value` lines; a `#` directly before one only leaves it at its default."""
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)


@pytest.mark.req("D-01")
def test_the_top_level_holds_what_a_newcomer_looks_for() -> None:
    folders = ["app", "migrations", "tests", "openapi"]
    files = ["pyproject.toml", "alembic.ini", "Dockerfile", "README.md"]
    assert [name for name in folders if not (PROJECT / name).is_dir()] == []
    assert [name for name in files if not (PROJECT / name).is_file()] == []


@pytest.mark.req("D-10")
@pytest.mark.parametrize("package", BASE)
def test_a_base_package_is_declared_and_installed_as_declared(package: str) -> None:
    declared = {
        re.split(r"[\[<>=; ]", line, maxsplit=1)[0] for line in _toml("pyproject.toml")["project"]["dependencies"]
    }
    locked = {each["name"]: each.get("version") for each in _toml("uv.lock")["package"]}
    assert package in declared
    assert metadata.version(package) == locked[package]


def test_the_lock_names_nothing_but_the_public_registry() -> None:
    text = (PROJECT / "uv.lock").read_text(encoding="utf-8")
    hosts = {urlsplit(url).hostname for url in re.findall(r'"([a-z+]+://[^"]+)"', text)}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_takes_nothing_from_a_folder_but_the_project_itself() -> None:
    elsewhere = {
        each["name"]: each["source"] for each in _toml("uv.lock")["package"] if set(each["source"]) != {"registry"}
    }
    assert elsewhere == {"lyceum": {"editable": "."}}


def test_the_example_environment_explains_every_name_that_the_settings_read_and_no_other() -> None:
    explained = env_file_names((PROJECT / ".env.example").read_text(encoding="utf-8"))
    names = list(settings_names())
    assert len(explained) == len(set(explained))
    assert set(explained) - {name for choices in names for name in choices} == set()
    assert {choices[0] for choices in names} - set(explained) == set()
