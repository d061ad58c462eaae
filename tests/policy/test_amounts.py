"""Amounts as people and forms write them."""

from typing import Any

import pytest

from memory.policy.amounts import Amount, read_amount

EURO, DOLLAR = ("eur", 1), ("usd", 1)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (50, Amount(50)),
        (-1, Amount(-1)),
        ("50", Amount(50)),
        (" 50.00 ", Amount(50)),
        ("$50", Amount(50, DOLLAR)),
        ("US$ 50", Amount(50, DOLLAR)),
        ("50 EUR", Amount(50, EURO)),
        ("EUR 1.250,50", Amount(1250.5, EURO)),
        ("1,300 €", Amount(1300, EURO)),
        ("1 000,5€", Amount(1000.5, EURO)),
        ("at most 50 euros", Amount(50, EURO)),
        ("max. 50", Amount(50)),
        ("< 50", Amount(50)),
        ("<=50 EUR", Amount(50, EURO)),
        ("\u2264 50 €", Amount(50, EURO)),
        ("50 or less", Amount(50)),
        ("1.5k", Amount(1500)),
        ("5 km", Amount(5, ("m", 1000))),
        ("3 stars", Amount(3, ("star", 1))),
        ("$50 per week", Amount(50, DOLLAR, "week")),
        ("€50/month", Amount(50, EURO, "month")),
        ({"amount": 50, "currency": "EUR"}, Amount(50, EURO)),
        ({"value": "50", "unit": "kg"}, Amount(50, ("g", 1000))),
        ({"amount": 50, "currency": "USD", "period": "weekly"}, Amount(50, DOLLAR, "week")),
    ],
)
def test_an_amount_is_read(value: object, amount: Amount) -> None:
    assert read_amount(value) == amount


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "cheap", "any", "no limit", "unlimited", "1.250", "10-20", "about 5"),
        *("2026-01-05", "size 5 shoes", "18+", "$50 EUR", "5" * 200, [50], {}, {"food": 3}),
        *("PG-16", "grade 5", "a4"),
        *({"amount": "much"}, {"amount": 5, "value": 6}, {"min": 1, "max": 3}, {"max": 3}),
    ],
)
def test_what_could_mean_several_things_is_none(value: object) -> None:
    assert read_amount(value) is None


@pytest.mark.parametrize(
    ("one", "other", "numbers"),
    [
        (5, 6, (5, 6)),
        ("5 EUR", 6, (5, 6)),
        ("5 EUR", "6 euro", (5, 6)),
        ("5 EUR", "6 USD", None),
        ("2 h", "90 min", (7200, 5400)),
        ("5 kg", "6 km", None),
        ("5 EUR/week", "6 EUR", (5, 6)),
        ("5 EUR/week", "6 EUR/month", None),
    ],
)
def test_only_amounts_of_one_kind_compare(one: Any, other: Any, numbers: object) -> None:
    first, second = read_amount(one), read_amount(other)
    assert first
    assert second
    assert first.comparable(second) == numbers
