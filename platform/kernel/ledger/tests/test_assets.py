"""Assets: defined once, named and regulated by the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.ledger.errors import AssetDiffers, InvalidAsset, UnknownAsset
from kernel.ledger.models import Asset
from kernel.ledger.services import (
    Leg,
    Owner,
    asset_name,
    balances,
    cash_asset,
    change_asset,
    decimal_text,
    ensure_asset,
    explain,
    post,
    system,
    wallet,
    worth,
)
from kernel.ledger.services.expiry import EXPIRED
from kernel.ledger.tests.samples import GRANTS, NAMES, SHOP, a_member, moving, points
from kernel.tenancy.context import TenantRef, tenant_context

STAFF = Actor("staff", "stf_1", "Li")

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def beans(**told: Any) -> Asset:
    particulars = {"code": "beans", "kind": "points", "names": NAMES, "scale": 2, **told}
    return ensure_asset(**particulars)


def test_an_asset_is_defined_once_and_keeps_what_the_tenant_made_of_it() -> None:
    first = beans(is_spendable=True)
    change_asset("beans", actor=STAFF, names={"zh-hans": "豆", "en": "Beans"}, is_spendable=False)

    again = beans(is_spendable=True)

    assert (again, Asset.objects.count()) == (first, 1)
    assert (asset_name(again, "zh-hans"), asset_name(again, "en")) == ("豆", "Beans")
    assert not again.is_spendable
    change = AuditEntry.objects.get(action="ledger.asset_changed")
    assert change.before == {"names": NAMES, "is_spendable": True}


@pytest.mark.parametrize(
    "other", [{"kind": "growth"}, {"scale": 3}, {"currency": "CNY"}, {"expires": True}]
)
def test_what_decides_what_is_counted_does_not_change(other: dict[str, object]) -> None:
    beans()

    with pytest.raises(AssetDiffers):
        beans(**other)
    with pytest.raises(InvalidAsset):
        change_asset("beans", actor=STAFF, **other)


@pytest.mark.parametrize(
    "other",
    [
        {"code": "B"},
        {"code": "x" * 33},
        {"kind": "gold"},
        {"scale": 9},
        {"scale": -1},
        {"currency": "XXX"},
        {"names": {"en": "Beans"}},
        {"names": {"en": "Beans", "zh-hans": ""}},
        {"names": {"en": "Beans", "zh-hans": "豆" * 41}},
        {"rate": (1, 1)},
        {"rate": (0, 1), "currency": "CNY"},
        {"rate": (1, -1), "currency": "CNY"},
        {"expiry_days": 5},
        {"expiry_days": 0, "expires": True},
        {"jurisdictions": ["China"]},
    ],
)
def test_an_asset_that_cannot_be_is_not_defined(other: dict[str, object]) -> None:
    with pytest.raises(InvalidAsset):
        beans(**other)

    assert not Asset.objects.exists()


def test_nobody_changes_an_asset_that_is_not_there() -> None:
    with pytest.raises(UnknownAsset):
        change_asset("beans", actor=STAFF, is_active=False)


def test_cash_is_counted_in_the_minor_units_of_its_currency() -> None:
    yen, yuan = cash_asset("JPY"), cash_asset("CNY")

    assert [(one.code, one.scale, one.currency) for one in (yen, yuan)] == [
        ("jpy", 0, "JPY"),
        ("cny", 2, "CNY"),
    ]
    assert (decimal_text(1250, 2), decimal_text(-5, 2), decimal_text(7, 0)) == (
        "12.50",
        "-0.05",
        "7",
    )
    with pytest.raises(InvalidAsset):
        cash_asset("XXX")


def test_units_are_worth_what_the_rate_says_rounded_down() -> None:
    rated = beans(rate=(100, 3), currency="CNY")

    assert worth(rated, 199) == Money(5, "CNY")
    assert worth(points(), 199) is None


def test_a_wallet_takes_the_same_queries_however_much_is_in_it(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    member = a_member()
    points(expiry_days=3)
    for asset in ("cny", "usd", "points"):
        for state in ("available", "locked"):
            legs = [Leg(GRANTS, asset, -5), Leg(member, asset, 5, state)]
            post(key=f"{asset}{state}", kind="test.given", legs=legs)

    with django_assert_num_queries(3):
        lines = wallet(member, language="en")

    assert {line.code: dict(line.states) for line in lines} == {
        code: {"available": 5, "locked": 5} for code in ("cny", "usd", "points")
    }
    assert {line.code for line in wallet(a_member())} == {"cny", "usd"}


def test_balances_of_many_are_read_at_once(django_assert_num_queries: Callable[..., Any]) -> None:
    rich, poor = a_member(), a_member()
    post(key="1", kind="test.given", legs=moving(5, source=GRANTS, target=rich))

    with django_assert_num_queries(1):
        assert balances([rich, poor, GRANTS], "cny") == {rich: 5, poor: 0, GRANTS: -5}


def test_what_was_booked_for_an_order_is_explained_line_by_line() -> None:
    member, order = a_member(), uuid7()
    for number in (1, 2):
        post(
            key=f"paid:{number}",
            kind="order.paid",
            legs=moving(number, source=GRANTS, target=member),
            reference=("order", order),
        )
    expired = [Leg(member, "cny", -3), Leg(system(EXPIRED), "cny", 3)]
    post(key="x", kind="test.expired", legs=expired, reference=("order", order))

    told = explain("order", order)

    assert [journal.key for journal in told] == ["paid:1", "paid:2", "x"]
    assert [(line.owner_kind, line.minor) for line in told[1].lines] == [
        ("system", -2),
        ("member", 2),
    ]
    assert [bool(line.purpose) for line in told[2].lines] == [False, True]
    assert explain("parcel", order) == []


def test_each_tenant_has_assets_of_its_own(tenant_b: TenantRef) -> None:
    beans()

    with tenant_context(tenant_b):
        assert not Asset.objects.exists()
        assert wallet(Owner("member", uuid7())) == []
        with pytest.raises(UnknownAsset):
            post(key="1", kind="x", legs=moving(1, source=SHOP, target=GRANTS, asset="beans"))
