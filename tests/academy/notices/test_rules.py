"""Which notice is a courtesy, and how money is written."""

import pytest

from app.academy.notices.rules import COURTESIES, Notice, money
from app.notifications.mails.rules import TEMPLATES


@pytest.mark.parametrize(
    ("cents", "currency", "written"),
    [
        (49_900, "usd", "USD 499.00"),
        (5, "eur", "EUR 0.05"),
        (1_234_567, "usd", "USD 12,345.67"),
        (80_000, "jpy", "JPY 80,000"),
    ],
)
def test_money_is_written_with_its_currency(cents: int, currency: str, written: str) -> None:
    assert money(cents, currency) == written


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_a_mail_of_its_name(notice: Notice) -> None:
    assert notice in TEMPLATES


@pytest.mark.req("A-AUT-06")
def test_what_is_about_money_or_a_seat_is_no_courtesy() -> None:
    assert {Notice.waitlist_offer_expired, Notice.checkout_expired} == COURTESIES
