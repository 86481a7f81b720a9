"""Lists of the desk as files: what is to ship, messages, what webhooks told, the staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.access.masks import contact_mask
from kernel.access.models import RoleAssignment, Staff
from kernel.backoffice.notices.views import SentFilter
from kernel.backoffice.programs.forms import DeliveryFilter
from kernel.backoffice.staffing.forms import role_name
from kernel.backoffice.templatetags.console import moment
from kernel.common.ids import InvalidId, parse_public_id
from kernel.dataio.exporting import ExportKind
from kernel.dataio.models import ImportFault
from kernel.dataio.resources import PRODUCTS
from kernel.notifications.kinds import kind_of
from kernel.notifications.models import Message
from kernel.notifications.selectors import sent_messages
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order
from kernel.orders.selectors import searched_orders
from kernel.webhooks.models import Delivery, Endpoint
from kernel.webhooks.selectors import deliveries_of

_BATCH: Final = 500
_MOST_TO_SHIP: Final = 5_000
_WHERE: Final = "kernel.backoffice.exports.lists.desk"
KINDS: Final = (
    ExportKind(
        "to-ship",
        gettext_lazy("What is to ship"),
        "fulfilment.manage",
        ("number", "carrier", "tracking", "recipient", "phone", "address"),
        f"{_WHERE}.to_ship_rows",
        "/orders/ship/",
    ),
    ExportKind(
        "messages",
        gettext_lazy("Messages"),
        "notifications.view",
        ("at", "kind", "channel", "who", "address", "subject", "text", "state", "reason"),
        f"{_WHERE}.message_rows",
        "/notifications/sent/",
    ),
    ExportKind(
        "deliveries",
        gettext_lazy("What webhooks told"),
        "webhooks.view",
        ("at", "webhook", "event", "state", "attempts", "delivered_at", "content"),
        f"{_WHERE}.delivery_rows",
        "/webhooks/",
    ),
    ExportKind(
        "staff",
        gettext_lazy("Staff"),
        "staff.view",
        ("name", "email", "roles", "is_active", "since"),
        f"{_WHERE}.staff_rows",
        "/staff/",
    ),
    ExportKind(
        "import-faults",
        gettext_lazy("Rows that an import left out"),
        "products.import",
        ("row", "goods", "reason", "details", "file"),
        f"{_WHERE}.fault_rows",
        "/imports/",
    ),
)


def to_ship_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each order that can leave: a sheet to fill in and hand back."""
    rows = searched_orders(status=OrderStatus.PLACED, permission="fulfilment.manage").filter(
        payment_status__in=("paid", "part_refunded", "authorised"),
        fulfilment_status__in=("unfulfilled", "partial"),
        method__in=("express", "same_city"),
    )
    return _to_ship(rows[:_MOST_TO_SHIP], contact_mask())


def _to_ship(orders: QuerySet[Order], shown: Callable[[str], str]) -> Iterator[list[object]]:
    yield [
        *(_("Order number"), _("Carrier"), _("Tracking number"), _("Recipient")),
        *(_("Telephone"), _("Address")),
    ]
    for order in orders:
        where = order.address
        address = " ".join(str(where.get(key, "")) for key in ("region", "line", "postcode"))
        phone = shown(str(where.get("phone", "")))
        yield [order.number, "", "", where.get("name", ""), phone, address]


def message_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each message that a filter leaves."""
    return _messages(sent_messages(**SentFilter(query).wanted()), contact_mask())


def _messages(rows: QuerySet[Message], shown: Callable[[str], str]) -> Iterator[list[object]]:
    yield [
        *(_("At"), _("Kind"), _("Channel"), _("To"), _("Address"), _("Subject"), _("Text")),
        *(_("State"), _("Reason")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        kind, person = kind_of(row.kind), row.member or row.staff
        title = str(kind.title) if kind is not None else row.kind
        who = (person.name if person is not None else "", shown(row.recipient))
        said = (row.subject, row.body, row.get_state_display(), row.reason_text)
        yield [moment(row.created_at), title, row.get_channel_display(), *who, *said]


def delivery_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each delivery to one webhook, or to all of them."""
    wanted, rows = DeliveryFilter(query).wanted(), Delivery.objects.all()
    if text := query.get("webhook", ""):
        try:
            rows = deliveries_of(parse_public_id("whe", text), **wanted)
        except InvalidId:
            rows = rows.none()
    return _deliveries(rows.order_by("-sequence"))


def _deliveries(rows: QuerySet[Delivery]) -> Iterator[list[object]]:
    yield [
        *(_("At"), _("Webhook"), _("Event"), _("State"), _("Attempts"), _("Delivered at")),
        _("Content"),
    ]
    names = dict(Endpoint.objects.values_list("pk", "name"))
    for row in rows.iterator(chunk_size=_BATCH):
        end = (row.get_state_display(), row.attempts, moment(row.delivered_at), row.body)
        yield [moment(row.created_at), names.get(row.endpoint_id, ""), row.event, *end]


def staff_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each member of the staff."""
    return _staff(Staff.objects.order_by("name", "id"))


def _staff(rows: QuerySet[Staff]) -> Iterator[list[object]]:
    yield [_("Name"), _("E-mail"), _("Roles"), _("May sign in"), _("Since")]
    held: dict[object, list[str]] = {}
    for each in RoleAssignment.objects.select_related("role").order_by("role__name"):
        held.setdefault(each.staff_id, []).append(role_name(each.role))
    for row in rows:
        may = _("Yes") if row.is_active else _("No")
        yield [row.name, row.email, ", ".join(held.get(row.pk, [])), may, moment(row.created_at)]


def fault_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each row that one import of products left out, or that all of them did."""
    rows = ImportFault.objects.filter(source__resource=PRODUCTS).select_related("source")
    rows = rows.order_by("source", "line", "id")
    if text := query.get("import", ""):
        try:
            rows = rows.filter(source=parse_public_id("imp", text))
        except InvalidId:
            rows = rows.none()
    return _faults(rows)


def _faults(rows: QuerySet[ImportFault]) -> Iterator[list[object]]:
    yield [_("Row"), _("Product"), _("Reason"), _("Details"), _("File")]
    for row in rows.iterator(chunk_size=1000):
        details = "; ".join(f"{key}: {value}" for key, value in row.detail.items())
        yield [row.line, row.name, row.saying, details, row.source.file_name]
