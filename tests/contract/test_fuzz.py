"""Schemathesis over the whole document: no 5xx, and no answer that the document does not declare.

It talks to a real server process over a database of its own, in which the little world lies committed, so what it
breaks disturbs nobody. Ids in paths are mostly those of the world. With a fixed seed and a bound per operation it is
quick and the same every time; LYCEUM_FUZZ_EXAMPLES=500 (and LYCEUM_FUZZ_SEED) look longer and elsewhere.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.core.clock import utc_now
from app.core.database.engine import normalise
from app.core.database.revisions import ROOT
from app.identity import tokens
from app.identity.models import AuthSession, SignInMethod
from app.local.services import Services
from tests.contract.world import World, build
from tests.support.database import clone, drop, make_template, of_database, worker_name
from tests.support.twins import Twins

EXAMPLES = int(os.environ.get("LYCEUM_FUZZ_EXAMPLES", "2"))
SEED = os.environ.get("LYCEUM_FUZZ_SEED", "20270301")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Who asks, and of which operations: whoever may do much in one system only is heard there.
ASKING = {"admin": ".*", "learner": ".*", "org_admin": "/crm/"}
# It would end the login that the run itself uses; tests/contract/test_access.py and test_bad_input.py do it.
LEFT_OUT = ("identity_delete_current_session",)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]


@dataclass(frozen=True)
class Target:
    """A server, its world, and a login for each who asks."""

    address: str
    world: World
    bearers: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def target(server: Services, running_twins: Twins, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server process over a database of its own, taken down afterwards."""
    running_twins.calm()
    name = f"lyceum_fuzz_{worker_name()}"
    clone(server, make_template(server), name)
    url, folder = of_database(server.database_url, name), tmp_path_factory.mktemp("fuzz")
    world, bearers = asyncio.run(_settle(url))
    more = {
        "DATABASE_URL": url,
        "DATABASE_POOL_SIZE": "5",
        "REDIS_URL": "",
        "LYCEUM_TWINS_URL": running_twins.url,
        "LYCEUM_STATE": str(folder),
        "LYCEUM_LIMIT_ACCOUNT": "1000000",
        "LYCEUM_LIMIT_ADDRESS": "1000000",
        "LYCEUM_LOG_LEVEL": "warning",
    }
    log = folder / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **more}, stdout=out, stderr=out)  # noqa: S603  (our own server)
        try:
            yield Target(_address(process, log), world, bearers, folder)
        finally:
            process.terminate()
            process.wait(20)
            drop(server, name)


async def _settle(url: str) -> tuple[World, dict[str, str]]:
    address, arguments = normalise(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        world = await build(session)
        bearers = {name: await _login(session, world, name) for name in ASKING}
    await engine.dispose()
    return world, bearers


async def _login(session: AsyncSession, world: World, name: str) -> str:
    """A token that outlasts the longest run."""
    person = world.people[name].id
    login = AuthSession(
        account_id=person,
        method=SignInMethod.command_line,
        refresh_hash=os.urandom(32),
        expires_at=utc_now() + timedelta(days=1),
    )
    session.add(login)
    await session.commit()
    return tokens.issue(person, login.id, lifetime=86_400)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server listens, once it does."""
    for _ in range(600):
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            httpx.get(f"{found[0]}/healthz", trust_env=False).raise_for_status()
            return found[0]
        if process.poll() is not None:
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"the server did not start: {log.read_text()}")


def configuration(target: Target, who: str) -> str:
    """What Schemathesis is told: who asks, and which ids there are."""
    known = {name: [str(value)] for name, value in target.world.ids.items() if "." not in name}
    sessions = ("academy.session_id", "identity.session_id", "studio.session_id")
    known["session_id"] = [str(target.world.ids[name]) for name in sessions]
    known["course_id"] += [str(target.world.ids[name]) for name in ("draft_id", "sold_out_id")]
    known["cohort_id"] += [str(target.world.ids[name]) for name in ("later_cohort_id", "full_cohort_id")]
    lines = [f"[headers]\nAuthorization = {json.dumps('Bearer ' + target.bearers[who])}\n"]
    lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in known.items()]
    lines.append("[parameters]")
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in known]
    return "\n".join(lines)


@pytest.mark.parametrize("who", ASKING)
def test_nothing_breaks_and_every_answer_is_declared(target: Target, who: str) -> None:
    settings = target.folder / f"{who}.toml"
    settings.write_text(configuration(target, who), encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run"]
    command += [str(ROOT / "openapi" / "openapi.json"), "--url", target.address, "--checks", CHECKS]
    command += ["--phases", "examples,fuzzing", "--max-examples", str(EXAMPLES), "--seed", SEED, "--workers", "1"]
    command += ["--generation-database", "none", "--no-color", "--warnings", "off", "--suppress-health-check", "all"]
    command += ["--include-path-regex", ASKING[who]]
    command += [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    done = subprocess.run(command, cwd=target.folder, capture_output=True, text=True, check=False)  # noqa: S603  (our own tool)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "unexpected_error" not in (target.folder / "server.log").read_text()
