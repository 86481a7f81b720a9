"""Carriers that are asked what a parcel costs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import override_settings

from kernel.audit.models import AuditEntry
from kernel.checkout.errors import PlacementRefused
from kernel.checkout.placing import place_one
from kernel.checkout.quoting import quote_basket
from kernel.common.time import utc_now
from kernel.orders.models import Order
from kernel.shipping.errors import InvalidShippingMethod
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.places import EVERYWHERE
from kernel.shipping.rules import Rule
from kernel.shipping.services import ShippingTerms, set_shipping_method
from kernel.tenancy.context import TenantRef
from testkit.factories.orders import TESTER, make_basket, make_placement, make_variant
from testkit.factories.shipping import make_template
from testkit.receiver import Receiver
from testkit.sealing import root_key

NOW = utc_now()


@pytest.fixture
def carrier(in_tenant_a: TenantRef) -> Iterator[Receiver]:
    cache.clear()
    with (
        root_key(),
        Receiver(status=200) as server,
        override_settings(STOA_WEBHOOK_INNER_HOSTS=[server.host]),
    ):
        yield server


def way(carrier: Receiver, template: FreightTemplate | None = None) -> ShippingMethod:
    terms = ShippingTerms(
        code="courier",
        names={"en": "Courier"},
        method="express",
        currency="CNY",
        template_id=template.pk if template else None,
        carrier="http",
        carrier_url=carrier.url,
        carrier_token="secret-token",
        fee_minor=100,
    )
    return set_shipping_method(terms, actor=TESTER)


def test_a_carriers_price_is_shown_and_the_order_placed_with_it_without_asking_again(
    carrier: Receiver,
) -> None:
    carrier.content = json.dumps({"amount": "23.50"}).encode()
    way(carrier)
    tea = make_variant(minor=1000)

    quote = quote_basket(make_basket((tea.pk, 2)), now=NOW)
    carrier.close()
    placed = place_one(make_placement((tea.pk, 2)), actor=TESTER, now=NOW)

    assert quote.freight.minor == 2450
    assert Order.objects.get(group=placed).freight_minor == 2450
    [asked] = carrier.received
    told = json.loads(asked.body)
    assert (told["way"], told["parcel"]["pieces"], told["parcel"]["worth"]) == (
        "courier", 2, "20.00",
    )  # fmt: skip
    assert told["parcel"]["region"] == "310104"
    assert asked.headers["authorization"] == "Bearer secret-token"
    logged = AuditEntry.objects.get(action="shipping.method_set")
    assert "secret-token" not in str(logged.after)


@pytest.mark.parametrize("said", [b"<html>", b"{}", b'{"amount": "-1"}', b'{"amount": "1e99"}'])
def test_a_carrier_that_says_nothing_of_use_leaves_the_parcel_to_the_template(
    carrier: Receiver, said: bytes
) -> None:
    carrier.content = said
    way(carrier, make_template("usual", [Rule((EVERYWHERE,), first_minor=800)]))

    quote = quote_basket(make_basket((make_variant().pk, 1)), now=NOW)

    assert quote.freight.minor == 900


def test_what_no_carrier_brings_and_no_template_counts_cannot_be_ordered(
    carrier: Receiver,
) -> None:
    carrier.content = b'{"amount": null}'
    way(carrier)
    tea = make_variant()

    quote = quote_basket(make_basket((tea.pk, 1)), now=NOW)
    with pytest.raises(PlacementRefused):
        place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)

    told = [(each.code, each.line) for each in quote.refusals]
    assert told == [("shipping.no_quote", 0)]


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize("url", ["http://example.com/", "https://169.254.169.254/", "nowhere", ""])
def test_an_address_inside_is_refused(url: str) -> None:
    terms = ShippingTerms(
        code="c", names={"en": "C"}, method="express", currency="CNY", carrier="http",
        carrier_url=url,
    )  # fmt: skip
    with pytest.raises(InvalidShippingMethod) as refusal:
        set_shipping_method(terms, actor=TESTER)

    assert refusal.value.fields["field"] == "carrier_url"
    assert not ShippingMethod.objects.exists()
