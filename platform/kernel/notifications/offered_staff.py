"""The kernel's kinds of messages to staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import EntryKind
from kernel.aftersales.choices import Side as CaseSide
from kernel.aftersales.events import CaseChanged
from kernel.catalogue.models import Variant
from kernel.common.ids import public_id
from kernel.forms.events import FormSubmitted
from kernel.forms.models import Submission
from kernel.i18n.languages import in_any
from kernel.inventory.events import StockRanLow
from kernel.notifications.choices import Audience
from kernel.notifications.kinds import Kind, Telling, Variable
from kernel.notifications.offered_shared import CASE, INBOX, ORDER, amount_text
from kernel.orders import events as orders
from kernel.orders.models import Order, OrderLine
from kernel.payments.events import RefundFailed
from kernel.quotas.events import QuotaUsed
from kernel.quotas.meters import meter_of
from kernel.reviews.choices import ReviewState
from kernel.reviews.events import ReviewChanged
from kernel.reviews.models import Review
from kernel.webhooks.events import EndpointStopped


def _new_order(event: orders.OrderPaid) -> Sequence[Telling]:
    order = Order.objects.filter(pk=event.order_id).first()
    lines = OrderLine.objects.filter(order=event.order_id).order_by("position")
    where = order.address if order is not None else {}
    values = {
        "number": event.number,
        "total": amount_text(event.total_minor, event.currency),
        "goods": "\n".join(_bought(line) for line in lines),
        "recipient": f"{where.get('name', '')} {where.get('phone', '')}".strip(),
        "address": " ".join(str(where[key]) for key in ("region", "line") if where.get(key)),
        "note": order.note if order is not None else "",
    }
    at = order.paid_at if order is not None else None
    return (Telling(values, link=f"/orders/{event.number}/", at=at),)


def _bought(line: OrderLine) -> str:
    title = " ".join(str(line.snapshot.get(key, "")) for key in ("title", "variant"))
    return f"{' '.join(title.split())} × {line.quantity}"


def _case_for_staff(event: CaseChanged) -> Sequence[Telling]:
    if event.side != CaseSide.BUYER and event.change != EntryKind.STUCK:
        return ()
    values: dict[str, str | Promise] = {
        "number": event.number,
        "what": EntryKind(event.change).label,
    }
    return (Telling(values, link=f"/after-sales/{event.number}/"),)


def _low(event: StockRanLow) -> Sequence[Telling]:
    keys = [each.variant_id for each in event.items]
    found = Variant.objects.select_related("product").filter(pk__in=keys)
    titles: dict[UUID, str] = {
        row.pk: " ".join((row.product.title, row.title, f"({row.sku})")) for row in found
    }
    lines = [
        f"{' '.join(titles[each.variant_id].split())}: {each.left}"
        for each in event.items
        if each.variant_id in titles
    ]
    if not lines:
        return ()
    return (Telling({"goods": "\n".join(lines), "count": str(len(lines))}, link="/stock/"),)


def _refund_failed(event: RefundFailed) -> Sequence[Telling]:
    return (Telling({"failure": event.failure}, link="/payments/refunds/"),)


def _waiting_review(event: ReviewChanged) -> Sequence[Telling]:
    if event.change not in {"written", "appended"}:
        return ()
    row = Review.objects.select_related("line").filter(pk=event.review_id).first()
    if row is None or ReviewState.WAITING not in {row.state, row.addition_state}:
        return ()
    title = str(row.line.snapshot.get("title", ""))
    at = row.appended_at or row.created_at
    return (Telling({"title": title}, link="/reviews/?state=waiting", at=at),)


def _form_sent(event: FormSubmitted) -> Sequence[Telling]:
    row = Submission.objects.select_related("form").filter(pk=event.submission_id).first()
    if row is None or not row.form.tells_staff:
        return ()
    name = in_any(row.form.names, get_language(), row.form.code)
    link = f"/forms/{row.form.public_id}/sent/{row.public_id}/"
    return (Telling({"form": name}, link=link, at=row.created_at),)


def _stopped(event: EndpointStopped) -> Sequence[Telling]:
    link = f"/webhooks/{public_id('whe', event.endpoint_id)}/deliveries/"
    return (Telling({"name": event.title, "url": event.url}, link=link),)


def _quota(event: QuotaUsed) -> Sequence[Telling]:
    meter = meter_of(event.meter)
    values: dict[str, str | Promise] = {
        "what": meter.label,
        "percent": f"{event.percent} %",
        "after": meter.at_limit,
    }
    return (Telling(values, link=f"/usage/#{meter.code}"),)


TO_STAFF: Final = (
    Kind(
        code="staff.quota_used",
        source=QuotaUsed.name,
        title=_("The plan is nearly used up"),
        audience=Audience.STAFF,
        permission="plan.view",
        tells=_quota,
        subject=_("{{ percent }} of what the plan allows is used: {{ what }}"),
        body=_(
            "{{ what }}: {{ percent }} of what the plan allows is used. At the limit: {{ after }}"
        ),
        variables={
            "what": Variable(label=_("What is used up"), sample="本月订单"),
            "percent": Variable(label=_("Share that is used"), sample="80 %"),
            "after": Variable(label=_("What happens at the limit"), sample="不再接受新订单"),
        },
    ),
    Kind(
        code="staff.new_order",
        source=orders.OrderPaid.name,
        title=_("New paid order"),
        audience=Audience.STAFF,
        permission="orders.manage",
        tells=_new_order,
        channels=INBOX,
        subject=_("New order {{ number }}"),
        body=_("Order {{ number }} of {{ total }} is paid and waits for you."),
        printed=_("{{ goods }}\n\n{{ total }}\n\n{{ recipient }}\n{{ address }}\n{{ note }}"),
        variables={
            **{name: ORDER[name] for name in ("number", "total")},
            "goods": Variable(label=_("What was bought"), sample="龙井 50 g × 2"),
            "recipient": Variable(
                label=_("Who gets it, with a telephone number"), sample="林晓 13800138000"
            ),
            "address": Variable(label=_("Where it goes"), sample="上海市 徐汇区 漕溪路 1"),
            "note": Variable(label=_("What the buyer noted"), sample="请尽快发货"),
        },
    ),
    Kind(
        code="staff.after_sale",
        source=CaseChanged.name,
        title=_("After-sales case waits"),
        audience=Audience.STAFF,
        permission="aftersales.manage",
        tells=_case_for_staff,
        channels=INBOX,
        subject=_("After-sales case {{ number }}: {{ what }}"),
        body=_("Something happened in the after-sales case {{ number }}: {{ what }}."),
        variables=CASE,
    ),
    Kind(
        code="staff.stock_low",
        source=StockRanLow.name,
        title=_("Little stock left"),
        audience=Audience.STAFF,
        permission="stock.manage",
        tells=_low,
        subject=_("Little is left of {{ count }} articles"),
        body=_("There is little left of:\n\n{{ goods }}"),
        variables={
            "goods": Variable(label=_("What, and how much of it is left"), sample="龙井 (T-1): 2"),
            "count": Variable(label=_("Number of articles"), sample="1"),
        },
    ),
    Kind(
        code="staff.refund_failed",
        source=RefundFailed.name,
        title=_("Refund failed"),
        audience=Audience.STAFF,
        permission="payments.refund",
        tells=_refund_failed,
        subject=_("A refund did not go through"),
        body=_("Money could not be paid back ({{ failure }}). Please look at it."),
        variables={"failure": Variable(label=_("Why"), sample="account_closed")},
    ),
    Kind(
        code="staff.review_waiting",
        source=ReviewChanged.name,
        title=_("Review waits"),
        audience=Audience.STAFF,
        permission="reviews.manage",
        tells=_waiting_review,
        channels=INBOX,
        subject=_("A review waits for you"),
        body=_("Somebody reviewed {{ title }}; it is shown once you have looked at it."),
        variables={"title": Variable(label=_("Title of the product"), sample="龙井")},
    ),
    Kind(
        code="staff.form_sent",
        source=FormSubmitted.name,
        title=_("Form was sent"),
        audience=Audience.STAFF,
        permission="forms.view",
        tells=_form_sent,
        subject=_("Somebody sent the form “{{ form }}”"),
        body=_(
            "There is a new entry of the form “{{ form }}”. You find the answers in the console."
        ),
        variables={"form": Variable(label=_("Name of the form"), sample="批发咨询")},
    ),
    Kind(
        code="staff.webhook_stopped",
        source=EndpointStopped.name,
        title=_("Webhook stopped"),
        audience=Audience.STAFF,
        permission="webhooks.manage",
        tells=_stopped,
        subject=_("The webhook {{ name }} was stopped"),
        body=_(
            "{{ url }} has not answered for days. What happens is kept for it; "
            "switch it on again once it works."
        ),
        variables={
            "name": Variable(label=_("Name of the webhook"), sample="ERP"),
            "url": Variable(label=_("Its address"), sample="https://erp.example/hooks"),
        },
    ),
)
