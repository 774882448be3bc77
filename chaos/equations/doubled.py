"""Doubled: a second effect of one key, one event, one job."""

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from chaos.ledger import Ledger, Told
    from chaos.stage import Stage

# Whatever a constraint already forbids is asked again: the constraint is one of the things that may be broken.
_TWICE = {
    "two live places in one queue": """
        SELECT user_id || ' for ' || coalesce(cohort_id, course_id) FROM academy.waitlist
        WHERE status IN ('waiting', 'offered')
        GROUP BY user_id, course_id, cohort_id HAVING count(*) > 1""",
    "one webhook taken twice": """
        SELECT external_id FROM core.inbox GROUP BY source, external_id HAVING count(*) > 1""",
    "two jobs of one event and listener": """
        SELECT name || ' of ' || event_id FROM core.jobs WHERE event_id IS NOT NULL
        GROUP BY name, event_id HAVING count(*) > 1""",
    "one change announced twice": """
        SELECT kind || ' of ' || (payload ->> 'enrollment_id') FROM core.outbox
        WHERE kind IN ('academy.enrollment_created', 'academy.enrollment_confirmed', 'academy.enrollment_cancelled',
                       'academy.enrollment_refunded')
        GROUP BY kind, payload ->> 'enrollment_id' HAVING count(*) > 1""",
    "one offer announced twice": """
        SELECT payload ->> 'entry_id' FROM core.outbox WHERE kind = 'academy.waitlist_offered'
        GROUP BY payload ->> 'entry_id' HAVING count(*) > 1""",
    "one outcome announced twice": """
        SELECT payload ->> 'attempt_id' FROM core.outbox WHERE kind = 'academy.attempt_graded'
        GROUP BY payload ->> 'attempt_id' HAVING count(*) > 1""",
    "one completion announced twice": """
        SELECT payload ->> 'enrollment_id' FROM core.outbox WHERE kind = 'academy.enrollment_completed'
        GROUP BY payload ->> 'enrollment_id' HAVING count(*) > 1""",
    "two attempts of one number": """
        SELECT user_id || ' at ' || assessment_id FROM academy.assessment_attempts
        GROUP BY user_id, assessment_id, attempt_number HAVING count(*) > 1""",
    "two grades of a model for one answer": """
        SELECT response_id::text FROM academy.response_grades WHERE grader = 'model' AND points IS NOT NULL
        GROUP BY response_id HAVING count(*) > 1""",
    "two payments for one checkout": """
        SELECT enrollment_id::text FROM academy.payments
        WHERE state NOT IN ('failed', 'expired', 'refund_due', 'refunded')
        GROUP BY enrollment_id HAVING count(*) > 1""",
}

# What happened, and the notice that tells of it: one each.
_NOTICES = """
WITH happened AS (
    SELECT payload ->> 'account_id' AS account, CASE kind
        WHEN 'academy.enrollment_confirmed' THEN 'academy.enrollment_confirmed'
        WHEN 'academy.waitlist_offered' THEN 'academy.waitlist_offer'
        WHEN 'academy.enrollment_refunded' THEN 'academy.payment_refunded'
        WHEN 'academy.payment_returned' THEN 'academy.payment_refunded'
        WHEN 'academy.payment_failed' THEN CASE WHEN (payload ->> 'has_expired')::boolean
            THEN 'academy.checkout_expired' ELSE 'academy.payment_failed' END
        WHEN 'academy.enrollment_cancelled' THEN CASE payload ->> 'reason' WHEN 'requested'
            THEN 'academy.enrollment_cancelled' END
        END AS type
    FROM core.outbox
), expected AS (
    SELECT account, type, count(*) AS times FROM happened WHERE type IS NOT NULL GROUP BY account, type
), told AS (
    SELECT account_id::text AS account, type, count(*) AS times FROM core.notifications
    WHERE type IN ('academy.enrollment_confirmed', 'academy.waitlist_offer', 'academy.payment_refunded',
                   'academy.checkout_expired', 'academy.payment_failed', 'academy.enrollment_cancelled')
    GROUP BY account_id, type
), mailed AS (
    SELECT account_id::text AS account, 'academy.' || template AS type, count(*) AS times FROM core.mails
    GROUP BY account_id, template
)
SELECT told.type || ' for ' || told.account || ': ' || coalesce(expected.times, 0) || ' happened, ' || told.times
       || ' notices, ' || coalesce(mailed.times, 0) || ' mails'
FROM told LEFT JOIN expected USING (account, type) LEFT JOIN mailed USING (account, type)
WHERE told.times > coalesce(expected.times, 0) OR mailed.times > told.times
"""

