"""The list of currencies."""

import pytest

from app.core.money import CURRENCIES


@pytest.mark.parametrize("code", ["usd", "eur", "jpy", "chf"])
def test_what_people_pay_with_is_known(code: str) -> None:
    assert code in CURRENCIES


def test_every_currency_is_three_letters_in_lower_case() -> None:
    assert [code for code in CURRENCIES if len(code) != 3 or not code.isalpha() or not code.islower()] == []
