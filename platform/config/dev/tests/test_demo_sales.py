"""The demo's shops find something to buy, and can pay for it."""

from __future__ import annotations

import pytest

from channel_center.billing.models import Invoice
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.partners.tests.test_tree import make_partner
from config.dev.demo.selling import sell_once
from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Tenant


@pytest.mark.usefixtures("db")
def test_a_shop_of_the_demo_buys_what_its_partner_sells(tenant_a: TenantRef) -> None:
    partner = make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
    for _time in range(2):
        sell_once(partner.pk, [tenant_a.id])

    bought = view_of(wallet_of(tenant_id=tenant_a.id)).balance_minor
    asked = quote(tenant_a.id, "media.huge.month")
    buy(asked.token, tenant_id=tenant_a.id, actor=Actor.system("tests"))

    assert bought == 30_000 - 9_900 - 3_900
    assert 0 < asked.due.minor <= 8_900 - 3_900
    with public_context():
        assert Invoice.objects.filter(seller=partner.pk).count() == 3
    assert view_of(wallet_of(channel_id=partner.pk, currency="CNY")).balance_minor < 495_500
    assert faults() == []
