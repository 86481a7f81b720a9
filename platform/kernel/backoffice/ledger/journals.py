"""The journals: every booking with all its lines, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.ledger.selectors import KINDS, Shown, kind_label, named, units_text
from kernel.backoffice.pieces import NarrowForm, narrowed_page
from kernel.common.time import day_bounds
from kernel.ledger.models import Journal, Posting
from kernel.ledger.selectors import decimal_text
from kernel.orders.models import Order
from kernel.tenancy.context import current_tenant

VIEW: Final = "ledger.view"
_BATCH: Final = 500


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


class JournalFilter(NarrowForm):
    """Which journals a list shows."""

    kind = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What it was"),
        choices=[("", gettext_lazy("All")), *KINDS.items()],
    )
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("Until"))


@dataclass(frozen=True, slots=True)
class ShownJournal:
    """A journal with its lines, for people.

    Attributes:
        lines: account, amount as people read it, and in units.
        number: of the order behind it; empty for none.
    """

    journal: Journal
    what: str
    number: str
    lines: list[tuple[Shown, str, int]]


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the journals."""
    page, context = narrowed_page(
        request, JournalFilter(request.GET), lambda wanted: _journals(wanted).order_by("-id")
    )
    context |= {"journals": _shown(list(page))}
    return render(request, "backoffice/ledger/journals.html", context)


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the journals that a filter leaves."""
    return _rows(_journals(JournalFilter(query).wanted()))


def _journals(wanted: dict[str, Any]) -> QuerySet[Journal]:
    rows = Journal.objects.all()
    zone = current_tenant().zone
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    if since := wanted.get("since"):
        rows = rows.filter(occurred_at__gte=day_bounds(since, zone)[0])
    if until := wanted.get("until"):
        rows = rows.filter(occurred_at__lt=day_bounds(until, zone)[1])
    return rows


def _shown(journals: Sequence[Journal]) -> list[ShownJournal]:
    """Return journals with their lines; four queries."""
    postings = Posting.objects.select_related("account__asset").filter(journal__in=journals)
    rows = list(postings.order_by("journal_id", "line"))
    accounts = {row.account_id: row.account for row in rows}
    names = {shown.account.pk: shown for shown in named(accounts.values())}
    lines: dict[UUID, list[tuple[Shown, str, int]]] = defaultdict(list)
    for row in rows:
        text = units_text(row.account.asset, row.minor)
        entry = (names[row.account_id], text, row.minor)
        lines[row.journal_id].append(entry)
    keys = [row.reference_id for row in journals if row.reference_id]
    numbers = dict(Order.objects.filter(pk__in=keys).values_list("pk", "number"))
    return [
        ShownJournal(
            journal=row,
            what=kind_label(row.kind),
            number=numbers.get(row.reference_id, "") if row.reference_id else "",
            lines=lines[row.pk],
        )
        for row in journals
    ]


def _rows(journals: QuerySet[Journal]) -> Iterator[list[object]]:
    yield [
        *(_("When"), _("What it was"), _("Order number"), _("Account"), _("State")),
        *(_("Asset"), _("Amount")),
    ]
    last = UUID(int=0)
    while batch := list(journals.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        for each in _shown(batch):
            at = each.journal.occurred_at.isoformat(timespec="seconds")
            for shown, _text, minor in each.lines:
                amount = decimal_text(minor, shown.account.asset.scale)
                yield [
                    *(at, each.what, each.number, shown.owner, shown.state),
                    *(shown.asset, amount),
                ]
