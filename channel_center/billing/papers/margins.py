"""What a seller earned: by month, by who bought, and by product; from the same sales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from channel_center.billing.choices import InvoiceKind
from channel_center.billing.models import ChargeStep, Invoice
from channel_center.billing.papers.selectors import clock
from channel_center.billing.papers.statements import after, before
from channel_center.models import Channel
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.models import Tenant

MONTHS: Final = 12


class _Key(NamedTuple):
    month: date
    buyer_id: UUID
    product: str
    currency: str


@dataclass(frozen=True, slots=True)
class Margin:
    """What one buyer brought with one product in one month.

    Attributes:
        buyer: name of the shop, or of the partner below who sold it on.
        sold_minor: what the buyer owed, less what went back to him.
        paid_minor: what the seller owed above for the same, less what came back.
    """

    month: date
    buyer: str
    product: str
    currency: str
    sold_minor: int
    paid_minor: int

    @property
    def minor(self) -> int:
        """What stays."""
        return self.sold_minor - self.paid_minor


def latest_margins(seller_id: UUID | None, *, language: str) -> tuple[list[Margin], Sequence[date]]:
    """Return what a partner, or the operator (None), earned in a year, with its months."""
    zone = clock()
    months = [utc_now().astimezone(zone).date().replace(day=1)]
    while len(months) < MONTHS:
        months.insert(0, before(months[0]))
    rows = margins_of(seller_id, since=months[0], until=months[-1], zone=zone, language=language)
    return rows, months


@public_context()
def margins_of(
    seller_id: UUID | None, *, since: date, until: date, zone: tzinfo, language: str
) -> list[Margin]:
    """Return what a partner, or the operator (None), earned in some months, the newest first.

    Args:
        seller_id: whose sales.
        since: first day of the first month.
        until: first day of the last month.
        zone: by whose clock.
        language: of the names.
    """
    last = after(until)
    moments = [datetime(d.year, d.month, 1, tzinfo=zone) for d in (since, last)]
    sold = _papers(Q(seller=seller_id), moments)
    paid = _papers(Q(buyer=seller_id), moments) if seller_id is not None else []
    passed_on = _passed_on(seller_id, {each.charge_id for each in paid})
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0])
    for place, papers in enumerate((sold, paid)):
        for each in papers:
            charge = each.charge
            buyer = passed_on.get(each.charge_id) if place else each.buyer_id
            key = _Key(
                each.issued_at.astimezone(zone).date().replace(day=1),
                buyer or charge.subscription.tenant_id,
                charge.offer.edition.product.name_in(language),
                each.currency,
            )
            is_invoice = each.kind == InvoiceKind.INVOICE
            sums[key][place] += each.total_minor if is_invoice else -each.total_minor
    names = _names({key.buyer_id for key in sums})
    found = [
        Margin(key.month, names.get(key.buyer_id, "—"), key.product, key.currency, *amounts)
        for key, amounts in sums.items()
        if any(amounts)
    ]
    return sorted(found, key=lambda row: (-row.month.toordinal(), -row.minor, row.buyer))


def _papers(which: Q, between: Sequence[datetime]) -> list[Invoice]:
    """Return invoices and credit notes; everything that was owed or went back has one."""
    rows = Invoice.objects.filter(which, issued_at__gte=between[0], issued_at__lt=between[1])
    return list(rows.select_related("charge__offer__edition__product", "charge__subscription"))


def _passed_on(seller_id: UUID | None, charges: set[UUID]) -> dict[UUID, UUID | None]:
    """Return to whom a seller sold what it bought; None for a shop of its own."""
    rows = ChargeStep.objects.filter(charge__in=charges).filter(Q(seller=seller_id))
    return dict(rows.values_list("charge_id", "buyer_id"))


def _names(ids: set[UUID]) -> dict[UUID, str]:
    shops = Tenant.objects.filter(pk__in=ids).values_list("pk", "name")
    partners = Channel.objects.filter(pk__in=ids).values_list("pk", "name")
    return {**dict(shops), **dict(partners)}


def rows_of(margins: Sequence[Margin]) -> Iterator[list[object]]:
    """Yield margins as rows of a table."""
    yield [
        _("Month"), _("Bought by"), _("Product"), _("Sold"), _("Paid above"), _("Margin"),
        _("Currency"),
    ]  # fmt: skip
    for row in margins:
        amounts = (row.sold_minor, row.paid_minor, row.minor)
        texts = [Money(minor, row.currency).decimal() for minor in amounts]
        yield [f"{row.month:%Y-%m}", row.buyer, row.product, *texts, row.currency]
