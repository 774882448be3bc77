"""What a log line may say: places and ids, nobody's data."""

import json
import subprocess
import sys

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from app.core.logging import MASKED, described, mask, show_exception


@pytest.mark.req("X-SEC-03")
@pytest.mark.parametrize("name", ["email", "owner_email", "refresh_token", "api_key", "authorization", "database_url"])
def test_names_that_give_away_a_secret_are_masked(name: str) -> None:
    assert mask(None, "info", {"event": "x", name: "anna@example.org"}) == {"event": "x", name: MASKED}


def test_other_names_are_left_alone() -> None:
    line = {"event": "x", "status": 200, "account_id": "1", "route": "/a", "token": None}
    assert mask(None, "info", dict(line)) == line


@pytest.mark.req("X-SEC-03")
def test_errors_that_quote_data_keep_their_words_to_themselves() -> None:
    class Form(BaseModel):
        age: int

    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"age": "anna@example.org"})
    database = IntegrityError("INSERT … VALUES (:mail)", {"mail": "anna@example.org"}, Exception("Key (mail)=(anna@…)"))
    for error in (caught.value, database):
        assert "anna" not in json.dumps(described(error))


def test_an_error_tells_its_type_its_words_and_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018  (it is meant to fail)
    shown = described(caught.value)
    assert (shown["type"], shown["message"]) == ("builtins.ZeroDivisionError", "division by zero")
    assert __name__.rpartition(".")[2] in shown["places"][-1]


def test_causes_are_told_with_their_effects() -> None:
    effect = RuntimeError("second")
    effect.__cause__ = KeyError("first")
    line = show_exception(None, "error", {"event": "x", "exc_info": effect})
    assert [error["type"] for error in line["errors"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert "exc_info" not in line


LIBRARIES = """
import logging, structlog
from app.core.logging import configure_logging
configure_logging("INFO")
logging.getLogger("uvicorn.error").info("ready on %s", "port 1")
logging.getLogger("httpx").info("GET https://example.org/?token=secret")
structlog.get_logger().info("ours", n=1)
structlog.get_logger().debug("unseen")
structlog.get_logger().info("odd", text="half \\ud800", raw=b"\\xff", thing=object)
"""


def test_the_libraries_write_the_same_kind_of_line() -> None:
    said = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, check=True)  # noqa: S603  (our own script)
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("ready on port 1", "info"),
        ("ours", "info"),
        ("odd", "info"),
    ]
    assert said.stderr == ""
