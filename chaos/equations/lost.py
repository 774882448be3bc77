"""Lost: every effect that was acknowledged is there, in the state that was told or a lawful later one."""

import json
from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from chaos.http import identifier

if TYPE_CHECKING:
    from chaos.ledger import Ledger, Told
    from chaos.stage import Stage

_ENROLLMENTS = """
SELECT e.id, e.user_id, e.has_seat, e.enrollment_status, e.payment_status, c.price_b2c = 0 AS is_free
FROM academy.enrollments e JOIN academy.courses c ON c.id = e.course_id WHERE e.id = ANY($1::uuid[])
"""
_ENTRIES = "SELECT id, user_id, status, enrollment_id FROM academy.waitlist WHERE id = ANY($1::uuid[])"
_ANSWERS = """
SELECT attempt_id, question_id, revision FROM academy.question_responses WHERE attempt_id = ANY($1::uuid[])
"""
_ATTEMPTS = "SELECT id, status FROM academy.assessment_attempts WHERE id = ANY($1::uuid[])"
_COMPLETED = "SELECT id FROM academy.enrollments WHERE id = ANY($1::uuid[]) AND completed_at IS NOT NULL"
_CERTIFICATES = "SELECT id, revoked_at IS NOT NULL AS is_revoked FROM academy.certificates WHERE id = ANY($1::uuid[])"
_INBOX = "SELECT external_id, state FROM core.inbox WHERE source = 'stripe'"
_DELIVERED = "SELECT DISTINCT event_id FROM deliveries WHERE state = 'delivered' AND outcome LIKE 'HTTP 2%'"


async def lost(stage: "Stage", ledger: "Ledger") -> list[str]:
    """Acknowledged enrollments, queue places, cancellations, answers to offers and to questions, what was handed in,
    completions, certificates, webhooks that are not there.
    """
    return [
        *await _enrollments(stage, ledger),
        *await _entries(stage, ledger),
        *await _attempts(stage, ledger),
        *await _achievements(stage, ledger),
        *await _webhooks(stage, ledger),
        *_turned_away(ledger),
    ]


async def _enrollments(stage: "Stage", ledger: "Ledger") -> list[str]:
    sold = {_id(each, "enrollment"): each for each in _done(ledger, "POST checkout", "POST acceptance")}
    sold |= {_id(each): each for each in _done(ledger, "POST enrollments", "POST transfer")}
    ended = [each.subject for each in _done(ledger, "POST cancellation") if each.subject]
    # told or not, whoever asked for it may have it: an end that was asked for explains a missing seat
    asked = {each.subject for each in ledger.of_kind("POST cancellation", "POST transfer", "POST refund")}
    rows = {row["id"]: row for row in await stage.database.fetch(_ENROLLMENTS, [*sold, *ended])}
    offences = []
    for enrollment_id, call in sold.items():
        row = rows.get(enrollment_id)
        if row is None:
            offences.append(f"enrollment {enrollment_id} was sold by {call.kind} and is not there")
        elif call.kind != "POST enrollments" and call.person and row["user_id"] != call.person.id:
            offences.append(f"enrollment {enrollment_id} belongs to somebody else")
        elif row["is_free"] and not row["has_seat"] and enrollment_id not in asked:
            offences.append(f"enrollment {enrollment_id} was given and has lost its seat unasked")
    for enrollment_id in ended:
        row = rows.get(enrollment_id)
        if row is None or row["enrollment_status"] == "active":
            offences.append(f"enrollment {enrollment_id} was cancelled, and is {row and row['enrollment_status']}")
    return offences


async def _entries(stage: "Stage", ledger: "Ledger") -> list[str]:
    joined = {_id(each): each for each in _done(ledger, "POST waitlist")}
    left = [each.subject for each in _done(ledger, "DELETE waitlist") if each.subject]
    accepted = {each.subject: _id(each, "enrollment") for each in _done(ledger, "POST acceptance") if each.subject}
    rows = {row["id"]: row for row in await stage.database.fetch(_ENTRIES, [*joined, *left, *accepted])}
    ended = {entry_id for entry_id, row in rows.items() if row["status"] in {"cancelled", "expired"}}
    offences = [f"waitlist entry {each} was given and is not there" for each in joined if each not in rows]
    offences += [f"waitlist entry {each} was left, and is not ended" for each in left if each not in ended]
    for entry_id, enrollment_id in accepted.items():
        row = rows.get(entry_id)
        if row is None or row["status"] != "enrolled" or row["enrollment_id"] != enrollment_id:
            offences.append(f"waitlist entry {entry_id} was accepted as {enrollment_id}, and is not")
    return offences


