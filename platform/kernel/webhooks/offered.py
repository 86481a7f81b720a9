"""The kernel's events as the world knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.aftersales.events import CaseChanged
from kernel.catalogue.events import ProductChanged
from kernel.common.ids import public_id
from kernel.common.money import Money
from kernel.forms.events import FormSubmitted
from kernel.inventory.events import StockRanLow
from kernel.members.events import MemberAnonymised, MemberRegistered
from kernel.orders import events as orders
from kernel.payments.events import RefundFailed
from kernel.reviews.events import ReviewChanged
from kernel.webhooks.catalogue import PublicEvent, offer
from kernel.webhooks.shapes import (
    AMOUNT,
    CURRENCY,
    FLAG,
    NUMBER,
    TEXT,
    identifier,
    many,
    members,
    nullable,
)

_ONE: Final = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def offer_all() -> None:
    """Put the kernel's events into the catalogue."""
    for event in (*_ORDERS, *_OTHERS):
        offer(event)


def _order(event: orders.OrderFact) -> dict[str, Any]:
    return {
        "order": public_id("ord", event.order_id),
        "number": event.number,
        "member": None if event.member_id is None else public_id("mem", event.member_id),
        "currency": event.currency,
        "total": Money(event.total_minor, event.currency).decimal(),
    }


def _cancelled(event: orders.OrderCancelled) -> dict[str, Any]:
    return {**_order(event), "reason": event.reason}


def _shipped(event: orders.OrderShipped) -> dict[str, Any]:
    return {**_order(event), "is_complete": event.is_complete}


def _refunded(event: orders.OrderRefunded) -> dict[str, Any]:
    amount = Money(event.refunded_minor, event.currency).decimal()
    return {**_order(event), "refunded": amount}


def _product(event: ProductChanged) -> dict[str, Any]:
    return {
        "product": public_id("prd", event.product_id),
        "changed": list(event.changed),
        "version": event.product_version,
    }


def _low(event: StockRanLow) -> dict[str, Any]:
    return {
        "items": [
            {
                "variant": public_id("var", each.variant_id),
                "location": public_id("loc", each.location_id),
                "left": each.left,
            }
            for each in event.items
        ]
    }


def _member(event: MemberRegistered | MemberAnonymised) -> dict[str, Any]:
    return {"member": public_id("mem", event.member_id)}


def _refund_failed(event: RefundFailed) -> dict[str, Any]:
    return {"intent": public_id("pin", event.intent_id), "failure": event.failure}


def _case(event: CaseChanged) -> dict[str, Any]:
    return {
        "case": public_id("asc", event.case_id),
        "number": event.number,
        "order": public_id("ord", event.order_id),
        "kind": event.kind,
        "state": event.state,
        "change": event.change,
        "currency": event.currency,
        "amount": Money(event.amount_minor, event.currency).decimal(),
    }


def _review(event: ReviewChanged) -> dict[str, Any]:
    return {
        "review": public_id("rev", event.review_id),
        "product": public_id("prd", event.product_id),
        "change": event.change,
    }


def _submitted(event: FormSubmitted) -> dict[str, Any]:
    return {
        "form": public_id("frm", event.form_id),
        "code": event.code,
        "entry": public_id("fsb", event.submission_id),
        "member": None if event.member_id is None else public_id("mem", event.member_id),
    }


_ORDER: Final[Mapping[str, Any]] = {
    "order": identifier("ord"),
    "number": TEXT,
    "member": nullable(identifier("mem")),
    "currency": CURRENCY,
    "total": AMOUNT,
}
_AN_ORDER: Final[Mapping[str, Any]] = {
    "order": public_id("ord", _ONE),
    "number": "2607010000012",
    "member": public_id("mem", _ONE),
    "currency": "CNY",
    "total": "128.00",
}


def _of_order(
    what: str,
    kind: type[orders.OrderFact],
    title: Any,
    says: Any = _order,
    more: Mapping[str, tuple[Any, Any]] | None = None,
) -> PublicEvent:
    """Return an event of an order; ``more`` has a schema and a sample for each further member."""
    added = more or {}
    return PublicEvent(
        code=f"order.{what}",
        source=kind.name,
        title=title,
        says=says,
        schema=members(**_ORDER, **{name: each[0] for name, each in added.items()}),
        sample={**_AN_ORDER, **{name: each[1] for name, each in added.items()}},
    )


