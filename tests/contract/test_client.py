"""A partner's first hour: the document passes the linter, a TypeScript client comes out of it, and that compiles.

Needs Node.js; the packages are those of client/package-lock.json, fetched once and kept under .lyceum/. On a machine
without Node.js, or without a network the first time, this says so and is skipped: everything else is proven without.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.database.revisions import ROOT
from tests.support.database import STATE

HERE = Path(__file__).parent / "client"
KEPT = STATE / "contract-client"  # `make clean` takes it away
DOCUMENT = ROOT / "openapi" / "openapi.json"
OLDEST_NODE = (20, 19)
# What npm says when the machine is offline.
OFFLINE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|EAI_FAIL")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1", "CI": "1"}
    return subprocess.run(  # noqa: S603  (fixed commands of ours)
        command, cwd=folder, env={**os.environ, **quiet}, capture_output=True, text=True, check=False, timeout=300
    )


def npm() -> str:
    """Where npm is. Skips where Node.js is missing or too old."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node is None or found is None:
        pytest.skip("NOT RUN: the linter and the TypeScript client need Node.js on PATH")
    version = run(ROOT, node, "--version").stdout.strip().removeprefix("v")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_NODE:
        pytest.skip(f"NOT RUN: the linter and the TypeScript client need Node.js {OLDEST_NODE}, here is {version}")
    return found


@pytest.fixture(scope="module")
def tools() -> Path:
    """A folder with the locked packages, made once per lock."""
    found = npm()
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = KEPT / wanted
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            done = run(folder, found, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            if done.returncode and OFFLINE.search(done.stderr):
                pytest.skip("NOT RUN: the linter and the TypeScript client could not be fetched; there is no network")
            assert done.returncode == 0, done.stderr
            (folder / "complete").touch()
    return folder


@pytest.fixture(scope="module")
def desk(tools: Path) -> Iterator[Path]:
    """A folder of this run's own beside the packages, with the program and the settings."""
    folder = tools / f"run-{os.getpid()}"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("node_modules", "package*.json"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_linter_finds_nothing_by_its_recommended_rules(tools: Path, desk: Path) -> None:
    linter = str(tools / "node_modules" / ".bin" / "redocly")
    done = run(desk, linter, "lint", str(DOCUMENT), "--config", "redocly.yaml", "--format", "json")
    problems = json.loads(done.stdout)["problems"]
    assert [f"{each['ruleId']} {each['location'][0]['pointer']}: {each['message']}" for each in problems] == []
    assert done.returncode == 0, done.stderr


def test_a_typescript_client_made_from_it_compiles_strictly(tools: Path, desk: Path) -> None:
    programs = tools / "node_modules" / ".bin"
    made = run(desk, str(programs / "openapi-ts"), "--input", str(DOCUMENT), "--output", "generated", "--no-log-file")
    assert made.returncode == 0, made.stdout + made.stderr
    compiled = run(desk, str(programs / "tsc"), "--project", "tsconfig.json")
    assert compiled.returncode == 0, compiled.stdout


def test_the_lock_names_no_registry_but_the_public_one() -> None:
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    hosts = set(re.findall(r'"resolved": "https?://([^/"]+)', lock))
    assert hosts <= {"registry.npmjs.org"}
    packages = json.loads(lock)["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
