"""Amounts stay whole: nothing is lost or made by dividing, rounding or reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.common.money import CurrencyMismatch, InvalidAmount, Money


@given(
    total=st.integers(-(10**15), 10**15),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
)
def test_parts_add_up_and_differ_from_the_exact_share_by_less_than_a_unit(
    total: int, weights: list[int]
) -> None:
    parts = Money(total, "CNY").split(weights)

    assert sum(part.minor for part in parts) == total
    whole = sum(weights) or len(weights)
    shares = weights if sum(weights) else [1] * len(weights)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part.minor * whole - total * share) < whole


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(-5, "CNY", "-0.05"), (0, "CNY", "0.00"), (-120, "JPY", "-120"), (1005, "KWD", "1.005")],
)
def test_an_amount_is_written_with_all_its_decimals(minor: int, currency: str, text: str) -> None:
    assert Money(minor, currency).decimal() == text


def test_of_equal_remainders_the_earlier_part_gets_the_unit() -> None:
    assert [part.minor for part in Money(100, "CNY").split([1, 1, 1])] == [34, 33, 33]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.5", "CNY", 1250), (" 0.01 ", "USD", 1), ("100", "JPY", 100), ("1.234", "KWD", 1234)],
)
def test_a_decimal_text_is_read_to_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)
    assert Money.parse(Money(minor, currency).decimal(), currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *(("1.23456", "CNY"), ("0.5", "JPY"), ("NaN", "CNY"), ("Infinity", "CNY")),
        *(("1e400", "CNY"), ("99999999999999999", "CNY"), ("", "CNY"), ("1,5", "CNY")),
        *(("１２.5x", "CNY"), ("1", "XXX")),
    ],
)
def test_what_is_not_an_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmount):
        Money.parse(text, currency)


@pytest.mark.parametrize(("rounding", "minor"), [("down", 12), ("half_up", 13)])
def test_a_share_is_rounded_as_asked(rounding: str, minor: int) -> None:
    assert Money(125, "CNY").share(1000, rounding=rounding).minor == minor  # type: ignore[arg-type]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "USD")