async def _attempts(stage: "Stage", ledger: "Ledger") -> list[str]:
    told = {each.answer.body["id"]: None for each in _done(ledger, "POST attempts")}
    handed_in = {each.subject for each in _done(ledger, "PUT submission")}
    rows = {row["id"]: row["status"] for row in await stage.database.fetch(_ATTEMPTS, [*told, *handed_in])}
    offences = [f"attempt {each} was begun and is not there" for each in told if UUID(each) not in rows]
    still = [each for each in handed_in if each and rows.get(each) not in {"submitted", "graded"}]
    offences += [f"attempt {each} was handed in, and is {rows.get(each)}" for each in still]
    answers = _done(ledger, "PUT responses")
    kept = {
        (row["attempt_id"], row["question_id"]): row["revision"]
        for row in await stage.database.fetch(_ANSWERS, list({each.subject for each in answers}))
    }
    for each in answers:
        place, revision = (each.subject, UUID(each.parts[-1])), each.request.body["revision"]  # type: ignore[index]
        if kept.get(place, -1) < revision:
            offences.append(f"answer {place} was saved as revision {revision}, and is {kept.get(place)}")
    return offences


async def _achievements(stage: "Stage", ledger: "Ledger") -> list[str]:
    completed = {each.subject for each in _done(ledger, "PUT completion")}
    found = {row["id"] for row in await stage.database.fetch(_COMPLETED, list(completed))}
    offences = [f"enrollment {each} was completed, and is not" for each in completed - found]
    issued = {_id(each) for each in _done(ledger, "POST certificate")}
    revoked = {each.subject for each in _done(ledger, "POST revocation")}
    rows = {row["id"]: row["is_revoked"] for row in await stage.database.fetch(_CERTIFICATES, [*issued, *revoked])}
    offences += [f"certificate {each} was issued and is not there" for each in issued if each not in rows]
    return [*offences, *(f"certificate {each} was revoked, and holds" for each in revoked if each and not rows[each])]


async def _webhooks(stage: "Stage", ledger: "Ledger") -> list[str]:
    states = {row["external_id"]: row["state"] for row in await stage.database.fetch(_INBOX)}
    taken = {str(row[0]) for row in stage.twin_rows(_DELIVERED)}
    for call in _done(ledger, "POST stripe"):
        body = call.request.body
        event = json.loads(body) if isinstance(body, bytes) else body
        if isinstance(event, dict):
            taken.add(str(event["id"]))
    offences = [f"webhook {each} was answered 200 and is not in the inbox" for each in taken - states.keys()]
    unread = [each for each, state in states.items() if state == "received"]
    return [*offences, *(f"webhook {each} was taken and not worked on" for each in unread)]


def _turned_away(ledger: "Ledger") -> list[str]:
    """Seats that somebody was refused because they have it: taken by the same key, whose answer was lost on the way."""
    keys: dict[tuple[object, object], set[str | None]] = defaultdict(set)
    for each in ledger.of_kind("POST checkout"):
        keys[each.person, each.subject].add(each.key)
    otherwise = {each.person for each in ledger.of_kind("POST acceptance", "POST enrollments", "POST transfer")}
    return [
        f"checkout of {each.subject} was refused for the seat that its own key {each.key} took"
        for each in ledger.of_kind("POST checkout")
        if each.answer.code == "academy.already_enrolled"
        and keys[each.person, each.subject] == {each.key}
        and each.person not in otherwise
    ]


def _done(ledger: "Ledger", *kinds: str) -> "list[Told]":
    return [each for each in ledger.of_kind(*kinds) if each.is_done]


def _id(call: "Told", *names: str) -> UUID:
    return UUID(identifier(call.answer, *names))
