"""What the demo's shops can buy from their partner, and what is on the balances."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.billing.errors import FeatureMissing
from channel_center.billing.models import Product
from channel_center.billing.services.lists import draft_list, publish_list, set_line
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import top_up, wallet_of
from channel_center.topups.services.receiving import set_receiver
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context

_ACTOR: Final = Actor.system("demo")
_BANK: Final = "North Star, Bank of Harbour, 6222 0000 1234"
_GIGABYTE: Final = 1_000_000_000
_BOUGHT: Final = ("check_in.standard.month", "media.large.month")
# What the operator asks the partner for, and the partner its shops, in minor units.
_PRICES: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "CNY": {
        "check_in.standard.month": (3_000, 9_900),
        "check_in.standard.year": (30_000, 99_000),
        "media.large.month": (1_500, 3_900),
        "media.huge.month": (4_000, 8_900),
    },
    "USD": {
        "check_in.standard.month": (500, 1_500),
        "check_in.standard.year": (5_000, 15_000),
        "media.large.month": (200, 600),
        "media.huge.month": (600, 1_400),
    },
}


@public_context()
@transaction.atomic
def sell_once(channel_id: UUID, shops: Collection[UUID]) -> None:
    """Put functions on sale, fill balances and have each shop buy, unless that was done.

    Args:
        channel_id: the partner's.
        shops: their ids.
    """
    if Product.objects.filter(code="check_in").exists():
        return
    _define()
    for currency, prices in _PRICES.items():
        for place, (owner, audience) in enumerate(((None, "partner"), (channel_id, "shop"))):
            row = draft_list(owner, audience=audience, currency=currency, actor=_ACTOR)
            for code, amounts in prices.items():
                set_line(row.id, code, amount_minor=amounts[place], owner_id=owner, actor=_ACTOR)
            publish_list(row.id, owner_id=owner, actor=_ACTOR)
        wallet = wallet_of(channel_id=channel_id, currency=currency)
        top_up(wallet, 500_000, source="manual", reference=f"demo-{currency}", actor=_ACTOR)
    set_receiver(channel_id, bank=_BANK, least_minor=10_000, keys={}, actor=_ACTOR)
    set_receiver(None, bank=_BANK, least_minor=10_000, keys={}, actor=_ACTOR)
    for tenant_id in shops:
        wallet = wallet_of(tenant_id=tenant_id)
        top_up(wallet, 30_000, source="manual", reference=f"demo-{tenant_id}", actor=_ACTOR)
        for code in _BOUGHT:
            # A checkout may carry fewer modules than the demo shows.
            with suppress(FeatureMissing):
                buy(quote(tenant_id, code).token, tenant_id=tenant_id, actor=_ACTOR)


def _define() -> None:
    check_in = define_product(
        "check_in",
        kind="module",
        feature="check_in",
        category="marketing",
        names={"zh-hans": "签到", "en": "Check-in"},
        summaries={
            "zh-hans": "会员每天签到领积分，连续签到奖励更多。",
            "en": "Members check in each day for points, and for more after a row of days.",
        },
        actor=_ACTOR,
    )
    standard = define_edition(check_in, "standard", names={"zh-hans": "标准版", "en": "Standard"})
    define_offer(standard, "check_in.standard.month", term="month", trial_days=7)
    define_offer(standard, "check_in.standard.year", term="year")
    media = define_product(
        "media",
        kind="quota",
        feature="media",
        category="storage",
        names={"zh-hans": "文件空间", "en": "Room for files"},
        summaries={
            "zh-hans": "为商品图片和视频提供更多空间。",
            "en": "More room for pictures and videos of goods.",
        },
        position=1,
        actor=_ACTOR,
    )
    for code, gigabytes in (("large", 50), ("huge", 200)):
        names = {"zh-hans": f"{gigabytes} GB", "en": f"{gigabytes} GB"}
        limits = {"bytes": gigabytes * _GIGABYTE}
        edition = define_edition(media, code, names=names, limits=limits)
        define_offer(edition, f"media.{code}.month", term="month")
