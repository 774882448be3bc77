"""Every pair of statuses of each flow, as a table, through the API: who may take the step, and what is refused."""

from collections.abc import Awaitable, Callable
from itertools import product

import pytest

from app.studio.models import ContentStatus, ProgramStatus, SessionStatus
from tests.studio.desk import KINDS, Desk
from tests.studio.publishing.conftest import Placed, person
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

Place = Callable[[str, str], Awaitable[Placed]]

# Rows are where it stands, columns where it is to go. `+` a step forward, `-` one back with a reason, by anybody of the
# client; `R` for reviewers and staff alone; `.` no such step.
PROGRAM = """
            draft in_progress review published
draft       .     +           .      .
in_progress -     .           +      .
review      .     -           .      R+
published   R-    .           .      .
"""
SESSION = """
                draft content_created approved published
draft           .     +               .        .
content_created -     .               R+       .
approved        .     R-              .        R+
published       R-    .               .        .
"""
CONTENT = """
         draft review approved
draft    .     +      .
review   -     .      R+
approved .     R-     .
"""
TABLES = {"program": PROGRAM, "session": SESSION, **dict.fromkeys(KINDS, CONTENT)}
FLOWS = {"program": ProgramStatus, "session": SessionStatus, **dict.fromkeys(KINDS, ContentStatus)}
REFUSED = {
    "program": "studio.program_transition_refused",
    "session": "studio.session_transition_refused",
    **dict.fromkeys(KINDS, "studio.content_transition_refused"),
}


def pairs() -> list[tuple[str, str, str, str]]:
    """What, from, to, and what the table says."""
    found = []
    for what, table in TABLES.items():
        head, *rows = [line.split() for line in table.strip().splitlines()]
        found += [(what, row[0], to, cell) for row in rows for to, cell in zip(head, row[1:], strict=True)]
    return found


def test_the_tables_have_every_pair() -> None:
    for what, flow in FLOWS.items():
        told = {(before, after) for each, before, after, _ in pairs() if each == what}
        assert told == set(product([status.value for status in flow], repeat=2))


def expected(what: str, before: str, after: str, cell: str, who: str) -> tuple[int, str, str]:
    """Status and code of the answer, and where the thing stands afterwards."""
    if who == "outsider":
        return 404, "core.not_found", before
    if cell == ".":
        return 409, REFUSED[what], before
    if "R" in cell and who == "author":
        return 403, "core.forbidden", before
    return 201, "", after


@pytest.mark.req("S-FLW-01", "S-FLW-02", "S-FLW-03", "Z-192")
@pytest.mark.parametrize(("what", "before"), sorted({pair[:2] for pair in pairs()}))
async def test_each_step_is_taken_or_refused_as_the_table_says(
    client: ApiClient, desk: Desk, place: Place, worker: WorkerOnDemand, what: str, before: str
) -> None:
    callers = {who: await client.as_(person(desk, who)) for who in ("author", "reviewer", "staff", "outsider")}
    for after, cell in [pair[2:] for pair in pairs() if pair[:2] == (what, before)]:
        for who, caller in callers.items():
            placed = await place(what, before)
            steps, already = f"{placed.path}/status-changes", len(await worker.announced())
            answer = await caller.post(steps, {"to": after, "reason": "the figures are old"})
            code = "" if answer.status_code == 201 else answer.json()["code"]
            now = (await callers["staff"].get(f"{placed.path}/status")).json()["status"]
            assert (answer.status_code, code, now) == expected(what, before, after, cell, who), (after, who)
            history = (await callers["staff"].get(steps)).json()["items"]
            announced = [each for each in (await worker.announced())[already:] if "before" in each.payload]
            told = [(each.payload["before"], each.payload["after"]) for each in announced]
            if answer.status_code != 201:
                assert (history, told) == ([], []), (after, who)
                continue
            assert (history, told) == ([answer.json()], [(before, after)])
            line = history[0]
            assert (line["from_status"], line["to_status"], line["reason"]) == (before, after, "the figures are old")
            assert (line["changed_by"], line["revision"]) == (str(person(desk, who).id), 1)


