"""Which notice is a courtesy and which is owed, and how money is written."""

from enum import StrEnum


class Notice(StrEnum):
    """The academy's notices, each with the mail template of its name."""

    enrollment_confirmed = "enrollment_confirmed"
    waitlist_offer = "waitlist_offer"
    waitlist_offer_expired = "waitlist_offer_expired"
    checkout_expired = "checkout_expired"
    payment_failed = "payment_failed"
    payment_refunded = "payment_refunded"
    dispute_opened = "dispute_opened"
    cohort_cancelled = "cohort_cancelled"
    enrollment_cancelled = "enrollment_cancelled"
    enrollment_transferred = "enrollment_transferred"


COURTESIES = {Notice.waitlist_offer_expired, Notice.checkout_expired}
"""Optional by nature: no mail for those who want none (A-AUT-06). Everything else is about money or a seat."""

WITHOUT_CENTS = {"jpy", "krw", "vnd", "clp", "xof", "xaf"}


def money(cents: int, currency: str) -> str:
    """`49900, "usd"` is `USD 499.00`; currencies without a minor unit have no decimals."""
    amount = f"{cents:,}" if currency in WITHOUT_CENTS else f"{cents / 100:,.2f}"
    return f"{currency.upper()} {amount}"
