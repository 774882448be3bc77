"""The page where the buyer pays, and `POST {checkout_url}/outcome`, which does what its buttons do."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.gateways.stripe.twin import forms, recurring
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.ledger import Ledger, Unlawful
from app.gateways.stripe.twin.store import Store

Json = dict[str, Any]

MOST_REPEATS = 100
LONGEST_DELAY_MS = 3_600_000
LARGEST_BODY = 10_000


def _pay(ledger: Ledger, session: Json) -> None:
    if session["mode"] == "payment":
        ledger.pay(session)
        return
    ledger.need_open(session)
    recurring.begin(ledger, session)


def _process(ledger: Ledger, session: Json) -> None:
    if session["mode"] != "payment":
        raise Unlawful("The local Stripe takes subscriptions by card only.")
    ledger.process(session)


def _refund(ledger: Ledger, session: Json) -> None:
    """All that is left of the payment, or of the subscription's latest invoice."""
    if session["subscription"]:
        recurring.refund_latest(ledger, session)
    else:
        ledger.refund_session(session)


OUTCOMES: dict[str, Callable[[Ledger, Json], None]] = {
    "paid": _pay,
    "processing": _process,
    "settled": Ledger.settle,
    "failed": Ledger.fail,
    "expired": Ledger.expire,
    "refunded": _refund,
    "refund_failed": Ledger.fail_refund,
    "disputed": Ledger.dispute,
    "dispute_won": lambda ledger, session: ledger.close_dispute(session, "won"),
    "dispute_lost": lambda ledger, session: ledger.close_dispute(session, "lost"),
    "renewed": recurring.renew,
    "renewal_failed": recurring.fail_renewal,
    "cancelled_later": recurring.cancel_later,
    "ended": recurring.end,
}
BUTTONS = {
    "paid": "Pay with a card",
    "processing": "Pay by bank debit (takes days)",
    "settled": "The bank debit comes through",
    "failed": "The payment fails",
    "expired": "Let the session expire",
    "refunded": "Refund everything",
    "renewed": "The next period begins and is paid",
    "renewal_failed": "The next period begins and is not paid",
    "cancelled_later": "Cancel at the end of the period",
    "ended": "The subscription ends",
}
# Zero-decimal currencies: the minor unit is the whole one.
WHOLE = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())  # noqa: SIM905 - a word list


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to happen at the page."""

    outcome: str
    repeat: int
    delay_ms: int


class CheckoutPage:
    """Serves `/checkout/{id}` and `/checkout/{id}/outcome`."""

    def __init__(self, store: Store, faults: Faults, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._faults = faults
        self._wake = wake

    def routes(self) -> list[Route]:
        return [
            Route("/checkout/{id}", self.page, methods=["GET"]),
            Route("/checkout/{id}/outcome", self.outcome, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return HTMLResponse(_document("Unknown checkout", "<p>There is no such checkout session.</p>"), 404)
        return HTMLResponse(render(session, self._store.notes(session["id"]).get("title", "")))

    async def outcome(self, request: Request) -> Response:
        """JSON or form `{outcome, repeat, delay_ms}` → `{"events": [ids]}`; 409 when it cannot happen now."""
        try:
            wish = await _wish(request)
        except (ValueError, TypeError) as error:  # TypeError: a list where a word or a number belongs
            return _problem(400, str(error))
        session = self._session(request)
        if session is None:
            return _problem(404, "There is no such checkout session.")
        ledger = Ledger(self._store, self._faults, repeat=wish.repeat, delay_ms=wish.delay_ms)
        try:
            with self._store.transaction():
                OUTCOMES[wish.outcome](ledger, session)
        except Unlawful as error:
            return _problem(409, str(error))
        self._wake()
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(_next_page(wish.outcome, session), 303)
        return JSONResponse({"events": ledger.events})

    def _session(self, request: Request) -> Json | None:
        return self._store.find("checkout.session", request.path_params["id"])


async def _wish(request: Request) -> Wish:
    """Raises `ValueError` with a sentence about what is wrong."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ValueError("the body is too large")
    is_json = request.headers.get("content-type", "").startswith("application/json")
    given = json.loads(body) if is_json else forms.parse(body.decode())
    if not isinstance(given, dict) or given.get("outcome") not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
    repeat, delay = int(given.get("repeat", 1)), int(given.get("delay_ms", 0))
    if not 1 <= repeat <= MOST_REPEATS or not 0 <= delay <= LONGEST_DELAY_MS:
        raise ValueError(f"repeat is 1 to {MOST_REPEATS}, delay_ms 0 to {LONGEST_DELAY_MS}")
    return Wish(given["outcome"], repeat, delay)


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error"}}, status)


def _next_page(outcome: str, session: Json) -> str:
    """Where Stripe's own page would send the browser; the later steps come back to this one."""
    if outcome in {"paid", "processing"}:
        return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
    return f"../{quote(session['id'])}"


def possible(session: Json) -> list[str]:
    """The buttons that do something in this state."""
    if session["mode"] == "subscription":
        after = ["renewed", "renewal_failed", "cancelled_later", "ended", "refunded"]
        return ["paid", "expired"] if session["status"] == "open" else after if session["subscription"] else []
    if session["status"] == "open":
        return ["paid", "processing", "failed", "expired"] if session["amount_total"] else ["paid", "expired"]
    if session["status"] == "complete":
        return ["refunded"] if session["payment_status"] == "paid" else ["settled", "failed"]
    return []


def price(amount: int, currency: str) -> str:
    shown = f"{amount:,}" if currency in WHOLE else f"{amount / 100:,.2f}"
    return f"{shown} {currency.upper()}"


def render(session: Json, title: str) -> str:
    """The page: course, price, state, one button for each thing that can happen now."""
    buttons = "".join(
        f'<button name="outcome" value="{name}">{html.escape(BUTTONS[name])}</button>' for name in possible(session)
    )
    leave = ""
    if session["status"] == "open" and session["cancel_url"]:
        leave = f'<p><a href="{html.escape(_safe_link(session["cancel_url"]))}">Cancel and go back</a></p>'
    return _document(
        "Checkout",
        f"""<p class="note">The local Stripe. No money moves.</p>
<h1>{html.escape(title)}</h1>
<p class="price">{html.escape(price(session["amount_total"], session["currency"]))}</p>
<dl><dt>For</dt><dd>{html.escape(session["customer_email"] or "nobody named")}</dd>
<dt>State</dt><dd>{html.escape(session["status"])}, {html.escape(session["payment_status"])}</dd></dl>
<form method="post" action="{html.escape(quote(session["id"]))}/outcome">{buttons}</form>
{leave}""",
    )


def _safe_link(url: str) -> str:
    """`javascript:` has no place in a link."""
    return url if url.startswith(("https://", "http://")) else "#"


def _document(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>
<style>
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; color: #1b1b1f }}
.note {{ background: #fff4ce; padding: .5rem .75rem; border-radius: .4rem }}
.price {{ font-size: 1.6rem; font-weight: 600; margin: .2rem 0 }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem }} dd {{ margin: 0 }}
form {{ display: grid; gap: .6rem; margin: 1.5rem 0 }}
button {{ font: inherit; padding: .6rem; border: 1px solid #4a4a55; border-radius: .4rem; cursor: pointer }}
button:first-child {{ background: #2f3ab2; color: #fff }}
button:focus-visible, a:focus-visible {{ outline: 3px solid #f2a900; outline-offset: 2px }}
</style></head>
<body><main>{body}</main></body>
</html>"""
