"""Outside effects: each at its provider exactly once, under its key, and known here."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.ledger import Ledger
    from chaos.stage import Stage

_PAGES_THERE = """
SELECT id, json_extract(body, '$.metadata.payment_id') FROM objects WHERE object = 'checkout.session'
"""
_REFUNDS_THERE = """
SELECT id, json_extract(body, '$.payment_intent'), json_extract(body, '$.metadata.payment_id'),
       json_extract(body, '$.status')
FROM objects WHERE object = 'refund'
"""
_HERE = """
SELECT p.id::text AS id, p.state, p.stripe_checkout_session_id AS page, p.stripe_payment_intent_id AS intent,
       p.refunded_cents, e.hold_expires_at > now() AS is_held
FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id
"""
_MAILS = "SELECT id::text AS id, state FROM core.mails"


async def outside(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Payment pages, refunds and mails, compared in both directions."""
    payments = {row["id"]: row for row in await stage.database.fetch(_HERE)}
    mails = {row["id"]: row["state"] for row in await stage.database.fetch(_MAILS)}
    return [*_pages(stage, payments), *_refunds(stage, payments), *_mails(stage.mail_folder, mails)]


def _pages(stage: "Stage", payments: dict[str, Any]) -> list[str]:
    there: dict[str, list[str]] = {}
    for page_id, payment_id in stage.twin_rows(_PAGES_THERE):
        there.setdefault(str(payment_id), []).append(page_id)
    offences = []
    for payment_id, pages in there.items():
        row = payments.get(payment_id)
        if len(pages) > 1:
            offences.append(f"payment {payment_id} has {len(pages)} pages at Stripe")
        elif row is None:
            offences.append(f"page {pages[0]} is for a payment {payment_id} that is not here")
        elif row["page"] != pages[0] and not _is_unfinished(row):
            offences.append(f"page {pages[0]} is not known to its payment {payment_id}, {row['state']}")
    known = {page for pages in there.values() for page in pages}
    missing = [row["page"] for row in payments.values() if row["page"] and row["page"] not in known]
    return [*offences, *(f"page {page} is not at Stripe" for page in missing)]


def _is_unfinished(row: Any) -> bool:
    """The buyer went away in the middle of the checkout: the hold ends by itself, and comparing finds the page."""
    return bool(row["page"] is None and row["state"] == "created" and row["is_held"])


def _refunds(stage: "Stage", payments: dict[str, Any]) -> list[str]:
    by_intent = {row["intent"]: row for row in payments.values() if row["intent"]}
    there: set[str] = set()
    offences = []
    for refund_id, intent, payment_id, status in stage.twin_rows(_REFUNDS_THERE):
        if status != "succeeded":
            continue
        there.add(intent)
        row = by_intent.get(intent)
        if row is None or (payment_id is not None and row["id"] != payment_id):
            offences.append(f"refund {refund_id} of {intent} belongs to no payment here")
    for intent, row in by_intent.items():
        if row["refunded_cents"] > 0 and intent not in there:
            offences.append(f"payment {row['id']} was refunded here, and not at Stripe")
    return offences


def _mails(folder: "Path", mails: dict[str, str]) -> list[str]:
    keys: dict[str, int] = {}
    for path in folder.glob("*.json") if folder.is_dir() else ():
        key = str(json.loads(path.read_text()).get("idempotency_key"))
        keys[key] = keys.get(key, 0) + 1
    unsent = [each for each, state in mails.items() if state == "sent" and each not in keys]
    strange = [key for key in keys if key in mails and mails[key] != "sent"]
    return [
        *(f"mail {key} went out {count} times" for key, count in keys.items() if count > 1),
        *(f"mail {each} is sent here, and nobody has it" for each in unsent),
        *(f"mail {key} went out and is {mails[key]} here" for key in strange),
    ]
