"""Money: every cent here is a cent at Stripe, and every payment that came in has a seat or goes back."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_THERE = """
SELECT i.id, json_extract(i.body, '$.amount_received'), coalesce(json_extract(c.body, '$.amount_refunded'), 0)
FROM objects i LEFT JOIN objects c ON c.id = json_extract(i.body, '$.latest_charge')
WHERE i.object = 'payment_intent' AND json_extract(i.body, '$.status') = 'succeeded'
"""
_HERE = """
SELECT stripe_payment_intent_id AS intent, id, state, coalesce(amount_paid_cents, 0) AS paid, refunded_cents AS back,
       paid_at IS NOT NULL AS came_in
FROM academy.payments WHERE stripe_payment_intent_id IS NOT NULL
"""

_QUESTIONS = {
    # who gave up a seat that was paid for keeps no claim on the money: refunds are an act of their own (A-ENR-16)
    "paid, and neither seat nor refund": """
        SELECT p.id || ' of enrollment ' || e.id || ', ' || e.payment_status || ' and ' || e.enrollment_status
        FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id
        WHERE p.state = 'paid' AND NOT (e.has_seat AND e.payment_status = 'completed')
          AND NOT (e.enrollment_status = 'cancelled' AND e.payment_status = 'completed' AND e.ended_at > p.paid_at)""",
}


async def money(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Payment by payment: received, given back, and what was got for it."""
    offences = []
    for what, question in _QUESTIONS.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    here = {row["intent"]: row for row in await stage.database.fetch(_HERE)}
    there = {row[0]: (int(row[1]), int(row[2])) for row in stage.twin_rows(_THERE)}
    return [*offences, *_compared(here, there)]


def _compared(here: dict[str, Any], there: dict[str, tuple[int, int]]) -> list[str]:
    offences = []
    for intent, (received, back) in there.items():
        row = here.get(intent)
        if row is None:
            offences.append(f"{intent} brought {received} cents that nobody here knows of")
        elif (row["paid"], row["back"]) != (received, back):
            offences.append(f"{intent}: {row['paid']} − {row['back']} here, {received} − {back} at Stripe")
    unpaid = [row["id"] for intent, row in here.items() if row["came_in"] and intent not in there]
    return [*offences, *(f"payment {each} came in here, and not at Stripe" for each in unpaid)]
