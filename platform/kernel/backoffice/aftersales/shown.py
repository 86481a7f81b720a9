"""What the pages of the after-sales desk show."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import CaseKind, PayoutState, Remedy
from kernel.aftersales.machine import may
from kernel.aftersales.models import Case
from kernel.aftersales.rooms import rooms_of
from kernel.aftersales.selectors import CaseDetail, cases_on
from kernel.aftersales.services import current_address
from kernel.aftersales.services.deciding import BACK_FIRST
from kernel.backoffice.aftersales.forms import (
    ApprovalForm,
    InspectionForm,
    OfferForm,
    ReplacementForm,
    TextForm,
    VerdictForm,
)

VIEW: Final = "aftersales.view"
RECOUNTED: Final = _("Discounts counted anew")
_MOVES: Final = ("approve", "offer", "reject", "inspect", "replace", "arbitrate")


def desk_case(detail: CaseDetail) -> dict[str, Any]:
    """Return everything that the page of a case shows; a fixed number of queries."""
    case = detail.case
    missing = sum(each.minor for each in detail.payouts if each.state != PayoutState.FAILED)
    return {
        "case": case,
        "order": detail.order,
        "detail": detail,
        "sums": sums_of(detail),
        "forms": forms_for(detail),
        "others": [each for each in cases_on(case.order_id) if each.pk != case.pk],
        "can_say": may(case, "say"),
        "can_receive": may(case, "receive"),
        "can_escalate": may(case, "escalate"),
        "missing": case.amount_minor - missing if may(case, "pay") else 0,
        "offered": CaseKind(case.offer["kind"]).label if case.offer else "",
    }


def sums_of(detail: CaseDetail) -> list[tuple[Promise | str, int, bool]]:
    """Return of what the money is made up: label, minor units, whether it is the whole."""
    case = detail.case
    goods = sum(each.refund_minor for each in detail.lines)
    extra = sum(each.extra_minor for each in detail.lines)
    rows: list[tuple[Promise | str, int, bool]] = []
    if case.remedy != Remedy.MONEY:
        if goods and extra:
            rows = [(_("Cheaper by"), goods, False), (_("Dearer by"), -extra, False)]
        if case.surcharge_minor:
            rows.append((_("Paid on top in all"), case.surcharge_minor, True))
        if case.amount_minor:
            rows.append((_("Goes back in all"), case.amount_minor, True))
        return rows
    rows.append((_("Goods"), goods, False))
    if case.freight_minor:
        rows.append((_("Freight"), case.freight_minor, False))
    if case.gift_charge_minor:
        rows.append((_("Gifts that did not come back"), -case.gift_charge_minor, False))
    if case.recount_minor:
        rows.append((RECOUNTED, -case.recount_minor, False))
    rows.append((_("Goes back in all"), case.amount_minor, True))
    return rows


def forms_for(detail: CaseDetail, data: QueryDict | None = None) -> dict[str, forms.Form]:
    """Return the forms of what may be done with a case as it is, filled where data is given."""
    # What was taken to the platform is decided there alone.
    left = [name for name in _MOVES if name != "arbitrate" or detail.case.escalated_at is None]
    return {name: _form(name, detail, data) for name in left if may(detail.case, _move(name))}


def _move(name: str) -> Any:
    return name


def _form(name: str, detail: CaseDetail, data: QueryDict | None) -> forms.Form:
    case, lines = detail.case, detail.lines
    if name == "approve":
        return _approval(case, data)
    if name == "inspect":
        return InspectionForm(lines, data)
    if name == "replace":
        return ReplacementForm(data)
    if name == "reject":
        return TextForm(data)
    prefix = {"auto_id": f"{name}_%s"}
    if name == "offer":
        return OfferForm(lines, case.currency, case.freight_minor, data, **prefix)
    return VerdictForm(lines, case.currency, case.freight_minor, data, **prefix)


def _approval(case: Case, data: QueryDict | None) -> ApprovalForm:
    has_freight = case.remedy == Remedy.MONEY and (
        case.freight_minor or rooms_of(case.order, but=case.pk).freight_minor
    )
    comes_back = CaseKind(case.kind) in BACK_FIRST
    return ApprovalForm(
        data,
        currency=case.currency,
        freight=case.freight_minor if has_freight else None,
        address=current_address() if comes_back else None,
    )
