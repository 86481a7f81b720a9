"""Taxes and documents as blocks take them."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.common.money import Money
from kernel.documents.choices import RequestState
from kernel.documents.models import InvoiceRequest
from kernel.documents.selectors import buyer_documents, request_of, takes_requests
from kernel.documents.services.requests import invoiceable_minor
from kernel.orders.models import Order
from kernel.orders.taxes import RateShare
from themes.fields import Json
from themes.shop.amounts import text_of

_AGAIN = frozenset({RequestState.REJECTED, RequestState.RED})


def tax_rows(shares: Iterable[RateShare], currency: str) -> list[Json]:
    """Return what each rate comes to: what prices hold, and what is put on them."""
    found: list[Json] = []
    for share in shares:
        words = {"tax": f"{share.name} {share.percent} %", "number": share.exempt}
        if not share.exempt and not share.minor:
            continue
        label = words["tax"]
        if share.exempt:
            label = _("%(tax)s, not charged: %(number)s") % words
        elif share.is_included:
            label = _("Includes %(tax)s") % words
        net = text_of(Money(share.base_minor, currency))
        found.append(
            {
                "label": label,
                "net": _("on %(amount)s") % {"amount": net},
                "text": text_of(Money(share.minor, currency)),
            }
        )
    return found


def papers_of(order: Order) -> dict[str, Json]:
    """Return the documents of an order, and what became of the invoice that was asked for."""
    key = {"number": order.number}
    return {
        "documents": [
            {
                "number": row.number,
                "kind": str(row.get_kind_display()),
                "href": reverse("order-document", kwargs={**key, "document": row.public_id}),
            }
            for row in buyer_documents(order)
        ],
        **_request(order),
    }


def _request(order: Order) -> dict[str, Json]:
    nothing: dict[str, Json] = {"request": None, "ask": ""}
    if order.member_id is None:
        return nothing
    row = request_of(order)
    if row is None or row.state in _AGAIN:
        may_ask = invoiceable_minor(order) > 0 and takes_requests()
        ask = reverse("order-invoice", kwargs={"number": order.number}) if may_ask else ""
        return {"request": None if row is None else _asked(row, order), "ask": ask}
    return {"request": _asked(row, order), "ask": ""}


def _asked(row: InvoiceRequest, order: Order) -> dict[str, Json]:
    key = {"number": order.number}
    is_open = row.state == RequestState.REQUESTED
    return {
        "title": row.title,
        "state": str(row.get_state_display()),
        "tone": "open" if is_open else "good" if row.state == RequestState.ISSUED else "",
        "amount": text_of(Money(row.amount_minor, row.currency)),
        "number": row.number,
        "reason": row.reason,
        "file": reverse("order-invoice-file", kwargs=key) if row.file else "",
        "withdraw": reverse("order-invoice-withdraw", kwargs=key) if is_open else "",
    }
