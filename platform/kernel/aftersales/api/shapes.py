"""Cases as the APIs answer them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.aftersales.api.forms import LinkShown
from kernel.aftersales.machine import SOURCES, may
from kernel.aftersales.models import Case, CaseLine
from kernel.aftersales.planning import Opening, Plan
from kernel.aftersales.selectors import CaseDetail
from kernel.common.ids import public_id
from kernel.common.money import Money


def opening_data(found: Opening, currency: str) -> dict[str, Any]:
    """Return for what a line is open."""
    line = found.room.line
    return {
        "line": line.public_id,
        "title": str(line.snapshot.get("title", "")),
        "variant": str(line.snapshot.get("variant", "")),
        "kinds": {str(kind): most for kind, most in found.kinds.items()},
        "amount": Money(found.room.minor, currency).decimal(),
        "until": found.window.change_of_mind,
        "faults_until": found.window.fault,
    }


def plan_data(made: Plan) -> dict[str, Any]:
    """Return what a buyer would get."""

    def text(minor: int) -> str:
        return Money(minor, made.currency).decimal()

    return {
        "lines": [
            {
                "line": each.room.line.public_id,
                "quantity": each.quantity,
                "role": each.role,
                "amount": text(each.refund_minor),
                "surcharge": text(each.difference.extra_minor),
            }
            for each in made.lines
        ],
        "freight": text(made.freight_minor),
        "recount": text(made.recount_minor),
        "amount": text(made.amount_minor),
        "surcharge": text(made.surcharge_minor),
        "currency": made.currency,
    }


def listed_data(case: Case, lines: Sequence[CaseLine]) -> dict[str, Any]:
    """Return a case of a list."""

    def text(minor: int) -> str:
        return Money(minor, case.currency).decimal()

    return {
        "id": case.public_id,
        "number": case.number,
        "order": case.order.number,
        "kind": case.kind,
        "remedy": case.remedy,
        "state": case.state,
        "reason": case.reason,
        "amount": text(case.amount_minor),
        "freight": text(case.freight_minor),
        "gift_charge": text(case.gift_charge_minor),
        "recount": text(case.recount_minor),
        "surcharge": text(case.surcharge_minor),
        "refunded": text(case.refunded_minor),
        "currency": case.currency,
        "lines": [_line(each, case.currency) for each in lines],
        "version": case.version,
        "due_at": case.due_at,
        "created_at": case.created_at,
        "closed_at": case.closed_at,
    }


def detail_data(detail: CaseDetail) -> dict[str, Any]:
    """Return a case with everything about it."""
    case = detail.case
    address = case.return_address or {}
    return {
        **listed_data(case, detail.lines),
        "offer": _offer(case),
        "return_address": {name: address.get(name, "") for name in ("name", "phone", "line")},
        "carrier": case.carrier,
        "tracking": case.tracking,
        "new_carrier": case.new_carrier,
        "new_tracking": case.new_tracking,
        "verdict": case.verdict,
        "escalated_at": case.escalated_at,
        "group": case.order.group.number,
        "entries": [
            {
                "kind": each.kind,
                "side": each.side,
                "text": each.text,
                "facts": each.data,
                "at": each.at,
                "pictures": LinkShown(pictures, many=True).data,
            }
            for each, pictures in detail.entries
        ],
        "payouts": [
            {
                "means": each.means,
                "state": each.state,
                "amount": Money(each.minor, case.currency).decimal(),
                "failure": each.failure,
                "at": each.at,
            }
            for each in detail.payouts
        ],
        "moves": sorted(name for name in SOURCES if may(case, name)),
    }


def staff_data(data: dict[str, Any], case: Case) -> dict[str, Any]:
    """Add what staff alone see."""
    return {
        **data,
        "member": _member(case.member_id),
        "needs_staff": case.needs_staff,
    }


def _member(member_id: UUID | None) -> str:
    return "" if member_id is None else public_id("mem", member_id)


def _offer(case: Case) -> dict[str, Any] | None:
    if case.offer is None:
        return None
    minor = int(case.offer["minor"])
    return {"kind": case.offer["kind"], "amount": Money(minor, case.currency).decimal()}


def _line(each: CaseLine, currency: str) -> dict[str, Any]:
    kept = each.line.snapshot
    return {
        "line": each.line.public_id,
        "title": str(kept.get("title", "")),
        "variant": str(kept.get("variant", "")),
        "sku": str(kept.get("sku", "")),
        "role": each.role,
        "quantity": each.quantity,
        "amount": Money(each.refund_minor, currency).decimal(),
        "surcharge": Money(each.extra_minor, currency).decimal(),
        "instead": "" if each.variant_id is None else public_id("var", each.variant_id),
        "accepted": each.accepted_quantity,
        "restocked": each.restocked_quantity,
    }