_ORDERS: Final = (
    _of_order("placed", orders.OrderPlaced, _("An order was placed")),
    _of_order("paid", orders.OrderPaid, _("An order was paid in full")),
    _of_order("changed", orders.OrderChanged, _("Staff changed an order")),
    _of_order("delivered", orders.OrderDelivered, _("Everything of an order arrived")),
    _of_order("completed", orders.OrderCompleted, _("An order is over")),
    _of_order(
        "cancelled",
        orders.OrderCancelled,
        _("An order was cancelled"),
        _cancelled,
        {"reason": (TEXT, "")},
    ),
    _of_order(
        "shipped",
        orders.OrderShipped,
        _("Goods of an order left"),
        _shipped,
        {"is_complete": (FLAG, True)},
    ),
    _of_order(
        "refunded",
        orders.OrderRefunded,
        _("Money of an order went back"),
        _refunded,
        {"refunded": (AMOUNT, "28.00")},
    ),
)
_OTHERS: Final = (
    PublicEvent(
        code="product.changed",
        source=ProductChanged.name,
        title=_("A product was made or changed"),
        says=_product,
        schema=members(product=identifier("prd"), changed=many(TEXT), version=NUMBER),
        sample={"product": public_id("prd", _ONE), "changed": ["title"], "version": 3},
    ),
    PublicEvent(
        code="form.submitted",
        source=FormSubmitted.name,
        title=_("Somebody sent a form"),
        says=_submitted,
        schema=members(
            form=identifier("frm"),
            code=TEXT,
            entry=identifier("fsb"),
            member=nullable(identifier("mem")),
        ),
        sample={
            "form": public_id("frm", _ONE),
            "code": "contact",
            "entry": public_id("fsb", _ONE),
            "member": public_id("mem", _ONE),
        },
    ),
    PublicEvent(
        code="stock.low",
        source=StockRanLow.name,
        title=_("Little is left of something"),
        says=_low,
        schema=members(
            items=many(members(variant=identifier("var"), location=identifier("loc"), left=NUMBER))
        ),
        sample={
            "items": [
                {"variant": public_id("var", _ONE), "location": public_id("loc", _ONE), "left": 2}
            ]
        },
    ),
    PublicEvent(
        code="member.registered",
        source=MemberRegistered.name,
        title=_("An account was opened"),
        says=_member,
        schema=members(member=identifier("mem")),
        sample={"member": public_id("mem", _ONE)},
    ),
    PublicEvent(
        code="member.anonymised",
        source=MemberAnonymised.name,
        title=_("An account was closed and its data erased"),
        says=_member,
        schema=members(member=identifier("mem")),
        sample={"member": public_id("mem", _ONE)},
    ),
    PublicEvent(
        code="after_sale.changed",
        source=CaseChanged.name,
        title=_("Something happened in an after-sales case"),
        says=_case,
        schema=members(
            case=identifier("asc"),
            number=TEXT,
            order=identifier("ord"),
            kind=TEXT,
            state=TEXT,
            change=TEXT,
            currency=CURRENCY,
            amount=AMOUNT,
        ),
        sample={
            "case": public_id("asc", _ONE),
            "number": "AS2607010001",
            "order": public_id("ord", _ONE),
            "kind": "refund",
            "state": "approved",
            "change": "approved",
            "currency": "CNY",
            "amount": "28.00",
        },
    ),
    PublicEvent(
        code="refund.failed",
        source=RefundFailed.name,
        title=_("Money did not go back"),
        says=_refund_failed,
        schema=members(intent=identifier("pin"), failure=TEXT),
        sample={"intent": public_id("pin", _ONE), "failure": "account_closed"},
    ),
    PublicEvent(
        code="review.changed",
        source=ReviewChanged.name,
        title=_("A review was written, shown, hidden or answered"),
        says=_review,
        schema=members(review=identifier("rev"), product=identifier("prd"), change=TEXT),
        sample={
            "review": public_id("rev", _ONE),
            "product": public_id("prd", _ONE),
            "change": "written",
        },
    ),
)
