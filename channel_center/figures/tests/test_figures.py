"""Figures of shops on the start pages of partners and the operator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import wallet_of
from channel_center.billing.tests.samples import put
from channel_center.figures.fleet import note_fleet
from channel_center.figures.models import FleetHour, ShopDay
from channel_center.figures.selectors import figures_for
from channel_center.hosts import HOSTS
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import make_partner
from kernel.access.models import Staff
from kernel.analytics.tasks import roll_up_due
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.models import ModuleInstall, Tenant
from testkit.factories.orders import make_variant, pay, place


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> None:
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "channel", "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()


def day(tenant: TenantRef, *, back: int = 1, **told: int) -> None:
    values = {"visits": 100, "visitors": 80, "bought": 4, "paid": 5, "paid_minor": 12_345,
              "refunded_minor": 45}  # fmt: skip
    at = local_date(utc_now(), "UTC") - timedelta(days=back)
    with public_context():
        ShopDay.objects.create(tenant_id=tenant.id, day=at, currency="CNY", **(values | told))


def test_what_a_shop_sells_is_taken_over_when_its_figures_are_made_and_counted_once(
    tenant_a: TenantRef,
) -> None:
    with tenant_context(tenant_a):
        group = place((make_variant().pk, 2))
        pay(group)
        roll_up_due(now=utc_now())
        roll_up_due(now=utc_now())

    with public_context():
        sold = ShopDay.objects.filter(tenant_id=tenant_a.id, paid__gt=0)
        assert [(row.paid, row.paid_minor) for row in sold] == [(1, group.total_minor)]


def test_a_partner_sees_the_trade_of_its_own_shops_alone(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    partner, other = make_partner(), make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
        Tenant.objects.filter(pk=tenant_b.id).update(channel_id=other.pk)
    day(tenant_a)
    day(tenant_a, back=40, paid_minor=9_999_999)
    day(tenant_b, paid_minor=777_777)

    page = signed_in(partner.host, partner).get("/").content.decode()

    assert "¥123.45" in page
    assert "4.0%" in page
    assert "7,777.77" not in page
    assert tenant_b.name not in page
    assert 'id="chart-takings"' in page
    assert "Health of the fleet" not in page


def test_the_operator_sees_all_shops_and_how_the_fleet_is(
    tenant_a: TenantRef, tenant_b: TenantRef, settings: Settings
) -> None:
    day(tenant_a)
    day(tenant_b)
    desk = signed_in(str(settings.STOA_OPERATOR_HOST), None)

    page = desk.get("/").content.decode()

    assert "¥246.90" in page
    assert "Health of the fleet" in page


def test_a_partner_without_figures_is_shown_none(tenant_a: TenantRef) -> None:
    partner = make_partner()
    signed_in(partner.host, partner)
    with public_context():
        person = Staff.objects.filter(channel_id=partner.pk).latest("pk")
        assert figures_for(person, now=utc_now()) is None


def test_a_partner_sees_its_own_balance_and_when_it_is_low(tenant_a: TenantRef) -> None:
    partner, other = make_partner(), make_partner()
    with public_context():
        for channel in (partner, other):
            Wallet.objects.create(
                kind="partner", channel=channel, currency="CNY", low_at_minor=10_000
            )
    desk = signed_in(partner.host, partner)
    assert "The balance is low" in desk.get("/").content.decode()

    with public_context():
        Wallet.objects.filter(channel=partner).update(low_at_minor=0)
    page = desk.get("/").content.decode()

    assert "The balance is low" not in page
    assert "functions that are overdue, in 0 shops" in page


def test_balance_and_functions_over_time_are_drawn_and_come_as_files(tenant_a: TenantRef) -> None:
    partner, other = make_partner(), make_partner()
    client, stranger = (signed_in(each.host, each) for each in (partner, other))
    assert client.get("/charts/balance.csv").status_code == 404
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
        since = utc_now() - timedelta(days=3, hours=12)
        ModuleInstall.objects.create(
            tenant_id=tenant_a.id, module="lamp", state="enabled", enabled_at=since
        )
    put(wallet_of(channel_id=partner.pk), 12_345)

    page = client.get("/").content.decode()
    balance = client.get("/charts/balance.csv").getvalue().decode().splitlines()
    used = client.get("/charts/functions.csv").getvalue().decode().splitlines()

    assert "Balance, the last 30 days" in page
    assert [line.split(",")[1] for line in balance[-2:]] == ["0.0", "123.45"]
    assert len(balance) == 31
    assert {line.split(",")[1] for line in used[1:25]} == {"0.0"}
    assert used[-1].split(",")[1] == "1.0"
    assert "Balance, the last 30 days" not in stranger.get("/").content.decode()
    assert stranger.get("/charts/functions.csv").status_code == 404
    assert client.get("/charts/dreamt.csv").status_code == 404


def test_the_operator_sees_how_the_fleet_was_hour_by_hour_and_partners_do_not(
    tenant_a: TenantRef, settings: Settings
) -> None:
    now, partner = utc_now(), make_partner()
    hour = now.replace(minute=0, second=0, microsecond=0)
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    desk = signed_in(partner.host, partner)
    before = operator.get("/fleet/").content.decode()
    with public_context():
        FleetHour.objects.all().delete()
        FleetHour.objects.create(
            at=hour - timedelta(days=91), living=1, behind=0, queue=7, failed=0
        )
        FleetHour.objects.create(at=hour, living=1, behind=0, queue=40_007, failed=0)
        Tenant.objects.filter(pk=tenant_a.id).update(release="older")
    for _time in range(2):
        note_fleet(now)

    with public_context():
        [kept] = FleetHour.objects.all()
    assert kept.at == hour
    assert kept.queue == 40_007, "the worst of an hour stays"
    assert kept.behind >= 1
    assert "40,007" not in before
    for page in ("/", "/fleet/"):
        assert "40,007" in operator.get(page).content.decode()
        assert "40,007" not in desk.get(page).content.decode()
    assert b"40007" in b"".join(operator.get("/charts/health.csv"))
    assert desk.get("/charts/health.csv").status_code == 404
