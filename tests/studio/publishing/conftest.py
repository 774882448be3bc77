"""Things that go along a flow: each kind at a status, the address of its steps, and who takes them."""

import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.identity.models import Account
from tests.factories import studio as make
from tests.studio.desk import KINDS, Desk, put, written


def person(desk: Desk, name: str) -> Account:
    """Somebody of the desk."""
    found: Account = getattr(desk, name)
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """Something that stands at a status."""

    path: str
    row: Any


@pytest.fixture
def place(session: AsyncSession, desk: Desk) -> Callable[[str, str], Awaitable[Placed]]:
    """Saves a program, a session or a content that stands at a status; complete, with nothing around it."""

    async def placed(what: str, status: str) -> Placed:
        approved = {"approved_at": utc_now()} if status == "approved" and what != "program" else {}
        if what == "program":
            row: Any = make.program(desk.program.client_id, status=status)
            await put(session, row)
            return Placed(f"/studio/programs/{row.id}", row)
        row = make.content_session(desk.chapter.id, **({"status": status, **approved} if what == "session" else {}))
        await put(session, row)
        if what == "session":
            return Placed(f"/studio/sessions/{row.id}", row)
        assert what in KINDS
        content = written(what, row, status=status, **approved)
        await put(session, content)
        return Placed(f"/studio/sessions/{row.id}/{what}", content)

    return placed


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Randomness that can be had again: the seed is in the report of a failure, LYCEUM_TEST_SEED sets it."""
    seed = int(os.environ.get("LYCEUM_TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    request.node.add_report_section("call", "seed", f"LYCEUM_TEST_SEED={seed}")
    return random.Random(seed)  # noqa: S311  (nothing secret)
