"""The demo: everything that is sold has a picture and a price, and its books are clean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageStat
from pytest_django import Settings

from config.dev.demo.balances import spend_once
from config.dev.demo.drawing.pictures import draw
from config.dev.demo.offers import offer_once
from config.dev.demo.rewarding import reward_once
from config.dev.demo.shelving import shelve
from config.dev.demo.stage import fill, trade_once
from config.dev.demo.trading import trade
from config.dev.demo.wares import read_range
from config.dev.tests.trade_work import DAYS, small
from kernel.aftersales.models import Case
from kernel.catalogue.models import Picture, Product, Variant
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.inventory.selectors import faults
from kernel.keys.models import ApiKey
from kernel.ledger.services import Owner, balance
from kernel.ledger.services import verify as verify_ledger
from kernel.levels.models import Segment, Standing
from kernel.members.services import register_member
from kernel.orders.models import Order
from kernel.orders.timeline import verify as verify_orders
from kernel.payments.models import Attempt
from kernel.reviews.models import Review
from kernel.reviews.scores import counted, kept
from kernel.rewards.models import Programme
from kernel.rewards.simulation.models import Simulation
from kernel.tenancy.context import current_tenant, tenant_context
from kernel.wallet.models import Withdrawal
from kernel.wallet.selectors import withdrawables
from kernel.webhooks.models import Endpoint
from testkit.chaos import Nursery
from testkit.tenants import open_test_tenant

NOW = utc_now().replace(hour=12)
RANGES = ("fashion", "farm")


@pytest.fixture
def _root_key(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=NOW)
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


def silent(text: str) -> None:
    del text


@pytest.mark.parametrize("name", RANGES)
def test_every_product_has_a_picture_a_text_and_prices(name: str) -> None:
    goods = read_range(name)

    assert len(goods.wares) >= 60
    shelves = {shelf.slug for shelf in goods.shelves}
    for ware in goods.wares:
        assert ware.category in shelves
        assert ware.drawings
        assert len(ware.text) > 40
        assert all(pack.minor > 0 for pack in ware.packs)
        assert all(pack.compare_at is None or pack.compare_at > pack.minor for pack in ware.packs)


@pytest.mark.parametrize("name", RANGES)
def test_every_kind_of_picture_is_drawn(name: str) -> None:
    drawings = [drawing for ware in read_range(name).wares for _value, drawing in ware.drawings]
    kinds = {(each.subject, each.detail): each for each in drawings}

    for wanted in kinds.values():
        with Image.open(BytesIO(draw(wanted, pixels=90))) as image:
            assert image.width == image.height
            # Whatever is drawn stands out from what is behind it.
            assert max(ImageStat.Stat(image.convert("RGB")).stddev) > 8, wanted


def test_a_picture_is_the_same_each_time() -> None:
    [first, *_rest] = read_range("farm").shelves

    assert draw(first.drawing, pixels=120) == draw(first.drawing, pixels=120)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.usefixtures("committing", "_root_key")
def test_a_shop_that_was_filled_and_traded_in_has_clean_books(name: str) -> None:
    goods = small(name)
    with tenant_context(open_test_tenant()):
        shelve(goods, now=NOW, report=silent)
        offer_once(goods, now=NOW)
        traded = trade(goods, now=NOW, report=silent, days=12)

        assert Product.objects.count() == len(goods.wares)
        assert Variant.objects.exclude(sku__startswith=goods.wares[0].code[:3]).count() == 0
        assert Picture.objects.count() == sum(len(ware.drawings) for ware in goods.wares)
        assert Order.objects.count() == traded > 12
        assert {"placed", "completed", "cancelled"} >= set(
            Order.objects.values_list("status", flat=True)
        )
        assert Order.objects.filter(fulfilment_status="delivered").exists()
        assert Order.objects.filter(placed_at__gt=NOW).count() == 0
        assert verify_ledger() == []
        assert list(verify_orders()) == []
        assert faults() == []
        before = list(Order.objects.values_list("pk", flat=True))

        fill(name, now=NOW, report=silent)
        register_member(login="mei@example.com", name="Mei", password="four grey geese")
        for _time in range(2):
            spend_once(goods, login="mei@example.com", now=NOW)
            reward_once(goods, login="mei@example.com", now=NOW)

        [part, whole] = Order.objects.exclude(pk__in=before).order_by("placed_at")
        assert (part.payment_status, whole.payment_status) == ("paid", "paid")
        ways = Attempt.objects.filter(intent__payable_id=part.group_id, state="paid")
        assert set(ways.values_list("binding__gateway", flat=True)) == {"wallet", "offline"}
        owner = Owner("member", part.group.member_id)
        assert balance(owner, goods.currency.lower()) == 50_000 - whole.total_minor > 0
        assert verify_ledger() == []
        assert Product.objects.count() == len(goods.wares)
        assert Order.objects.count() == traded + 2
        assert Review.objects.count() > 5
        assert Case.objects.exists()
        assert list(verify_orders()) == []
        assert all(kept(each) == counted(each) for each in reviewed())
        assert (ApiKey.objects.count(), Endpoint.objects.get().state) == (1, "off")
        # Growth is earned in the shop's own currency.
        raised = Standing.objects.filter(level__isnull=False).count()
        assert (raised > 5) == (goods.currency == current_tenant().currency)
        gathered = Segment.objects.filter(size__gt=0).exists()
        assert gathered == (goods.currency == current_tenant().currency)
        states = set(Withdrawal.objects.values_list("state", flat=True))
        assert states == {"requested", "approved", "rejected", "paid"}
        assert Programme.objects.count() == Simulation.objects.filter(is_solvent=True).count() == 1
        assert owner.id is not None
        assert {"reward_money"} < {one.asset.code for one in withdrawables(owner.id, now=NOW)}
        assert sum(balance(owner, "reward_money", each) for each in ("locked", "available")) > 0


def reviewed() -> set[UUID]:
    return set(Review.objects.values_list("product_id", flat=True))


def traded() -> list[tuple[datetime, int, str, str, str]]:
    rows = Order.objects.order_by("placed_at", "total_minor")
    return list(
        rows.values_list(
            "placed_at", "total_minor", "status", "payment_status", "fulfilment_status"
        )
    )


@pytest.mark.usefixtures("committing", "_root_key")
def test_a_trade_that_was_killed_goes_on_and_ends_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    goods = small("farm")
    left = []
    with Nursery("owner", {"STOA_SECRETS_KEYS_DIR": str(tmp_path)}) as nursery:
        for kills in ([], [150, 900]):
            tenant = open_test_tenant()
            with tenant_context(tenant):
                shelve(goods, now=NOW, report=silent)
                for point in kills:
                    told = {"tenant": tenant.id, "now": NOW.isoformat()}
                    work = "config.dev.tests.trade_work:trade"
                    assert nursery.start(work, kill_at=point, **told).wait().killed
                # Another moment: what was begun has its own.
                later = NOW + timedelta(days=2 if kills else 0)
                trade_once(goods, now=later, report=silent, days=DAYS)
                trade_once(goods, now=later, report=silent, days=DAYS)

                left.append(traded())
                assert verify_ledger() == []
                assert list(verify_orders()) == []
                assert faults() == []

    assert left[0] == left[1]
    assert len(left[0]) > DAYS
