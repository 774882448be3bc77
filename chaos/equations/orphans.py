"""Orphaned work: what was begun or announced, should have ended by now, and has nobody to end it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_QUESTIONS = {
    "event not relayed": "SELECT kind || ' ' || number FROM core.outbox WHERE relayed_at IS NULL",
    "job left behind": """
        SELECT name || ' ' || state || ' ' || id || coalesce(': ' || error, '') FROM core.jobs
        WHERE state = 'dead' OR state = 'queued' AND event_id IS NOT NULL
           OR state = 'queued' AND run_at < now() - interval '15 seconds'
           OR state = 'running' AND (event_id IS NOT NULL OR lease_expires_at < now() - interval '15 seconds')""",
    "webhook without its job": """
        SELECT i.external_id FROM core.inbox i WHERE i.event_type <> '' AND NOT EXISTS (
            SELECT FROM core.outbox o JOIN core.jobs j ON j.event_id = o.id WHERE o.key = i.id)""",
    "webhook parked though its payment is known": """
        SELECT i.external_id || ' ' || i.event_type FROM core.inbox i WHERE i.state = 'parked' AND EXISTS (
            SELECT FROM academy.payments p
            WHERE i.subject IN (p.stripe_checkout_session_id, p.stripe_payment_intent_id))""",
    "refund that nobody sends": """
        SELECT p.id::text FROM academy.payments p WHERE p.state = 'refund_due' AND NOT EXISTS (
            SELECT FROM core.jobs j
            WHERE j.payload ->> 'payment_id' = p.id::text AND j.state IN ('queued', 'running'))""",
    "unpaid seat whose time is over": """
        SELECT e.id::text FROM academy.enrollments e
        WHERE e.has_seat AND e.payment_status = 'pending' AND e.hold_expires_at < now() - interval '10 minutes'""",
    "pending seat without a payment": """
        SELECT e.id::text FROM academy.enrollments e WHERE e.has_seat AND e.payment_status = 'pending' AND NOT EXISTS (
            SELECT FROM academy.payments p
            WHERE p.enrollment_id = e.id AND p.state IN ('created', 'open', 'processing'))""",
    "open payment without a seat": """
        SELECT p.id || ' ' || p.state FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id
        WHERE p.state IN ('created', 'open') AND NOT e.has_seat""",
    "confirmed, and nobody was told": """
        SELECT o.payload ->> 'enrollment_id' FROM core.outbox o WHERE o.kind = 'academy.enrollment_confirmed'
          AND NOT EXISTS (SELECT FROM core.notifications n
                          WHERE n.account_id::text = o.payload ->> 'account_id' AND n.type = o.kind
                            AND n.data ->> 'cohort_id' = o.payload ->> 'cohort_id')""",
    "answer that no model and nobody will grade": """
        SELECT r.id || ' ' || r.review_state FROM academy.question_responses r
        JOIN academy.assessment_attempts a ON a.id = r.attempt_id
        WHERE a.status = 'submitted' AND NOT EXISTS (
            SELECT FROM academy.question_responses w WHERE w.attempt_id = a.id AND w.review_state <> 'none')""",
    "answer that waits though the model answers": """
        SELECT r.id::text FROM academy.question_responses r JOIN academy.assessment_attempts a ON a.id = r.attempt_id
        WHERE a.status = 'submitted' AND r.ai_score IS NULL AND NOT EXISTS (
            SELECT FROM academy.response_grades g WHERE g.response_id = r.id)
          AND r.text_response IS NOT NULL""",
    "mail never sent": "SELECT template || ' ' || id FROM core.mails WHERE state = 'queued'",
}

_UNANSWERED = """
SELECT key FROM core.idempotency_keys WHERE answer_status IS NULL AND key = ANY($1::text[])
"""
_OPEN_HERE = """
SELECT stripe_checkout_session_id, state FROM academy.payments
WHERE stripe_checkout_session_id IS NOT NULL AND state IN ('created', 'open', 'processing')
"""
_ENDED_THERE = """
SELECT id, json_extract(body, '$.status'), json_extract(body, '$.payment_status') FROM objects
WHERE object = 'checkout.session' AND json_extract(body, '$.status') <> 'open'
"""
_NOT_KEPT = {401, 403, 408, 412, 413, 415, 422, 429}


async def orphans(stage: "Stage", ledger: "Ledger") -> list[str]:
    """Events, jobs, keys, payments, webhooks, mails that stand still."""
    offences = []
    for what, question in _QUESTIONS.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    return [*offences, *await _keys(stage, ledger), *await _payments(stage)]


async def _keys(stage: "Stage", ledger: "Ledger") -> list[str]:
    """Keys without an answer though their caller has one: a repetition would do the work again."""
    answered = {
        each.key
        for each in ledger.calls
        if each.key and each.is_final and 200 <= each.answer.status < 500 and each.answer.status not in _NOT_KEPT
    }
    return [f"key without answer: {row[0]}" for row in await stage.database.fetch(_UNANSWERED, list(answered))]


async def _payments(stage: "Stage") -> list[str]:
    """Payments that are open here and ended at Stripe, all of whose webhooks were delivered."""
    ended = {row[0]: row[1:] for row in stage.twin_rows(_ENDED_THERE)}
    offences = []
    for session_id, state in await stage.database.fetch(_OPEN_HERE):
        status, paid = ended.get(session_id, ("open", ""))
        if status == "expired" or (status == "complete" and (paid != "unpaid" or state != "processing")):
            offences.append(f"payment without end: {session_id} is {state} here, {status} and {paid} at Stripe")
    return offences
