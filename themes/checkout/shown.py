"""A quote with its reasons, as the checkout page shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.checkout.drafts import DraftLine, Part, Refusal
from kernel.checkout.quoting import Quote
from kernel.common.money import Money
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.choices import BROUGHT
from kernel.shipping.models import ShippingMethod
from themes.checkout.visits import NEW, Filled
from themes.fields import Json
from themes.papers.shown import tax_rows
from themes.places import address_data, address_text, entry_inputs
from themes.shop.amounts import also_of, text_of
from themes.shop.thumbs import kept_thumb, thumbs_of

ADDRESS_MISSING: Final = "checkout.address_missing"
_FIGURES: Final = ("items", "discount", "freight", "tax")


def needs_address(quote: Quote) -> bool:
    """Tell whether anything has to be brought somewhere."""
    return any(line.method in BROUGHT for line in quote.lines)


def checkout_inputs(
    filled: Filled,
    quote: Quote,
    *,
    faults: dict[str, str],
    notice: str = "",
) -> dict[str, Json]:
    """Return everything that the checkout block draws."""
    return {
        "key": filled.key,
        "expected": quote.total.decimal(),
        "is_member": filled.owner.member_id is not None,
        "email": filled.email,
        "phone": filled.phone,
        "note": filled.note,
        "notice": notice,
        "faults": dict(faults),
        "needs_address": needs_address(quote),
        "addresses": _addresses(filled),
        "is_new": filled.chosen is None,
        "place": {**entry_inputs(filled.entry, faults), "asks_position": _asks_position(quote)},
        "ways": _ways(quote),
        "insurance": _insurance(filled, quote),
        "parts": _parts(quote),
        "sums": _sums(quote),
        "taxes": tax_rows(quote.taxes, quote.currency),
        "includes_tax": any(share.is_included and share.minor for share in quote.taxes),
        "total": text_of(quote.total),
        "also": also_of(quote.total),
        "refusals": _general(quote.refusals),
        "lines_refused": _refused_lines(quote),
        "may_be_placed": not _serious(quote.refusals),
    }


def _addresses(filled: Filled) -> list[Json]:
    language = get_language() or ""
    found: list[Json] = [
        {
            "id": str(each.pk),
            "name": each.name,
            "phone": each.phone,
            "text": address_text(address_data(each), language),
            "is_chosen": filled.chosen is not None and each.pk == filled.chosen.pk,
        }
        for each in filled.addresses
    ]
    if found:
        found.append({"id": NEW, "is_chosen": filled.chosen is None})
    return found


def _ways(quote: Quote) -> list[Json]:
    language = get_language() or ""
    return [
        {
            "code": each.way.code,
            "name": each.way.name_in(language),
            "place": _pickup_place(each.way),
            "obstacle": each.obstacle,
            "price": text_of(Money(each.minor, quote.currency)) if each.minor else _("Free"),
            "is_chosen": each.way.code == quote.shipping,
        }
        for each in quote.ways
    ]


def _insurance(filled: Filled, quote: Quote) -> Json:
    """Return the insurance that the chosen way offers; None for none."""
    chosen = next((each.way for each in quote.ways if each.way.code == quote.shipping), None)
    if chosen is None or chosen.insurance_minor is None:
        return None
    price = text_of(Money(chosen.insurance_minor, quote.currency))
    return {"price": price, "is_chosen": filled.is_insured}


def _asks_position(quote: Quote) -> bool:
    """Tell whether it helps to know where exactly the buyer is."""
    return any(each.way.method == FulfilmentMethod.SAME_CITY for each in quote.ways)


def _pickup_place(way: ShippingMethod) -> str:
    if way.method != FulfilmentMethod.PICKUP or way.location is None:
        return ""
    return f"{way.location.name} {way.location.address}".strip()


def _parts(quote: Quote) -> list[Json]:
    thumbs = thumbs_of(line.goods.product_id for line in quote.lines)
    return [_part(part, thumbs, quote.currency) for part in quote.parts]


def _part(part: Part, thumbs: Mapping[UUID, str], currency: str) -> dict[str, Json]:
    return {
        "method": str(part.method.label),
        "lines": [_line(line, thumbs, currency) for line in part.lines],
        "reasons": [
            {"label": each.label, "text": text_of(Money(each.minor, currency))}
            for each in part.reasons
        ],
    }


def _line(line: DraftLine, thumbs: Mapping[UUID, str], currency: str) -> dict[str, Json]:
    facts = line.goods.facts
    kept = line.goods.snapshot()
    titles = kept["i18n"]
    title = titles.get(get_language() or "") if isinstance(titles, dict) else ""
    return {
        "title": str(title or facts["product__title"]),
        "variant": str(facts["title"] or ""),
        "picture": kept_thumb(kept) or thumbs.get(line.goods.product_id, ""),
        "quantity": line.quantity,
        "unit": text_of(Money(line.unit_minor, currency)),
        "total": text_of(Money(line.total_minor, currency)),
        "reasons": [
            {"label": each.label, "text": text_of(Money(each.minor, currency))}
            for each in line.reasons
        ],
        "prices": _prices(line, currency),
    }


def _prices(line: DraftLine, currency: str) -> list[Json]:
    """Return how the price of a piece came about, where more than its own price had a say."""
    steps: list[Json] = [
        {
            "label": str(step.get("label") or _("Regular price")),
            "text": text_of(Money(int(str(step["minor"])), currency)),
        }
        for step in line.chain
    ]
    return steps if len(steps) > 1 else []


def _sums(quote: Quote) -> list[Json]:
    labels = {
        "items": _("Goods"),
        "discount": _("Discount"),
        "freight": _("Freight"),
        "tax": _("Tax"),
    }
    found: list[Json] = []
    for name in _FIGURES:
        money: Money = getattr(quote, name)
        is_always = name == "items" or (name == "freight" and needs_address(quote))
        if not money.minor and not is_always:
            continue
        minus = "−" if name == "discount" else ""
        text = text_of(money) if money.minor or name == "items" else _("Free")
        found.append({"label": labels[name], "text": f"{minus}{text}"})
    return found


def _serious(refusals: Sequence[Refusal]) -> list[Refusal]:
    return [each for each in refusals if each.code != ADDRESS_MISSING]


def _general(refusals: Sequence[Refusal]) -> list[Json]:
    return [str(each.title) for each in _serious(refusals) if each.line is None]


def _refused_lines(quote: Quote) -> list[Json]:
    titles = {line.position: str(line.goods.facts["product__title"]) for line in quote.lines}
    texts: dict[int, list[str]] = defaultdict(list)
    for each in quote.refusals:
        if each.line is not None:
            left = each.fields.get("available")
            some = isinstance(left, int) and left > 0
            more = _("Only %(n)s left") % {"n": left} if some else ""
            texts[each.line].append(f"{each.title} {more}".strip())
    return [
        {"title": titles.get(line, ""), "text": " ".join(found)}
        for line, found in sorted(texts.items())
    ]
