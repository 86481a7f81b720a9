"""Cases as blocks take them: plain values, words in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.aftersales.choices import (
    CaseKind,
    CaseState,
    LineRole,
    PayoutMeans,
    PayoutState,
    Remedy,
    Side,
)
from kernel.aftersales.machine import may
from kernel.aftersales.models import Case, CaseLine
from kernel.aftersales.selectors import CaseDetail
from kernel.aftersales.services.asking import DISPUTE_DAYS
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.models import OrderLine
from themes.fields import Json
from themes.orders.carriers import tracking_page
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text
from themes.shop.thumbs import kept_thumb

_GOOD: Final = frozenset({CaseState.REFUNDED, CaseState.EXCHANGED})
_ENDED: Final = frozenset({CaseState.REJECTED, CaseState.CANCELLED, CaseState.ARBITRATED})


def path_of(case: Case) -> str:
    """Return where a case is."""
    return reverse("case", kwargs={"number": case.number})


def listed_data(
    case: Case, lines: Sequence[CaseLine], thumbs: Mapping[UUID, str], language: str
) -> dict[str, Json]:
    """Return a case of a list."""
    return {
        "number": case.number,
        "href": path_of(case),
        "kind": case.get_kind_display(),
        "state": case.get_state_display(),
        "tone": tone_of(case),
        "at": moment_text(case.created_at, language),
        "amount": _amount(case),
        "lines": [line_data(each.line, thumbs, language, each.quantity) for each in lines],
    }


def brief_data(case: Case) -> dict[str, Json]:
    """Return a case as the page of its order names it."""
    return {
        "number": case.number,
        "href": path_of(case),
        "kind": case.get_kind_display(),
        "state": case.get_state_display(),
        "tone": tone_of(case),
        "amount": _amount(case),
    }


def detail_data(detail: CaseDetail, thumbs: Mapping[UUID, str], language: str) -> dict[str, Json]:
    """Return a case with everything that its buyer may see and do."""
    case = detail.case
    return {
        **listed_data(case, detail.lines, thumbs, language),
        "order": detail.order.number,
        "reason": case.get_reason_display(),
        "next": _next(case, language),
        "sums": _sums(detail),
        "gifts": [each.role == LineRole.GIFT for each in detail.lines],
        "offer": _offer(case),
        "address": case.return_address if case.return_address.get("line") else None,
        "parcel": _parcel(case.carrier, case.tracking),
        "replacement": _parcel(case.new_carrier, case.new_tracking),
        "story": _story(detail, language),
        "can_cancel": may(case, "cancel"),
        "can_send": may(case, "send_back"),
        "can_answer": may(case, "take_offer"),
        "can_dispute": may(case, "dispute") and _in_time(case),
        "can_say": may(case, "say"),
        "can_escalate": may(case, "escalate"),
        "pay": _pay(case),
    }


def line_data(
    line: OrderLine, thumbs: Mapping[UUID, str], language: str, quantity: int
) -> dict[str, Json]:
    """Return a line of an order as cases show it."""
    kept = line.snapshot
    titles = kept.get("i18n") or {}
    return {
        "id": line.public_id,
        "title": str(titles.get(language) or kept.get("title", "")),
        "variant": str(kept.get("variant", "")),
        "picture": kept_thumb(kept) or thumbs.get(line.product_id, ""),
        "quantity": quantity,
    }


def tone_of(case: Case) -> str:
    """Return a tone for a state: open, good, over."""
    state = CaseState(case.state)
    return "good" if state in _GOOD else "over" if state in _ENDED else "open"


def _pay(case: Case) -> Json:
    """Return where the difference is paid, and how much it is; nothing while none is due."""
    if not may(case, "take_money"):
        return None
    return {
        "href": reverse("cashier", kwargs={"number": case.order.group.number}),
        "amount": text_of(Money(case.surcharge_minor, case.currency)),
    }


def _amount(case: Case) -> str:
    if case.remedy != Remedy.MONEY:
        return str(Remedy(case.remedy).label)
    return text_of(Money(case.amount_minor, case.currency))


def _next(case: Case, language: str) -> str:
    """Say what happens next, and when by itself."""
    at = moment_text(case.due_at, language) if case.due_at else ""
    texts = {
        CaseState.REQUESTED: _("The shop looks at your request."),
        CaseState.OFFERED: _("The shop proposes something else. Please answer."),
        CaseState.APPROVED: _("Please send the goods back, and tell us the number of the parcel."),
        CaseState.SHIPPED_BACK: _("The goods are on their way back."),
        CaseState.RECEIVED: _("The shop has the goods, and looks at them."),
        CaseState.PAYING: _("Please pay the difference; then the replacement is sent."),
        CaseState.REPLACING: _("The shop sends the replacement."),
        CaseState.REFUNDING: _("The money is on its way back."),
        CaseState.REFUNDED: _("The money has gone back."),
        CaseState.EXCHANGED: _("The replacement has left."),
        CaseState.REJECTED: _("The shop has declined. You may object for some days."),
        CaseState.CANCELLED: _("This case is closed."),
        CaseState.DISPUTED: _("The platform looks at both sides.")
        if case.escalated_at
        else _("An arbitrator looks at both sides."),
        CaseState.ARBITRATED: _("The dispute was decided for the shop."),
    }
    silent = {
        CaseState.PAYING: _("Without it the money for the old goods goes back at %(at)s."),
        CaseState.REQUESTED: _("If it does not answer, it counts as approved at %(at)s."),
        CaseState.OFFERED: _("Without an answer the case is closed at %(at)s."),
        CaseState.APPROVED: _("The case is closed if nothing was sent by %(at)s."),
        CaseState.SHIPPED_BACK: _("At the latest at %(at)s they count as received."),
        CaseState.RECEIVED: _("At the latest at %(at)s they count as accepted."),
    }
    state = CaseState(case.state)
    more = silent.get(state, "") % {"at": at} if at else ""
    return f"{texts[state]} {more}".strip()


def _sums(detail: CaseDetail) -> list[Json]:
    case = detail.case
    if case.remedy != Remedy.MONEY:
        return _differences(case)
    goods = sum(each.refund_minor for each in detail.lines)

    def row(label: str, minor: int, *, whole: bool = False) -> dict[str, Json]:
        text = text_of(Money(abs(minor), case.currency))
        return {"label": label, "text": f"−{text}" if minor < 0 else text, "is_whole": whole}

    found: list[Json] = [row(_("Goods"), goods)]
    if case.freight_minor:
        found.append(row(_("Freight"), case.freight_minor))
    if case.gift_charge_minor:
        found.append(row(_("Gifts that did not come back"), -case.gift_charge_minor))
    if case.recount_minor:
        found.append(row(_("Discounts counted anew"), -case.recount_minor))
    found.append(row(_("Goes back in all"), case.amount_minor, whole=True))
    done = [each for each in detail.payouts if each.state == PayoutState.DONE]
    return [*found, *(row(str(PayoutMeans(each.means).label), each.minor) for each in done)]


def _differences(case: Case) -> list[Json]:
    """Return what an exchange costs on top, or gives back."""
    found: list[Json] = []
    for label, minor in (
        (_("You pay on top"), case.surcharge_minor),
        (_("Goes back in all"), case.amount_minor),
    ):
        if minor:
            text = text_of(Money(minor, case.currency))
            found.append({"label": label, "text": text, "is_whole": True})
    return found


def _offer(case: Case) -> Json:
    if case.offer is None:
        return None
    minor = int(case.offer["minor"])
    return {
        "kind": str(CaseKind(case.offer["kind"]).label),
        "amount": text_of(Money(minor, case.currency)) if minor else "",
    }


def _parcel(carrier: str, tracking: str) -> Json:
    if not tracking:
        return None
    return {"carrier": carrier, "tracking": tracking, "page": tracking_page(carrier, tracking)}


def _story(detail: CaseDetail, language: str) -> list[Json]:
    sides = {
        Side.BUYER: _("You"),
        Side.SHOP: _("The shop"),
        Side.PLATFORM: _("Arbitrator"),
        Side.SYSTEM: _("The system"),
    }
    found: list[Json] = [
        {
            "title": each.get_kind_display(),
            "who": sides[Side(each.side)],
            "text": each.text,
            "at": moment_text(each.at, language),
            "iso": each.at.isoformat(),
            "pictures": [{"small": one.small, "large": one.large} for one in pictures],
        }
        for each, pictures in detail.entries
    ]
    return found[::-1]


def _in_time(case: Case) -> bool:
    if case.state != CaseState.REJECTED or case.closed_at is None:
        return True
    return utc_now() <= case.closed_at + timedelta(days=DISPUTE_DAYS)
