"""What the command line says and refuses, as far as that needs no running service (the rest is in test_run.py)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from app.cli.accounts import UnusablePeople, from_file
from app.local.contract import differences, render
from app.settings import Settings
from tests.local.test_services import ROOT

PRODUCTION = {"LYCEUM_ENV": "production", "PATH": "/usr/bin:/bin"}


def lyceum(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("token", "--email", "a@example.com"),
        ("account", "create", "--email", "a@example.com", "--name", "A", "--tokens"),
    ],
)
def test_production_gives_no_tokens_on_the_command_line(command: tuple[str, ...]) -> None:
    done = lyceum(*command, **PRODUCTION)
    assert (done.returncode, done.stdout) == (1, "")
    assert "refused in production" in done.stderr


def test_production_starts_nothing_with_half_a_configuration() -> None:
    done = lyceum("run", **PRODUCTION)
    assert done.returncode == 1
    assert "LYCEUM_SECRET is missing or weak" in done.stderr


def test_production_has_no_twins() -> None:
    assert "Twins are refused in production" in lyceum("twins", **PRODUCTION).stderr


def test_every_bad_line_of_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name\nno-address,Ada\nb@example.com,Bob\nc@example.com,\n")
    with pytest.raises(UnusablePeople, match=r"(?s)line 2, email: .*line 4, name: "):
        from_file(file)


def test_a_file_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('\ufeffname,team,email\r\n"Byron, Ada",blue,ada@example.com\r\n', newline="")
    assert from_file(file) == [("ada@example.com", "Byron, Ada")]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mail,name\na@example.com,A\n")
    with pytest.raises(UnusablePeople, match="no column email"):
        from_file(file)


def test_a_changed_contract_is_told_call_by_call() -> None:
    known = render({"paths": {"/a": {"get": {}, "post": {}}}, "components": {"schemas": {"Thing": {}}}})
    current = render({"paths": {"/a": {"get": {"x": 1}}, "/b": {"put": {}}}, "components": {"schemas": {"Thing": {}}}})
    assert differences(known, current).split("\n") == ["  + PUT /b", "  - POST /a", "  ~ GET /a"]


def test_every_setting_is_explained_in_the_example() -> None:
    explained = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    concerns = [type(value) for value in vars(Settings()).values() if isinstance(value, BaseSettings)]
    wanted = set()
    for field in (field for concern in concerns for field in concern.model_fields.values()):
        alias = field.validation_alias
        wanted.add(alias.choices[0] if isinstance(alias, AliasChoices) else alias)
    assert wanted <= explained
