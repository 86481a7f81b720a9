"""A document that never was, to look at a layout."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from kernel.documents.choices import DocumentKind
from kernel.documents.contents import Content, seller
from kernel.documents.drawing import Sheet, draw
from kernel.documents.models import LegalEntity
from kernel.documents.numbers import number_of, year_of
from kernel.documents.services.drawing import logo_of
from kernel.documents.services.issuing import SLIPS
from kernel.documents.services.layouts import layout_of
from kernel.tenancy.context import current_tenant

_PRICES = ((12_900, 2, 1_000), (4_500, 1, 0))
_RATE = 13


def sample_of(entity: LegalEntity, kind: DocumentKind, *, now: datetime) -> bytes:
    """Return a sample as a PDF file; nothing is issued, and no number is drawn."""
    with translation.override(entity.language):
        content = _slip(entity, now) if kind in SLIPS else _money(entity, kind, now)
    content["layout"] = layout_of(entity.pk, kind)
    sheet = Sheet(
        kind=kind.value,
        number=number_of(entity, kind, year_of(now), 1),
        issued_at=now.isoformat(),
        language=entity.language,
        currency=current_tenant().currency,
        zone=current_tenant().zone,
        content=content,
        logo=logo_of(content),
    )
    return draw([sheet])


def _common(entity: LegalEntity, now: datetime) -> Content:
    return {
        "seller": seller(entity),
        "buyer": {
            "name": _("Sample buyer"),
            "tax_number": "",
            "lines": [_("Sample street 1")],
            "phone": "",
        },
        "order": {"number": "260701000001", "placed_at": now.isoformat(), "note": _("Thank you!")},
    }


def _slip(entity: LegalEntity, now: datetime) -> Content:
    rows = [
        {**_goods(place), "quantity": pieces, "weight_grams": 250 * pieces}
        for place, (_unit, pieces, _off) in enumerate(_PRICES)
    ]
    return {**_common(entity, now), "lines": rows}


def _money(entity: LegalEntity, kind: DocumentKind, now: datetime) -> Content:
    rows = []
    for place, (unit, pieces, off) in enumerate(_PRICES):
        total = unit * pieces - off
        tax = total * _RATE // (100 + _RATE)
        amounts = {"net": total - tax, "tax": tax, "total": total}
        goods = {**_goods(place), "quantity": pieces, "unit": unit, "discount": off}
        rows.append({**goods, "rates": f"{_RATE} %", **amounts})
    sums = {name: sum(row[name] for row in rows) for name in ("net", "tax", "total")}
    shown = {"name": _("VAT"), "percent": str(_RATE), "exempt": ""}
    found: Content = {
        **_common(entity, now),
        "lines": rows,
        "taxes": [{**shown, "net": sums["net"], "minor": sums["tax"]}],
        **sums,
    }
    if kind != DocumentKind.INVOICE:
        found["corrects"] = {"number": "INV-1", "at": now.isoformat()}
    return found


def _goods(place: int) -> Content:
    title = _("Sample goods %(number)s") % {"number": place + 1}
    return {"title": title, "variant": "", "sku": f"SKU-{place + 1}"}
