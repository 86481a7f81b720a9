"""The lists of the console that can be had as files."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.backoffice.asked.sent import EXPORT as FORM_ENTRIES
from kernel.backoffice.exports.lists import desk, goods, marketing, money
from kernel.backoffice.figures import files as figures
from kernel.backoffice.members.files import COLUMNS as MEMBER_COLUMNS
from kernel.catalogue.models import Product
from kernel.common.ids import InvalidId, parse_public_id
from kernel.dataio.exporting import ExportKind, OwnColumns, register_export
from kernel.dataio.exports import COLUMNS
from kernel.fields.choices import Subject
from kernel.i18n.texts.services import COLUMNS as COLUMNS_TRANSLATED
from kernel.orders.models import Order

_PRODUCTS: Final = tuple(
    "".join(each if each.isalnum() else "_" for each in name.lower()).strip("_") for name in COLUMNS
)


def _member_ids(numbers: Collection[str]) -> dict[str, UUID]:
    found = {}
    for number in numbers:
        with suppress(InvalidId):
            found[number] = parse_public_id("mem", number)
    return found


_OWN_ORDERS: Final = OwnColumns(
    Subject.ORDER,
    lambda numbers: dict(Order.objects.filter(number__in=numbers).values_list("number", "pk")),
)
_OWN_MEMBERS: Final = OwnColumns(Subject.MEMBER, _member_ids)
_OWN_PRODUCTS: Final = OwnColumns(
    Subject.PRODUCT,
    lambda handles: dict(Product.objects.filter(handle__in=handles).values_list("handle", "pk")),
)
KINDS: Final = (
    ExportKind(
        "orders",
        _("Orders"),
        "orders.view",
        (
            *("number", "placed_at", "status", "payment", "shipping", "recipient", "phone"),
            *("region", "address", "sku", "goods", "variant", "quantity", "unit_price"),
            *("line_total", "freight", "order_total", "currency", "note"),
        ),
        "kernel.backoffice.orders.selectors.export_rows",
        own=_OWN_ORDERS,
    ),
    ExportKind(
        "aftersales",
        _("After-sales"),
        "aftersales.view",
        (
            *("case", "order", "asked_at", "kind", "reason", "state", "sku", "goods", "quantity"),
            *("accepted", "restocked", "line_amount", "amount", "refunded", "currency"),
            "closed_at",
        ),
        "kernel.backoffice.aftersales.views.export_rows",
    ),
    ExportKind(
        "members",
        _("Members"),
        "members.manage",
        MEMBER_COLUMNS,
        "kernel.backoffice.members.views.export_rows",
        own=_OWN_MEMBERS,
    ),
    ExportKind(
        "products",
        _("Products"),
        "products.export",
        _PRODUCTS,
        "kernel.backoffice.products.views.export_rows",
        own=_OWN_PRODUCTS,
    ),
    ExportKind(
        "stock",
        _("Stock"),
        "stock.view",
        (
            *("goods", "sku", "location", "on_hand", "promised", "in_checkouts"),
            *("kept_back", "free", "low_at"),
        ),
        "kernel.backoffice.stock.views.export_rows",
    ),
    ExportKind(
        "stock-movements",
        _("Movements of stock"),
        "stock.view",
        (
            *("at", "kind", "goods", "sku", "location", "on_hand", "promised", "order"),
            *("reason", "who"),
        ),
        "kernel.backoffice.stock.views.export_history_rows",
    ),
    ExportKind(
        "payments",
        _("Payments"),
        "payments.view",
        (
            *("at", "order", "account", "state", "amount", "received", "refunded", "fee"),
            *("currency", "reference"),
        ),
        "kernel.backoffice.payments.money.export_received_rows",
    ),
    ExportKind(
        "refunds",
        _("Refunds"),
        "payments.view",
        ("at", "order", "account", "state", "amount", "currency", "reference"),
        "kernel.backoffice.payments.money.export_refund_rows",
    ),
    ExportKind(
        "withdrawals",
        _("Withdrawals"),
        "withdrawals.view",
        (
            *("number", "asked_at", "member", "asset", "amount", "fee", "tax", "arrives"),
            *("currency", "channel", "account", "state", "reason", "service", "reference"),
            *("batch", "closed_at"),
        ),
        "kernel.backoffice.wallet.files.export_rows",
    ),
    ExportKind(
        "documents",
        _("Documents"),
        "documents.view",
        (
            *("number", "kind", "issued_at", "order", "buyer", "net", "tax", "total"),
            *("currency", "entity"),
        ),
        "kernel.backoffice.documents.views.export_rows",
    ),
    ExportKind(
        "journals",
        _("Journals of the ledger"),
        "ledger.view",
        ("at", "what", "order", "account", "state", "asset", "amount"),
        "kernel.backoffice.ledger.journals.export_rows",
    ),
    ExportKind(
        "translations",
        _("Translations"),
        "languages.view",
        COLUMNS_TRANSLATED,
        "kernel.backoffice.languages.translations.export_rows",
    ),
    *goods.KINDS,
    *marketing.KINDS,
    FORM_ENTRIES,
    *money.KINDS,
    *desk.KINDS,
    *figures.KINDS,
    ExportKind(
        "activity",
        _("Activity"),
        "audit.view",
        (
            *("number", "at", "what", "action", "who", "standing_in", "about", "about_id"),
            *("before", "after", "reason", "address", "request"),
        ),
        "kernel.backoffice.acts.views.export_rows",
    ),
)


def register_exports() -> None:
    """Make them known; called while apps are loaded."""
    for kind in KINDS:
        register_export(kind)
