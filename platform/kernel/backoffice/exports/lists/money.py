"""Lists of money as files: requests for invoices, shares of payments, differences, balances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.backoffice.documents.forms import RequestFilter
from kernel.backoffice.ledger.selectors import house_accounts
from kernel.backoffice.payments.forms_money import SplitFilter
from kernel.backoffice.payments.money import numbers_of
from kernel.backoffice.payments.sharing import narrowed_splits
from kernel.backoffice.templatetags.console import moment
from kernel.common.money import Money
from kernel.dataio.exporting import ExportKind
from kernel.documents.models import InvoiceRequest
from kernel.documents.selectors import requests
from kernel.ledger.selectors import decimal_text
from kernel.payments.choices import DifferenceState
from kernel.payments.models import Difference, Split

_BATCH: Final = 500
_WHERE: Final = "kernel.backoffice.exports.lists.money"
KINDS: Final = (
    ExportKind(
        "invoice-requests",
        gettext_lazy("Requests for invoices"),
        "documents.view",
        (
            *("asked_at", "order", "kind", "title", "tax_number", "email", "address", "bank"),
            *("bank_account", "amount", "currency", "state", "number", "entity"),
        ),
        f"{_WHERE}.request_rows",
        "/documents/requests/",
    ),
    ExportKind(
        "splits",
        gettext_lazy("Shares of payments"),
        "payments.view",
        ("at", "order", "account", "receiver", "state", "amount", "currency", "reference"),
        f"{_WHERE}.split_rows",
        "/payments/splits/",
    ),
    ExportKind(
        "differences",
        gettext_lazy("Differences with payment accounts"),
        "payments.reconcile",
        (
            *("day", "account", "kind", "about", "reference", "ours", "theirs", "currency"),
            *("state", "resolution", "resolved_at"),
        ),
        f"{_WHERE}.difference_rows",
        "/ledger/differences/",
    ),
    ExportKind(
        "balances",
        gettext_lazy("Balances of the shop"),
        "ledger.view",
        ("owner", "asset", "state", "balance"),
        f"{_WHERE}.balance_rows",
        "/ledger/",
    ),
)


def request_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each request for an invoice that a filter leaves."""
    return _requests(requests(**RequestFilter(query).wanted()))


def _requests(rows: QuerySet[InvoiceRequest]) -> Iterator[list[object]]:
    yield [
        *(_("Asked at"), _("Order"), _("Kind"), _("Title"), _("Tax number"), _("E-mail")),
        *(_("Address"), _("Bank"), _("Bank account"), _("Amount"), _("Currency"), _("State")),
        *(_("Number"), _("Legal entity")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        whose = (row.title, row.tax_number, row.email, row.address, row.bank, row.bank_account)
        amount = (Money(row.amount_minor, row.currency).decimal(), row.currency)
        end = (row.get_state_display(), row.number, row.entity.name)
        kind = row.get_kind_display()
        yield [moment(row.created_at), row.order.number, kind, *whose, *amount, *end]


def split_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each share of a payment that a filter leaves."""
    return _splits(narrowed_splits(SplitFilter(query).wanted()))


def _splits(rows: QuerySet[Split]) -> Iterator[list[object]]:
    yield [
        *(_("At"), _("Order"), _("Payment account"), _("Receiver"), _("State"), _("Amount")),
        *(_("Currency"), _("Reference")),
    ]
    found = list(rows)
    numbers = numbers_of(row.attempt.intent for row in found)
    for row in found:
        amount = (Money(row.amount_minor, row.currency).decimal(), row.currency)
        orders = ", ".join(numbers[row.attempt.intent.payable_id])
        who = (row.attempt.binding.title, row.receiver.name, row.get_state_display())
        yield [moment(row.created_at), orders, *who, *amount, row.gateway_ref]


def difference_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each difference; for the open ones alone with ``state=open``."""
    rows = Difference.objects.select_related("binding").order_by("-day", "id")
    if query.get("state", "") in DifferenceState.values:
        rows = rows.filter(state=query["state"])
    return _differences(rows)


def _differences(rows: QuerySet[Difference]) -> Iterator[list[object]]:
    yield [
        *(_("Day"), _("Payment account"), _("What disagrees"), _("About"), _("Reference")),
        *(_("In our books"), _("At the account"), _("Currency"), _("State")),
        *(_("How it was dealt with"), _("Dealt with at")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        amounts = [
            "" if minor is None else Money(minor, row.currency).decimal()
            for minor in (row.ours_minor, row.theirs_minor)
        ]
        what = (row.get_kind_display(), row.get_line_kind_display(), row.subject)
        end = (row.get_state_display(), row.resolution, moment(row.resolved_at))
        yield [row.day.isoformat(), row.binding.title, *what, *amounts, row.currency, *end]


def balance_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each account of the shop, its payment accounts and the system."""
    return _balances()


def _balances() -> Iterator[list[object]]:
    yield [_("Whose"), _("Asset"), _("State"), _("Balance")]
    for shown in house_accounts():
        account = shown.account
        balance = decimal_text(account.balance_minor, account.asset.scale)
        yield [shown.owner, shown.asset, shown.state, balance]
