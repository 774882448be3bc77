"""`lyceum verify` and `lyceum keys`: without a network, from what is given or kept."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import credentials
from app.core.database.revisions import ROOT
from tests.openbadges.conftest import DID, LIST, dids, lists, sample, signed, token


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a credential, its issuer's keys, and a list in which it is not revoked and one in which it is."""
    files = {
        "badge.json": signed(),
        "did.json": dids()[DID],
        "list.json": lists()[LIST],
        "revoked.json": lists(94_567)[LIST],
        "forged.json": {**signed(), "name": "Forged"},
        "stranger.json": sample("1edtech-simple.json"),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "badge.jwt").write_text(token(), encoding="utf-8")
    (tmp_path / "nothing.json").write_text("{", encoding="utf-8")
    return tmp_path


@pytest.mark.req("A-CRT-06", "A-CRT-07")
@pytest.mark.parametrize(
    ("file", "at_hand", "code", "word"),
    [
        ("badge.json", "list.json", 0, "valid: "),
        ("badge.jwt", "list.json", 0, "valid: "),
        ("badge.json", "revoked.json", 1, "revoked: "),
        ("badge.jwt", "revoked.json", 1, "revoked: "),
        ("badge.json", None, 3, "unknown: "),
        ("forged.json", "list.json", 1, "invalid: "),
        ("stranger.json", "list.json", 1, "invalid: the keys of"),
        ("nothing.json", "list.json", 1, "invalid: "),
    ],
)
def test_the_answer_and_the_exit_code(desk: Path, file: str, at_hand: str | None, *, code: int, word: str) -> None:
    listed = [desk / at_hand] if at_hand else []
    done, lines = credentials.check(str(desk / file), [desk / "did.json"], listed, desk / "kept")
    assert (done, lines[0].startswith(word)) == (code, True), lines


def test_what_was_kept_is_believed_later(desk: Path) -> None:
    kept = desk / "kept"
    credentials._keep(kept / "dids", DID, (desk / "did.json").read_bytes())
    credentials._keep(kept / "status-lists", LIST, (desk / "list.json").read_bytes())
    (kept / "dids" / "broken.json").write_text("{", encoding="utf-8")
    assert credentials.check(str(desk / "badge.json"), [], [], kept)[0] == 0
    credentials._keep(kept / "status-lists", LIST, (desk / "revoked.json").read_bytes())
    assert credentials.check(str(desk / "badge.json"), [], [], kept)[0] == 1


def test_an_address_is_fetched_with_its_keys_and_list_and_kept(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {
        "https://academy.example/verify/1": "badge.json",
        "https://academy.example/.well-known/did.json": "did.json",
        LIST: "list.json",
    }
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return (desk / there[url]).read_bytes()

    monkeypatch.setattr(credentials, "_fetch", fetch)
    kept = desk / "kept"
    assert credentials.check("https://academy.example/verify/1", [], [], kept)[0] == 0
    assert asked == list(there)
    monkeypatch.setattr(credentials, "_fetch", lambda _: pytest.fail("a file needs no network"))
    assert credentials.check(str(desk / "badge.json"), [], [], kept)[0] == 0


@pytest.mark.parametrize("given", ["nowhere.json", "nothing.json"])
def test_what_cannot_be_read_ends_the_command(desk: Path, given: str) -> None:
    with pytest.raises(credentials.Unreachable):
        credentials.check(str(desk / "badge.json"), [desk / given], [], desk / "kept")


def test_a_machine_that_does_not_answer_ends_the_command(desk: Path) -> None:
    with pytest.raises(credentials.Unreachable):
        credentials.check("http://127.0.0.1:9/verify/1", [], [], desk / "kept")


def test_the_command_itself(desk: Path) -> None:
    command = [sys.executable, "-m", "app.cli", "verify", str(desk / "badge.json"), "--did", str(desk / "did.json")]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*command, "--status-list", str(desk / "list.json")], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "valid: signed by its issuer, not taken back",
        "achievement: Prompting",
        "issuer: Academy",
        "issued: 2026-11-01T12:00:00Z",
        "id: https://academy.example/verify/1",
    ]
