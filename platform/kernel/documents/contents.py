"""What stands on documents: taken from orders once, and kept as it was.

Everything is plain JSON; amounts are whole minor units. An invoice divides what was
bought into groups that are taxed alike, so that a credit note can take back of each its
share, and all credit notes together never more than the invoice.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from django.utils import translation
from django.utils.translation import gettext as _

from kernel.common.money import split_minor
from kernel.documents.models import Document, LegalEntity
from kernel.documents.parts import FREIGHT, Part, Parts
from kernel.members.models import InvoiceProfile
from kernel.orders.models import Order, OrderLine
from kernel.orders.taxes import RateShare, read_shares, summed
from kernel.tenancy.context import current_tenant

Content: TypeAlias = dict[str, Any]

_SELLER: Final = (
    *("name", "tax_number", "registration", "address", "country", "email", "phone"),
    *("bank", "bank_account", "footer"),
)


def invoice_content(
    order: Order, lines: Sequence[OrderLine], entity: LegalEntity, profile: InvoiceProfile | None
) -> Content:
    """Return what stands on an invoice of an order."""
    rows = [_line(line) for line in lines if line.quantity]
    if order.freight_minor:
        with translation.override(entity.language):
            title = _("Shipping")
        shares = read_shares(order.freight_taxes)
        row = _row(title, "", shares, quantity=1, unit=order.freight_minor)
        rows.append({**row, "line": FREIGHT})
    groups = _groups(rows)
    return {
        "seller": seller(entity),
        "buyer": buyer(order, profile),
        "order": _order(order),
        "lines": [{k: v for k, v in row.items() if k != "shares"} for row in rows],
        "groups": groups,
        "taxes": [_tax(share) for share in summed(s for row in rows for s in row["shares"])],
        **_totals(groups),
    }


def supplement_content(
    order: Order, lines: Sequence[OrderLine], invoices: Sequence[Document]
) -> Content | None:
    """Return what stands on an invoice for what lines cost beyond theirs; None for nothing.

    An exchange for something dearer puts the difference on a line that has its invoice.
    """
    rows = []
    for line in lines:
        known = [r for each in invoices for r in each.content["lines"] if r["line"] == line.pk.hex]
        grown = line.total_minor - sum(row["total"] for row in known)
        if not known or grown <= 0:
            continue
        had = [sum(parts) for parts in zip(*(row["parts"] for row in known), strict=True)]
        shares = [
            replace(share, minor=share.minor - before)
            for share, before in zip(read_shares(line.taxes), had, strict=False)
        ]
        put_on = sum(share.minor for share in shares if not share.is_included)
        kept = line.snapshot
        row = _row(
            str(kept.get("title", "")),
            str(kept.get("sku", "")),
            shares,
            quantity=1,
            unit=grown - put_on,
        )
        shares = [replace(share, base_minor=row["net"]) for share in shares]
        told = {"line": line.pk.hex, "variant": str(kept.get("variant", "") or "")}
        rows.append({**row, **told, "shares": shares})
    if not rows:
        return None
    first, groups = invoices[0].content, _groups(rows)
    return {
        "seller": first["seller"],
        "buyer": first["buyer"],
        "order": _order(order),
        "lines": [{k: v for k, v in row.items() if k != "shares"} for row in rows],
        "groups": groups,
        "taxes": [_tax(share) for share in summed(s for row in rows for s in row["shares"])],
        **_totals(groups),
    }


def credit_content(
    invoice: Document, earlier: Iterable[Document], minor: int, parts: Parts | None = None
) -> Content:
    """Return what stands on a credit note: of each line what went back for it.

    Args:
        invoice: what it takes back.
        earlier: the credit notes for it so far that were not reversed.
        minor: what was paid back; at most what the invoice has left.
        parts: for which lines; of all of them in proportion, where nobody knows.
    """
    notes = list(earlier)
    taken = _taken(notes)
    rows: list[Content] = list(invoice.content["lines"])
    shares = _shares(rows, notes, minor, parts or {})
    by_group = Counter[str]()
    for row, share in zip(rows, shares, strict=True):
        by_group[row["key"]] += share
    found = [
        _credited(group, taken.get(group["key"], {}), by_group[group["key"]])
        for group in invoice.content["groups"]
        if by_group[group["key"]]
    ]
    return {
        "seller": invoice.content["seller"],
        "buyer": invoice.content["buyer"],
        "order": invoice.content["order"],
        "corrects": {"number": invoice.number, "at": invoice.issued_at.isoformat()},
        "lines": _credited_rows(rows, shares, found, parts or {}),
        "groups": found,
        "taxes": _taxes_of(found),
        **_totals(found),
    }


def void_content(note: Document) -> Content:
    """Return what stands on the reversal of a credit note: all that it says, once more."""
    return {
        **note.content,
        "corrects": {"number": note.number, "at": note.issued_at.isoformat()},
    }


def slip_content(order: Order, lines: Sequence[OrderLine], entity: LegalEntity) -> Content:
    """Return what stands on a delivery note or a packing list: goods, no prices."""
    rows = []
    for line in lines:
        quantity = line.quantity - line.cancelled_quantity
        if quantity > 0:
            row = _line(line)
            weight = line.snapshot.get("weight_grams") or 0
            rows.append(
                {
                    "title": row["title"],
                    "variant": row["variant"],
                    "sku": row["sku"],
                    "quantity": quantity,
                    "weight_grams": int(weight) * quantity,
                }
            )
    return {
        "seller": seller(entity),
        "buyer": {**buyer(order, None), "phone": order.address.get("phone", "")},
        "order": {**_order(order), "note": order.note},
        "lines": rows,
    }


def digest_of(content: Content) -> str:
    """Return what tells the goods and the place on a slip from others."""
    told = {name: content[name] for name in ("buyer", "lines")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def seller(entity: LegalEntity) -> Content:
    """Return in whose name a document is issued."""
    found = {name: getattr(entity, name) for name in _SELLER}
    return {**found, "footer": entity.footer or current_tenant().brand.pdf_footer}


def buyer(order: Order, profile: InvoiceProfile | None) -> Content:
    """Return who a document is made out to: whom the member chose, else the recipient."""
    place = order.address
    found = {
        "name": place.get("name", ""),
        "tax_number": _exempt_number(order),
        "lines": [
            text
            for text in (
                place.get("line", ""),
                place.get("region", "") or place.get("city", ""),
                f"{place.get('postcode', '')} {place.get('country', '')}".strip(),
            )
            if text
        ],
    }
    if profile is not None:
        found["name"] = profile.title
        found["tax_number"] = profile.tax_number or found["tax_number"]
        if profile.address:
            found["lines"] = [profile.address]
    return found


def taxes_in(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return the taxes of groups, in minor units."""
    return sum(tax["minor"] for row in rows for tax in row["taxes"])


