"""Currencies that prices are shown in: their rates, their rounding, and who tells them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.audit.models import AuditEntry
from kernel.common.money import DECIMALS, InvalidAmount, Money
from kernel.common.time import utc_now
from kernel.i18n.converting import converted
from kernel.i18n.errors import InvalidCurrency, UnknownCurrencyShown
from kernel.i18n.models import RateChange, ShopCurrency, ShownRate
from kernel.i18n.selectors import currencies, seen_with
from kernel.i18n.services import CurrencyTerms, remove_currency, set_currency, set_rate
from kernel.i18n.services.currencies import REFRESH
from kernel.i18n.showing import offered_currency, showing
from kernel.i18n.tasks import refresh_rates
from kernel.pricing.models import BasePrice
from kernel.pricing.services import set_base_price
from kernel.tenancy.context import CurrencyOffer, TenantRef, tenant_context
from testkit.alarms import alarms
from testkit.factories.orders import TESTER, make_variant, place
from testkit.tenants import refreshed

NOW = utc_now()
HTTP_RATES = "kernel.i18n.rates_http:HttpRates"
YEN = CurrencyOffer("JPY", "20.5")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    minor=st.integers(-(10**15), 10**15),
    rate=st.integers(1, 10**11).map(lambda millionths: Decimal(millionths).scaleb(-6)),
    code=st.sampled_from(["USD", "JPY", "KWD"]),
    rounding=st.sampled_from(["nearest", "up", "down"]),
    step=st.sampled_from([1, 5, 10, 100]),
)
def test_an_amount_is_rounded_to_whole_steps_alike_for_what_is_owed_and_what_owes(
    minor: int, rate: Decimal, code: str, rounding: str, step: int
) -> None:
    offer = CurrencyOffer(code, str(rate), rounding, step)

    shown = converted(Money(minor, "CNY"), offer)

    exact = Decimal(minor) * rate * Decimal(10) ** (DECIMALS[code] - 2)
    assert shown.currency == code
    assert converted(Money(-minor, "CNY"), offer) == -shown
    assert bool(shown) == bool(minor)
    assert shown.minor % step == 0 or abs(shown.minor) == 1
    assert abs(shown.minor - exact) <= max(step, 1)


@pytest.mark.parametrize(
    ("minor", "offer", "is_price", "text"),
    [
        (9_900, CurrencyOffer("USD", "0.1384"), True, "13.70"),
        (9_900, CurrencyOffer("USD", "0.1384", "up", 100, 1), True, "13.99"),
        (9_900, CurrencyOffer("USD", "0.1384", "up", 100, 1), False, "14.00"),
        (9_900, CurrencyOffer("CHF", "0.1213", "nearest", 5), True, "12.00"),
        (1, CurrencyOffer("USD", "0.1384", "down", 100, 1), True, "0.01"),
        (0, CurrencyOffer("USD", "0.1384", "up", 100, 1), True, "0.00"),
    ],
)
def test_prices_may_end_below_a_step_and_sums_do_not(
    minor: int, offer: CurrencyOffer, is_price: bool, text: str
) -> None:
    assert converted(Money(minor, "CNY"), offer, is_price=is_price).decimal() == text


def test_jpy_shows_and_stores_no_decimals(shop: TenantRef) -> None:
    variant = make_variant()

    set_base_price(variant.pk, Money.parse("1980", "JPY"), actor=TESTER)

    assert BasePrice.objects.get(variant=variant, currency="JPY").minor == 1980
    assert Money(1980, "JPY").decimal() == "1980"
    assert converted(Money(9_900, "CNY"), YEN).decimal() == "2030"
    with pytest.raises(InvalidAmount):
        Money.parse("1980.5", "JPY")


def test_a_currency_is_offered_with_what_is_put_on_its_rate(shop: TenantRef) -> None:
    terms = CurrencyTerms("USD", Decimal("0.14"), margin_bp=200, rounding="up", step_minor=5)

    set_currency(terms, actor=TESTER, now=NOW)
    set_rate("USD", Decimal("0.15"), actor=TESTER, now=NOW)

    offers = refreshed(shop).offers
    assert offers.currencies == (CurrencyOffer("USD", "0.153", "up", 5, 0),)
    assert offered_currency(refreshed(shop), "EUR") is None
    assert list(RateChange.objects.values_list("rate", flat=True)) == [
        Decimal("0.14"),
        Decimal("0.15"),
    ]
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {
        "i18n.currency_added",
        "i18n.rate_set",
    }


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"code": "CNY", "rate": Decimal(1)}, "code"),
        ({"code": "XXX", "rate": Decimal(1)}, "code"),
        ({"code": "USD"}, "rate"),
        ({"code": "USD", "rate": Decimal(0)}, "rate"),
        ({"code": "USD", "rate": Decimal("NaN")}, "rate"),
        ({"code": "USD", "rate": Decimal("1e12")}, "rate"),
        ({"code": "USD", "rate": Decimal(1), "step_minor": 0}, "step_minor"),
        ({"code": "USD", "rate": Decimal(1), "below_minor": 1}, "below_minor"),
        ({"code": "USD", "rate": Decimal(1), "margin_bp": 9_999}, "margin_bp"),
    ],
)
def test_what_is_no_currency_or_no_rate_is_refused(
    shop: TenantRef, terms: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidCurrency) as refusal:
        set_currency(CurrencyTerms(**terms), actor=TESTER, now=NOW)

    assert refusal.value.fields["field"] == field
    assert not ShopCurrency.objects.exists()


@contextmanager
def service(answer: Callable[[], tuple[int, object]]) -> Iterator[list[str]]:
    """Serve rates over HTTP; yield the addresses that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = answer()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as the base has it
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/latest?base={{base}}&symbols={{codes}}"
    try:
        with override_settings(STOA_RATES_PROVIDER=HTTP_RATES, STOA_RATES_URL=url):
            yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_service_tells_rates_and_its_silence_keeps_the_old_ones(shop: TenantRef) -> None:
    told: list[tuple[int, object]] = [
        (200, {"base": "CNY", "rates": {"USD": 0.1384, "JPY": 20.51, "EUR": "many"}}),
        (503, {}),
        (200, {"base": "EUR", "rates": {"USD": 1.08}}),
    ]
    for code in ("USD", "EUR"):
        set_currency(CurrencyTerms(code, source="provider"), actor=TESTER, now=NOW)
    set_currency(CurrencyTerms("JPY", Decimal(21)), actor=TESTER, now=NOW)

    with service(lambda: told.pop(0)) as asked:
        for hours in (0, 6, 7):
            refresh_rates(now=NOW + timedelta(hours=hours))

    rates = dict(ShopCurrency.objects.values_list("code", "rate"))
    assert asked[0] == "/latest?base=CNY&symbols=EUR,USD"
    assert rates == {"USD": Decimal("0.1384"), "JPY": Decimal(21), "EUR": None}
    assert [each.code for each in refreshed(shop).offers.currencies] == ["JPY", "USD"]
    assert {each.row.code: each.is_old for each in currencies(now=NOW + timedelta(days=4))} == {
        "EUR": True,
        "JPY": False,
        "USD": True,
    }
    assert timedelta(hours=7) < alarms(REFRESH)[-1] - NOW < timedelta(hours=9)


def test_an_order_keeps_what_its_buyer_saw_whatever_becomes_of_the_rate(shop: TenantRef) -> None:
    set_currency(CurrencyTerms("USD", Decimal("0.14")), actor=TESTER, now=NOW)
    variant = make_variant(minor=5_000)

    with (
        tenant_context(refreshed(shop)) as tenant,
        showing(offered_currency(tenant, "USD")),
    ):
        seen = place((variant.pk, 2))
    plain = place((variant.pk, 1))
    remove_currency("USD", actor=TESTER, now=NOW)

    with tenant_context(refreshed(shop)):
        found = seen_with(seen.pk)
        assert found is not None
        assert (found.total, found.rate) == (Money(1_400, "USD"), "0.14")
        assert seen_with(plain.pk) is None
    assert (seen.currency, seen.total_minor) == ("CNY", 10_000)
    assert ShownRate.objects.count() == 1
    with pytest.raises(UnknownCurrencyShown):
        set_rate("USD", Decimal(1), actor=TESTER, now=NOW)
