"""The form by which a buyer asks for something after the sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.aftersales.choices import FAULTS, CaseKind, Reason, Remedy
from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.planning import Opening, Plan, Wish
from kernel.aftersales.services.telling import LONGEST_TEXT
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import Variant
from kernel.catalogue.sent import MOST_PICTURES, contents_of
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import Money
from kernel.orders.models import Order
from themes.aftersales.shown import line_data
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.thumbs import thumbs_of

_NO_FAULT: Final = (Reason.UNWANTED, Reason.WRONG_SIZE, Reason.OTHER)
_FAULTY: Final = tuple(reason for reason in Reason if reason in FAULTS)
_REASONS: Final = {
    CaseKind.RETURN_REFUND: (*_NO_FAULT, *_FAULTY),
    CaseKind.EXCHANGE: (Reason.WRONG_SIZE, *_FAULTY, Reason.OTHER),
    CaseKind.CLAIM: (*_FAULTY, Reason.NOT_RECEIVED),
}


def kinds_of(order: Order, openings: Sequence[Opening]) -> list[Json]:
    """Return what can be asked for, in words, with where to."""
    texts = {
        CaseKind.REFUND_ONLY: (
            _("Money back"),
            _("For what has not been sent or has not arrived; you send nothing back."),
        ),
        CaseKind.RETURN_REFUND: (_("Return"), _("Send goods back, and get your money.")),
        CaseKind.EXCHANGE: (_("Exchange"), _("Send goods back, and get others instead.")),
        CaseKind.CLAIM: (
            _("Something is wrong"),
            _("Damaged, faulty or missing: a part of the money, or a replacement."),
        ),
    }
    path = reverse("order-after-sale", kwargs={"number": order.number})
    return [
        {"label": label, "text": text, "href": f"{path}?kind={kind.value}"}
        for kind, (label, text) in texts.items()
        if any(each.kinds.get(kind) for each in openings)
    ]


def form_of(
    request: HttpRequest,
    order: Order,
    kind: CaseKind,
    openings: Sequence[Opening],
    *,
    seen: Plan | None,
) -> dict[str, Json]:
    """Return the form for a kind, as it was filled in."""
    asked, language = request.POST, get_language() or ""
    fitting = [each for each in openings if each.kinds.get(kind)]
    thumbs = thumbs_of(each.room.line.product_id for each in fitting)
    others = _others(fitting) if kind == CaseKind.EXCHANGE else {}
    lines: list[Json] = []
    for each in fitting:
        line, most = each.room.line, each.kinds[kind]
        key = line.public_id
        lines.append(
            {
                **line_data(line, thumbs, language, most),
                "most": most,
                "chosen": asked.get(f"quantity_{key}", str(most) if len(fitting) == 1 else "0"),
                "worth": text_of(Money(each.room.minor, order.currency)),
                "others": others.get(key, []),
                "other": asked.get(f"variant_{key}", ""),
            }
        )
    return {
        "kind": kind.value,
        "title": str(kind.label),
        "lines": lines,
        "reasons": [[reason.value, str(reason.label)] for reason in _reasons(kind, fitting)],
        "reason": asked.get("reason", ""),
        "remedies": [[each.value, str(each.label)] for each in Remedy]
        if kind == CaseKind.CLAIM
        else [],
        "remedy": asked.get("remedy", Remedy.MONEY.value),
        "takes_amount": kind == CaseKind.CLAIM,
        "amount": asked.get("amount", ""),
        "currency": order.currency,
        "text": asked.get("text", "")[:LONGEST_TEXT],
        "longest": LONGEST_TEXT,
        "most_pictures": MOST_PICTURES,
        "seen": _seen(seen, language),
    }


def wishes_in(
    request: HttpRequest, order: Order, kind: CaseKind, openings: Sequence[Opening]
) -> list[Wish]:
    """Return what a buyer chose.

    Raises:
        InvalidCase: a number or an amount cannot be read.
    """
    asked, found = request.POST, []
    for each in openings:
        line = each.room.line
        number = asked.get(f"quantity_{line.public_id}", "0").strip()
        if not number.isdecimal() or len(number) > 6:  # noqa: PLR2004  beyond any quantity
            raise InvalidCase(_("A number is expected."), field="quantity")
        if int(number):
            found.append(Wish(line.pk, int(number), variant_id=_variant(asked, line.public_id)))
    text = asked.get("amount", "").strip()
    if kind == CaseKind.CLAIM and text and asked.get("remedy") != Remedy.REPLACEMENT:
        if len(found) != 1:
            raise InvalidCase(_("An amount can be named for one kind of goods."), field="amount")
        try:
            minor = Money.parse(text, order.currency).minor
        except DomainError as refusal:
            raise InvalidCase(str(refusal), field="amount") from refusal
        found = [Wish(found[0].line_id, found[0].quantity, minor=minor)]
    return found


def pictures_in(request: HttpRequest) -> list[bytes]:
    """Read the pictures that came along.

    Raises:
        InvalidCase: too many, or one is too large.
    """
    return contents_of(request.FILES.getlist("pictures"), refusal=InvalidCase)


def _reasons(kind: CaseKind, fitting: Sequence[Opening]) -> Sequence[Reason]:
    if kind != CaseKind.REFUND_ONLY:
        return _REASONS[kind]
    unshipped = any(each.room.unshipped for each in fitting)
    shipped = any(each.room.shipped for each in fitting)
    before = (Reason.UNWANTED, Reason.LATE, Reason.OTHER) if unshipped else ()
    return (*before, *((Reason.NOT_RECEIVED, *_FAULTY) if shipped else ()))


def _others(fitting: Sequence[Opening]) -> dict[str, list[Json]]:
    """Return by line which variants of the same product can come instead; one query."""
    products = {each.room.line.product_id for each in fitting}
    rows = Variant.objects.filter(product__in=products, status=VariantStatus.ACTIVE)
    found: dict[str, list[Json]] = {}
    for variant in rows.order_by("product", "position", "id"):
        for each in fitting:
            if each.room.line.product_id == variant.product_id:
                label = variant.title or variant.sku
                found.setdefault(each.room.line.public_id, []).append([variant.public_id, label])
    return found


def _variant(asked: Mapping[str, str], key: str) -> UUID | None:
    text = asked.get(f"variant_{key}", "")
    if not text:
        return None
    try:
        return parse_public_id("var", text)
    except InvalidId as refusal:
        raise InvalidCase(field="variant") from refusal


def _seen(seen: Plan | None, language: str) -> Json:
    if seen is None:
        return None
    gifts = [each for each in seen.lines if each.role == "gift"]
    return {
        "amount": text_of(Money(seen.amount_minor, seen.currency))
        if seen.remedy == Remedy.MONEY
        else "",
        "freight": text_of(Money(seen.freight_minor, seen.currency)) if seen.freight_minor else "",
        "recount": text_of(Money(seen.recount_minor, seen.currency))
        if seen.recount_minor > 0
        else "",
        "surcharge": text_of(Money(seen.surcharge_minor, seen.currency))
        if seen.surcharge_minor
        else "",
        "back": text_of(Money(seen.amount_minor, seen.currency))
        if seen.remedy == Remedy.REPLACEMENT and seen.amount_minor
        else "",
        "gifts": [line_data(each.room.line, {}, language, each.quantity) for each in gifts],
    }