def _exempt_number(order: Order) -> str:
    return next((each.exempt for each in read_shares(order.freight_taxes) if each.exempt), "")


def _order(order: Order) -> Content:
    return {
        "number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "paid_at": order.paid_at.isoformat() if order.paid_at else "",
        "method": order.method,
    }


def _line(line: OrderLine) -> Content:
    kept = line.snapshot
    row = _row(
        str(kept.get("title", "")),
        str(kept.get("sku", "")),
        read_shares(line.taxes),
        quantity=line.quantity,
        unit=line.unit_minor,
        discount=line.discount_minor,
    )
    return {**row, "line": line.pk.hex, "variant": str(kept.get("variant", "") or "")}


def _row(
    title: str,
    sku: str,
    shares: Sequence[RateShare],
    *,
    quantity: int,
    unit: int,
    discount: int = 0,
) -> Content:
    price = unit * quantity - discount
    tax = sum(share.minor for share in shares)
    net = price - sum(share.minor for share in shares if share.is_included)
    return {
        "title": title,
        "variant": "",
        "sku": sku,
        "quantity": quantity,
        "unit": unit,
        "discount": discount,
        "rates": " + ".join(f"{share.percent} %" for share in shares),
        "net": net,
        "tax": tax,
        "total": net + tax,
        "key": key_of_rates(shares),
        "parts": [share.minor for share in shares],
        "shares": list(shares),
    }


def key_of_rates(shares: Sequence[RateShare]) -> str:
    """Return what tells goods that are taxed alike from others."""
    return "|".join(f"{share.code}:{share.ppm}:{share.exempt}" for share in shares)


def _groups(rows: Sequence[Content]) -> list[Content]:
    """Put what is taxed alike together, in the order in which it comes first."""
    found: dict[str, Content] = {}
    for row in rows:
        shares: list[RateShare] = row["shares"]
        key = row["key"]
        group = found.setdefault(
            key,
            {"key": key, "taxes": [{**_tax(s), "minor": 0} for s in shares], "net": 0, "total": 0},
        )
        group["net"] += row["net"]
        group["total"] += row["total"]
        for tax, share in zip(group["taxes"], shares, strict=True):
            tax["minor"] += share.minor
    for group in found.values():
        for tax in group["taxes"]:
            tax["net"] = group["net"]
    return list(found.values())


