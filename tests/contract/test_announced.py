"""Every change of state writes a domain event in its own transaction, and a refusal writes none (X-EVT-01)."""

import pytest
from sqlalchemy import text

from tests.contract.operations import Operation, frozen
from tests.contract.stage import Call, Stage
from tests.contract.test_access import TABLE
from tests.contract.world import ROLES

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}

# What changes nothing that anybody else could want to hear of.
UNHEARD = {
    "identity_refresh_session": "a device renews what it has",
    "identity_create_session": "signing in is between a device and us; a new account is announced by itself",
    "identity_delete_current_session": "as signing in",
    "identity_delete_session": "as signing in",
    "identity_create_identity": "how somebody signs in is nobody else's business",
    "identity_delete_identity": "how somebody signs in is nobody else's business",
    "notifications_read_notice": "reading one's own notices",
    "notifications_read_all_notices": "reading one's own notices",
    "academy_create_offers": "in this world nothing is free to be offered; the waitlist's tests announce",
    "academy_save_response": "an answer that is still being written; handing in tells of it",
    "academy_update_profile": "one's own contact data",
    "academy_unpublish_portfolio": "in this world the learner shows none; the badges' tests announce",
}


def changing() -> list[str]:
    """Operations that change something, each under the plain line of the access table."""
    return [name for name, op in sorted(frozen().items()) if op.method in CHANGING and name not in UNHEARD]


def first_with(name: str, digit: str) -> str | None:
    """A role for which the table promises an answer of this class."""
    return next((role for role, cell in zip(ROLES, TABLE[name], strict=True) if cell.startswith(digit)), None)


async def announced_by(stage: Stage, op: Operation, role: str) -> tuple[int, list[str]]:
    """The status of a request, and the kinds of domain events that it left in the outbox; undone afterwards."""
    undo = await stage.connection.begin_nested()
    try:
        before = await stage.connection.scalar(text("SELECT coalesce(max(number), 0) FROM core.outbox"))
        answer = await stage.perform(op, role, Call())
        kinds = await stage.connection.scalars(
            text("SELECT kind FROM core.outbox WHERE number > :before ORDER BY number"), {"before": before}
        )
        return answer.status_code, list(kinds)
    finally:
        await undo.rollback()


@pytest.mark.req("X-EVT-01")
@pytest.mark.parametrize("name", changing())
async def test_a_change_is_announced_with_it(stage: Stage, name: str) -> None:
    role = first_with(name, "2")
    assert role is not None, "nobody can do this: then what is it for?"
    status, kinds = await announced_by(stage, frozen()[name], role)
    assert 200 <= status < 300
    assert kinds, f"{name} changed something and told nobody; if that is right, say why in UNHEARD"


@pytest.mark.req("X-EVT-01")
@pytest.mark.parametrize("name", [name for name in changing() if first_with(name, "4")])
async def test_a_refusal_announces_nothing(stage: Stage, name: str) -> None:
    role = first_with(name, "4")
    assert role is not None
    status, kinds = await announced_by(stage, frozen()[name], role)
    assert 400 <= status < 500
    assert kinds == []


def test_what_goes_unheard_exists() -> None:
    assert set(UNHEARD) <= set(frozen())
