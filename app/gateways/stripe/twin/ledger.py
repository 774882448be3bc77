"""What can happen to a payment, and which webhooks say so. Called inside one transaction of the store.

Every verb checks the state it starts from and raises `Unlawful` when Stripe could not do it either, so that a test
cannot pass on a story that never happens.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from app.gateways.stripe.twin import shapes
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.store import Store

Json = dict[str, Any]


class Unlawful(Exception):
    """The object is not in a state in which this can happen. `code` is Stripe's word for it, where there is one."""

    def __init__(self, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


class Ledger:
    """One thing that happens: it collects the events it causes in `events`, each sent `repeat` times."""

    def __init__(
        self,
        store: Store,
        faults: Faults,
        *,
        key: str | None = None,
        repeat: int = 1,
        delay_ms: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._faults = faults
        self._key = key
        self._repeat = repeat
        self._delay = delay_ms / 1_000
        self._now = clock()
        self.events: list[str] = []

    @property
    def now(self) -> int:
        return int(self._now)

    def announce(self, kind: str, subject: Json, previous: Json | None = None) -> None:
        """An event, and the deliveries of it: delayed, doubled and shuffled as asked."""
        event = shapes.event(kind, subject, created=self.now, previous=previous, key=self._key)
        self._store.add(event)
        self.events.append(event["id"])
        copies = self._repeat + (1 if self._faults.strikes(self._faults.duplicate) else 0)
        for _ in range(copies):
            shuffle = random.uniform(0, self._faults.reorder_ms / 1_000)  # noqa: S311 - disorder, not secrecy
            self._store.add_delivery(event["id"], due_at=self._now + self._delay + shuffle, now=self._now)

    # ── the buyer at the checkout page ──────────────────────────────────────────────────────────────────────────

    def pay(self, session: Json) -> None:
        """A card was charged: `paid`. An order of 0 completes without a payment."""
        self.need_open(session)
        if session["amount_total"] == 0:
            self.complete(session, "no_payment_required")
            self.announce("checkout.session.completed", session)
            return
        intent = self._intent(session)
        self._charge(intent, session, "succeeded")
        self.complete(session, "paid")
        self.announce("checkout.session.completed", session)

    def process(self, session: Json) -> None:
        """A bank debit was started: `processing`. Complete, but unpaid until it is settled."""
        self.need_open(session)
        if session["amount_total"] == 0:
            raise Unlawful("Nothing is to be paid, so nothing can be pending.")
        intent = self._intent(session)
        intent["status"], intent["payment_method_types"] = "processing", ["card", "us_bank_account"]
        self._store.save(intent)
        self.announce("payment_intent.processing", intent)
        session["payment_method_types"] = ["card", "us_bank_account"]
        self.complete(session, "unpaid")
        self.announce("checkout.session.completed", session)

    def settle(self, session: Json) -> None:
        """The debit came through: `settled`."""
        intent = self._pending_intent(session)
        self._charge(intent, session, "succeeded")
        session["payment_status"] = "paid"
        self._store.save(session)
        self.announce("checkout.session.async_payment_succeeded", session)

    def fail(self, session: Json) -> None:
        """`failed`: the debit bounced, or one attempt with a card was declined (the page stays open for another)."""
        if session["status"] == "complete":
            intent = self._pending_intent(session)
            self._decline(intent, session)
            self.announce("checkout.session.async_payment_failed", session)
            return
        self.need_open(session)
        if session["amount_total"] == 0:
            raise Unlawful("Nothing is to be paid, so nothing can fail.")
        intent = self._intent(session)
        self._decline(intent, session)
        self._store.save(session)

    def expire(self, session: Json) -> None:
        """`expired`: by the clock, by the buyer or by the seller."""
        if session["status"] != "open":
            raise Unlawful(f"This Checkout Session has a status of {session['status']}; it has to be open.")
        session["status"], session["url"] = "expired", None
        self._store.save(session)
        if session["payment_intent"]:
            intent = self.found("payment_intent", session["payment_intent"])
            intent["status"], intent["canceled_at"] = "canceled", self.now
            self._store.save(intent)
            self.announce("payment_intent.canceled", intent)
        self.announce("checkout.session.expired", session)

    # ── after the payment ───────────────────────────────────────────────────────────────────────────────────────

    def refund(
        self,
        intent: Json,
        *,
        amount: int | None = None,
        reason: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Json:
        """Give back what is left of a payment, or part of it."""
        paid = self.paid_charge(intent)
        left = paid["amount"] - paid["amount_refunded"]
        if left == 0:
            raise Unlawful(f"Charge {paid['id']} has already been refunded.", "charge_already_refunded")
        if paid["disputed"]:
            raise Unlawful(f"Charge {paid['id']} has been charged back; cannot issue a refund.", "charge_disputed")
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise Unlawful(f"Refund amount ({wanted}) is not between 1 and the unrefunded {left}.", None, "amount")
        refund = shapes.refund(paid, created=self.now, amount=wanted, reason=reason, metadata=metadata or {})
        self._store.add(refund)
        self._move_refunded(paid, wanted, "charge.refunded")
        self.announce("refund.created", refund)
        return refund

    def fail_refund(self, session: Json) -> None:
        """`refund_failed`: the bank sent the latest refund back."""
        found, _ = self._store.page(
            "refund", equal={"payment_intent": str(session["payment_intent"]), "status": "succeeded"}
        )
        if not found:
            raise Unlawful("There is no refund that could fail.")
        refund = found[0]
        refund["status"] = "failed"
        refund["failure_reason"] = "expired_or_canceled_card"
        self._store.save(refund)
        self._move_refunded(self.found("charge", refund["charge"]), -refund["amount"], "charge.updated")
        self.announce("refund.failed", refund, {"status": "succeeded"})

    def dispute(self, session: Json) -> None:
        """`disputed`: the buyer's bank takes the money back until it is decided."""
        paid = self.paid_charge(self._session_intent(session))
        if paid["disputed"]:
            raise Unlawful("The charge is disputed already.")
        paid["disputed"] = True
        self._store.save(paid)
        dispute = shapes.dispute(paid, created=self.now)
        self._store.add(dispute)
        self.announce("charge.dispute.created", dispute)

    def close_dispute(self, session: Json, status: str) -> None:
        """`dispute_won` or `dispute_lost`."""
        found, _ = self._store.page(
            "dispute", equal={"payment_intent": str(session["payment_intent"]), "status": "needs_response"}
        )
        if not found:
            raise Unlawful("There is no open dispute.")
        dispute = found[0]
        dispute["status"] = status
        self._store.save(dispute)
        self.announce("charge.dispute.closed", dispute, {"status": "needs_response"})

    def refund_session(self, session: Json) -> None:
        """`refunded`: all that is left, from the page's button."""
        self.refund(self._session_intent(session), reason="requested_by_customer")

    def paid_charge(self, intent: Json) -> Json:
        """The charge that brought the money in."""
        if intent["status"] != "succeeded":
            raise Unlawful(
                "This PaymentIntent does not have a successful charge to refund.", "payment_intent_unexpected_state"
            )
        return self.found("charge", intent["latest_charge"])

    # ── pieces ──────────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, body: Json) -> None:
        """A new object."""
        self._store.add(body)

    def save(self, body: Json) -> None:
        """An object as it is now."""
        self._store.save(body)

    def notes(self, session: Json) -> Json:
        """What is kept beside a session."""
        return self._store.notes(session["id"])

    def latest(self, kind: str, **equal: str) -> Json | None:
        """The newest object with these fields."""
        found, _ = self._store.page(kind, equal=equal, limit=1)
        return found[0] if found else None

    def charge(self, intent: Json, session: Json) -> None:
        """A card was charged for this intent."""
        self._charge(intent, session, "succeeded")

    def need_open(self, session: Json) -> None:
        """Raises `Unlawful` for a page on which nothing can be paid any more."""
        status = session["status"]
        if status == "open" and session["expires_at"] <= self._now:
            status = "expired"  # by the clock; the timer has not come by yet
        if status != "open":
            raise Unlawful(f"This Checkout Session has a status of {status}; it has to be open.")

    def found(self, kind: str, object_id: str) -> Json:
        """An object that must be there."""
        body = self._store.find(kind, object_id)
        if body is None:
            raise LookupError(f"no {kind} {object_id}")
        return body

    def _session_intent(self, session: Json) -> Json:
        if not session["payment_intent"]:
            raise Unlawful("Nobody has paid yet.")
        return self.found("payment_intent", session["payment_intent"])

    def _pending_intent(self, session: Json) -> Json:
        intent = self._session_intent(session)
        if intent["status"] != "processing":
            raise Unlawful("No payment is being processed.")
        return intent

    def _intent(self, session: Json) -> Json:
        """The session's payment intent, made by the first attempt to pay."""
        if session["payment_intent"]:
            return self.found("payment_intent", session["payment_intent"])
        intent = shapes.payment_intent(
            created=self.now,
            amount=session["amount_total"],
            currency=session["currency"],
            metadata=self._store.notes(session["id"]).get("payment_metadata", {}),
        )
        self._store.add(intent)
        session["payment_intent"] = intent["id"]
        return intent

    def _charge(self, intent: Json, session: Json, status: str) -> None:
        charge = shapes.charge(intent, created=self.now, email=session["customer_email"], status=status)
        self._store.add(charge)
        intent |= {
            "latest_charge": charge["id"],
            "payment_method": charge["payment_method"],
            "amount_received": intent["amount"],
            "last_payment_error": None,
            "status": "succeeded",
        }
        self._store.save(intent)
        self.announce("charge.succeeded", charge)
        self.announce("payment_intent.succeeded", intent)

    def _decline(self, intent: Json, session: Json) -> None:
        charge = shapes.charge(intent, created=self.now, email=session["customer_email"], status="failed")
        self._store.add(charge)
        intent |= {
            "latest_charge": charge["id"],
            "last_payment_error": {**shapes.DECLINED, "charge": charge["id"]},
            "status": "requires_payment_method",
        }
        self._store.save(intent)
        self.announce("charge.failed", charge)
        self.announce("payment_intent.payment_failed", intent)

    def complete(self, session: Json, payment_status: str) -> None:
        """The page has done its work."""
        session |= {
            "status": "complete",
            "payment_status": payment_status,
            "url": None,
            "customer_details": shapes.customer_details(session["customer_email"]),
            "collected_information": dict.fromkeys(("business_name", "individual_name", "shipping_details")),
        }
        self._store.save(session)

    def _move_refunded(self, charge: Json, amount: int, kind: str) -> None:
        before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._store.save(charge)
        changed = {name: value for name, value in before.items() if charge[name] != value}
        self.announce(kind, charge, changed)