def _tax(share: RateShare) -> Content:
    return {
        "name": share.name,
        "percent": share.percent,
        "exempt": share.exempt,
        "net": share.base_minor,
        "minor": share.minor,
    }


def _taken(earlier: Iterable[Document]) -> dict[str, Content]:
    """Return what credit notes have taken of each group."""
    found: dict[str, Content] = {}
    for note in earlier:
        for group in note.content["groups"]:
            known = found.setdefault(group["key"], {"total": 0, "taxes": [0] * len(group["taxes"])})
            known["total"] += group["total"]
            for place, tax in enumerate(group["taxes"]):
                known["taxes"][place] += tax["minor"]
    return found


def _shares(
    rows: Sequence[Content], notes: Iterable[Document], minor: int, parts: Parts
) -> list[int]:
    """Divide what went back to the lines of an invoice; no line gives more than it has left."""
    left = [int(row["total"]) for row in rows]
    places = {row["line"]: place for place, row in enumerate(rows)}
    for note in notes:
        for row in note.content["lines"]:
            left[places[row["line"]]] -= int(row["total"])
    weights = [parts.get(row["line"], Part(0)).minor for row in rows]
    found = [0] * len(rows)
    if sum(weights):
        wanted = split_minor(min(minor, sum(weights)), weights)
        found = [min(want, each) for want, each in zip(wanted, left, strict=True)]
    rest = minor - sum(found)
    if rest:
        spare = [each - had for each, had in zip(left, found, strict=True)]
        more = split_minor(rest, spare)
        found = [had + each for had, each in zip(found, more, strict=True)]
    return found


def _credited_rows(
    rows: Sequence[Content], shares: Sequence[int], groups: Iterable[Content], parts: Parts
) -> list[Content]:
    """Return the lines of a credit note; their taxes add up to those of its groups."""
    taxes: dict[str, list[int]] = {}
    places: dict[str, list[int]] = {}
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        if share:
            places.setdefault(row["key"], []).append(place)
    for group in groups:
        mine = places[group["key"]]
        taxes[group["key"]] = split_minor(taxes_in([group]), [shares[place] for place in mine])
    found = []
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        if share:
            tax = taxes[row["key"]][places[row["key"]].index(place)]
            kept = {name: row[name] for name in ("line", "key", "title", "variant", "sku", "rates")}
            pieces = parts.get(row["line"], Part(0)).pieces
            amounts = {"net": share - tax, "tax": tax, "total": share}
            found.append({**kept, **amounts, "quantity": pieces, "unit": 0, "discount": 0})
    return found


def _credited(group: Content, taken: Content, part: int) -> Content:
    """Return a part of a group; the last one takes exactly what is left of each tax."""
    had_total: int = taken.get("total", 0)
    until = had_total + part
    before: Sequence[int] = taken.get("taxes") or [0] * len(group["taxes"])
    taxes = []
    for tax, had in zip(group["taxes"], before, strict=True):
        due = (2 * tax["minor"] * until + group["total"]) // (2 * group["total"]) - had
        # A reversed note may leave what is rounded a cent off.
        is_last = until == group["total"]
        minor = tax["minor"] - had if is_last else min(max(due, 0), tax["minor"] - had, part)
        taxes.append({**tax, "minor": minor})
    net_left = group["net"] - (had_total - sum(before))
    missing = part - sum(tax["minor"] for tax in taxes) - net_left
    for tax, had, whole in zip(taxes, before, group["taxes"], strict=True):
        more = min(max(missing, 0), whole["minor"] - had - tax["minor"])
        tax["minor"] += more
        missing -= more
    net = part - sum(tax["minor"] for tax in taxes)
    return {
        "key": group["key"],
        "taxes": [{**tax, "net": net} for tax in taxes],
        "net": net,
        "total": part,
    }


def _taxes_of(groups: Iterable[Content]) -> list[Content]:
    found: dict[tuple[str, str], Content] = {}
    for group in groups:
        for tax in group["taxes"]:
            known = found.setdefault((tax["name"], tax["percent"]), {**tax, "net": 0, "minor": 0})
            known["net"] += tax["net"]
            known["minor"] += tax["minor"]
    return list(found.values())


def _totals(groups: Iterable[Content]) -> Content:
    rows = list(groups)
    tax = taxes_in(rows)
    total = sum(row["total"] for row in rows)
    return {"net": total - tax, "tax": tax, "total": total}