_ENROLLED = """
SELECT user_id, cohort_id, count(*) AS rows FROM academy.enrollments
WHERE user_id = ANY($1::uuid[]) GROUP BY user_id, cohort_id
"""
_QUEUED = """
SELECT user_id, coalesce(cohort_id, course_id) AS place, count(*) AS rows FROM academy.waitlist
WHERE user_id = ANY($1::uuid[]) GROUP BY user_id, coalesce(cohort_id, course_id)
"""
_OFFERED_IN = "SELECT id, offered_cohort_id FROM academy.waitlist WHERE id = ANY($1::uuid[])"


async def doubled(stage: "Stage", ledger: "Ledger") -> list[str]:
    """Twins of seats, rows, answers, jobs, notices."""
    offences = []
    for what, question in _TWICE.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    offences += [f"told twice: {row[0]}" for row in await stage.database.fetch(_NOTICES)]
    return [*offences, *_answers(ledger), *await _enrollments(stage, ledger), *await _entries(stage, ledger)]


def _answers(ledger: "Ledger") -> list[str]:
    """One key, one answer: whoever repeated a finished request was told the same."""
    answers: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for call in ledger.calls:
        if call.key and call.is_final and call.is_done:
            owner = call.person.id if call.person else None
            told = json.dumps([call.answer.status, call.answer.body], sort_keys=True, default=str)
            answers[owner, call.request.method, call.request.path, call.key].add(told)
    return [f"key {names[3]} was answered {len(told)} ways" for names, told in answers.items() if len(told) > 1]


async def _enrollments(stage: "Stage", ledger: "Ledger") -> list[str]:
    """No more rows than keys that were answered with a seat, or not answered at all."""
    calls = [each for each in ledger.of_kind("POST checkout", "POST acceptance") if each.person]
    entries = [each.subject for each in calls if each.kind == "POST acceptance"]
    places = {row["id"]: row["offered_cohort_id"] for row in await stage.database.fetch(_OFFERED_IN, entries)}
    allowed = _allowed(calls, places)
    granted = ledger.of_kind("POST enrollments", "POST transfer")
    skipped = {each.person.id for each in granted if each.person} | _named(granted)
    people = [each.person.id for each in calls if each.person]
    rows = await stage.database.fetch(_ENROLLED, people)
    return [
        f"{row['rows']} enrollments of {row['user_id']} in {row['cohort_id']}, {allowed[place]} asked for"
        for row in rows
        if (place := (row["user_id"], row["cohort_id"])) in allowed
        and row["rows"] > allowed[place]
        and row["user_id"] not in skipped
    ]


async def _entries(stage: "Stage", ledger: "Ledger") -> list[str]:
    calls = [each for each in ledger.of_kind("POST waitlist") if each.person]
    allowed = _allowed(calls, {})
    rows = await stage.database.fetch(_QUEUED, [each.person.id for each in calls if each.person])
    return [
        f"{row['rows']} places of {row['user_id']} in the queue of {row['place']}, {allowed[place]} asked for"
        for row in rows
        if (place := (row["user_id"], row["place"])) in allowed and row["rows"] > allowed[place]
    ]


def _allowed(calls: "list[Told]", places: dict[UUID, UUID]) -> Counter[tuple[UUID, UUID | None]]:
    """How many rows a person may have in a place: one per key that may have had its effect."""
    keys: dict[tuple[UUID, UUID | None], set[str | None]] = defaultdict(set)
    for call in calls:
        if call.person is None or call.subject is None:
            continue
        place = (call.person.id, places.get(call.subject, call.subject))
        keys[place] |= {call.key} if call.may_be_done else set()
    return Counter({place: len(found) for place, found in keys.items()})


def _named(calls: "list[Told]") -> set[UUID]:
    bodies = [each.request.body for each in calls]
    found = (body.get("account_id") for body in bodies if isinstance(body, dict))
    return {UUID(str(each)) for each in found if each}