@pytest.mark.req("Z-192")
@pytest.mark.parametrize("what", TABLES)
async def test_a_step_back_says_why_and_a_step_forward_need_not(
    client: ApiClient, desk: Desk, place: Place, what: str
) -> None:
    reviewer = await client.as_(desk.reviewer)
    for before, after, cell in [pair[1:] for pair in pairs() if pair[0] == what and pair[3] != "."]:
        steps = f"{(await place(what, before)).path}/status-changes"
        blank = await reviewer.post(steps, {"to": after, "reason": " "})
        assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/reason")
        for body in ({"to": after, "reason": None}, {"to": after})[: 2 if cell.endswith("-") else 1]:
            answer = await reviewer.post(steps, body)
            if cell.endswith("-"):
                assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
            else:
                assert (answer.status_code, answer.json()["reason"]) == (201, None)


@pytest.mark.parametrize("what", TABLES)
async def test_a_status_of_another_flow_is_bad_input(client: ApiClient, desk: Desk, place: Place, what: str) -> None:
    placed = await place(what, "draft")
    author = await client.as_(desk.author)
    for status in {"in_progress", "content_created", "review", "archived"} - set(FLOWS[what]):
        answer = await author.post(f"{placed.path}/status-changes", {"to": status})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")


@pytest.mark.req("S-FLW-01", "S-FLW-02", "S-FLW-03")
@pytest.mark.parametrize("what", TABLES)
async def test_what_may_follow_is_what_can_be_done(client: ApiClient, desk: Desk, place: Place, what: str) -> None:
    """A front end that offers the steps of `status` offers no refused one, and leaves none out."""
    for status in FLOWS[what]:
        placed = await place(what, status)
        told = {(to, cell) for each, before, to, cell in pairs() if (each, before) == (what, status) and cell != "."}
        for who in ("author", "reviewer", "staff"):
            caller = await client.as_(person(desk, who))
            shown = (await caller.get(f"{placed.path}/status")).json()
            assert shown["status"] == status
            assert {(each["to"], each["needs_reason"], each["is_permitted"]) for each in shown["next_steps"]} == {
                (to, cell.endswith("-"), "R" not in cell or who != "author") for to, cell in told
            }
            assert all(each["blocked_by"] == each["missing"] == [] for each in shown["next_steps"])


@pytest.mark.parametrize("what", TABLES)
async def test_who_decides_says_which_version_was_read(client: ApiClient, desk: Desk, place: Place, what: str) -> None:
    placed = await place(what, "draft")
    author, forward = await client.as_(desk.author), list(FLOWS[what])[1]
    etag = (await author.get(f"{placed.path}/status")).headers["etag"]
    taken = await author.post(f"{placed.path}/status-changes", {"to": forward}, headers={"If-Match": etag})
    assert taken.status_code == 201
    late = {"to": "draft", "reason": "not yet"}
    refused = await author.post(f"{placed.path}/status-changes", late, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["code"]) == (412, "core.stale")


@pytest.mark.req("Z-198")
@pytest.mark.parametrize("what", ["session", *KINDS])
async def test_an_approval_says_who_and_when_and_is_taken_back_with_it(
    client: ApiClient, desk: Desk, place: Place, what: str
) -> None:
    below = list(FLOWS[what])[1]
    placed = await place(what, below)
    reviewer = await client.as_(desk.reviewer)
    await reviewer.post(f"{placed.path}/status-changes", {"to": "approved"})
    shown = (await reviewer.get(f"{placed.path}/status")).json()
    assert shown["approved_by"] == str(desk.reviewer.id)
    assert shown["approved_at"] is not None
    await reviewer.post(f"{placed.path}/status-changes", {"to": below, "reason": "one more look"})
    shown = (await reviewer.get(f"{placed.path}/status")).json()
    assert (shown["approved_by"], shown["approved_at"]) == (None, None)


async def test_a_history_is_paged_newest_first(client: ApiClient, desk: Desk) -> None:
    author, steps = await client.as_(desk.author), f"{desk.program_path}/status-changes"
    for number in range(3):
        await author.post(steps, {"to": "in_progress"})
        await author.post(steps, {"to": "draft", "reason": f"round {number}"})
    first = (await author.get(steps, params={"limit": 4})).json()
    rest = (await author.get(steps, params={"limit": 4, "cursor": first["next_cursor"]})).json()
    reasons = [each["reason"] for each in first["items"] + rest["items"]]
    assert reasons == ["round 2", None, "round 1", None, "round 0", None]
    assert rest["next_cursor"] is None
