"""Gives a shop its taxes, its name on documents, and some documents of what it sold."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.documents.choices import InvoiceMoment, RequestKind
from kernel.documents.models import Document, InvoiceRequest, LegalEntity
from kernel.documents.services import (
    EntityTerms,
    Issued,
    Wanted,
    ask_for_invoice,
    issue_invoice,
    issue_request,
    reject_request,
    save_entity,
)
from kernel.documents.services.issuing import may_be_invoiced
from kernel.documents.services.requests import invoiceable_minor
from kernel.orders.models import Order
from kernel.taxes.services import (
    Policy,
    RateTerms,
    ZoneTerms,
    save_class,
    save_zone,
    set_policy,
)

_MOST: Final = 24
_MISMATCH: Final = "抬头与税号不符，请核对后重新申请。"
_FARM: Final = EntityTerms(
    name="青禾农场（杭州）有限公司",
    tax_number="91330106MA2KJ0000X",
    address="浙江省杭州市西湖区转塘街道 8 号",
    country="CN",
    phone="0571-8800 0000",
    bank="中国农业银行杭州转塘支行",
    bank_account="19000101040000000",
    language="zh-hans",
    takes_requests=True,
)
_FASHION: Final = EntityTerms(
    name="Harbour & Loom Ltd",
    tax_number="GB 123 4567 89",
    registration="Company no. 01234567",
    address="12 Quay Street, Bristol BS1 4DA",
    country="GB",
    email="accounts@example.com",
    footer="Thank you for your order. Returns are free for thirty days.",
    language="en",
    invoices=InvoiceMoment.PAID.value,
)
_WANTED: Final = (
    Wanted(RequestKind.COMPANY, "杭州云栖科技有限公司", "91330106MA28W0000Y"),
    Wanted(RequestKind.PERSON, "王小梅"),
    Wanted(RequestKind.COMPANY, "上海弄堂餐饮管理有限公司", "91310104MA1FR0000Q"),
    Wanted(
        RequestKind.SPECIAL,
        "苏州拙政食品有限公司",
        "91320508MA1W00000T",
        phone="0512-6500 0000",
        address="江苏省苏州市姑苏区东北街 178 号",
        bank="中国工商银行苏州平江支行",
        bank_account="1102020000000000",
    ),
    Wanted(RequestKind.PERSON, "李建国"),
    Wanted(RequestKind.COMPANY, "测试公司", "91310000TEST00000A"),
)


@transaction.atomic
def tax_once(goods: Range) -> None:
    """Say what is taxed, and in whose name documents are issued, unless somebody did."""
    if LegalEntity.objects.exists():
        return
    if goods.locale.startswith("zh"):
        names = {"zh-hans": "增值税", "en": "VAT"}
        save_class("farm", {"zh-hans": "农产品", "en": "Farm produce"}, actor=ACTOR)
        rates = [RateTerms("standard", names, 130_000), RateTerms("farm", names, 90_000)]
        zone = ZoneTerms("cn", "中国大陆", ("CN",), rates=rates)
        save_zone(zone, actor=ACTOR)
        set_policy(Policy(is_on=True, home="CN"), actor=ACTOR)
        save_entity(_FARM, actor=ACTOR)
        return
    names = {"en": "VAT", "zh-hans": "增值税"}
    save_class("reduced", {"en": "Reduced", "zh-hans": "低税率"}, actor=ACTOR)
    rates = [RateTerms("standard", names, 200_000), RateTerms("reduced", names, 50_000)]
    save_zone(ZoneTerms("gb", "United Kingdom", ("GB",), rates=rates), actor=ACTOR)
    export = [RateTerms("standard", {"en": "Export", "zh-hans": "出口"}, 0)]
    save_zone(ZoneTerms("world", "Rest of the world", rates=export, position=1), actor=ACTOR)
    set_policy(Policy(is_on=True, home="GB"), actor=ACTOR)
    save_entity(_FASHION, actor=ACTOR)


def paper_once(goods: Range, *, now: datetime) -> None:
    """Issue invoices of the latest orders, or let members ask for some, unless there are any."""
    if Document.objects.exists() or InvoiceRequest.objects.exists():
        return
    if goods.locale.startswith("zh"):
        _ask(now=now)
        return
    rows = Order.objects.filter(paid_at__isnull=False, total_minor__gt=0).order_by("-paid_at")
    for order in reversed([row for row in rows[:_MOST] if may_be_invoiced(row)]):
        assert order.paid_at is not None  # noqa: S101  it was asked for
        issue_invoice(order.pk, actor=ACTOR, now=order.paid_at)


def _ask(*, now: datetime) -> None:
    rows = Order.objects.filter(delivered_at__isnull=False, member__isnull=False)
    orders = [row for row in rows.order_by("-delivered_at")[:_MOST] if invoiceable_minor(row)]
    for place, (order, wanted) in enumerate(zip(orders, _WANTED, strict=False)):
        assert order.member_id is not None  # noqa: S101  it was asked for
        row = ask_for_invoice(order.pk, wanted, member_id=order.member_id, now=now)
        if wanted == _WANTED[-1]:
            reject_request(
                row.pk, reason="抬头与税号不符，请核对后重新申请。", actor=ACTOR, now=now
            )
        elif place % 2:
            issue_request(row.pk, Issued(f"2633200000010000{place:04d}"), actor=ACTOR, now=now)
