"""Prints documents of many orders as one file, in the background, with progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Min
from django.utils import translation

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.documents.choices import DocumentKind, PrintKind, PrintState
from kernel.documents.drawing import Sheet, draw
from kernel.documents.errors import NothingToPrint, UnknownPrintRun
from kernel.documents.models import PrintRun
from kernel.documents.services.drawing import sheet_of
from kernel.documents.services.issuing import issue_invoice, issue_slip
from kernel.inventory.models import Location
from kernel.inventory.selectors import promised
from kernel.orders.models import Order, OrderLine
from kernel.orders.timeline import actor_data
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

RESUME: Final = "documents.resume_printing"
MOST_ORDERS: Final = 1_000
_STUCK_AFTER: Final = timedelta(minutes=5)
_OPEN: Final = (PrintState.WAITING, PrintState.RUNNING)
_TELL_EVERY: Final = 10


@transaction.atomic
def ask_to_print(
    kind: PrintKind, order_ids: Sequence[UUID], *, language: str, actor: Actor, now: datetime
) -> PrintRun:
    """Note that documents of these orders are wanted in one file.

    Whoever calls begins to draw them, with `kernel.documents.tasks.begin`.

    Raises:
        NothingToPrint: no order, or too many.
    """
    wanted = list(dict.fromkeys(order_ids))
    if not 0 < len(wanted) <= MOST_ORDERS:
        raise NothingToPrint
    row = PrintRun.objects.create(
        kind=PrintKind(kind).value,
        orders=[str(each) for each in wanted],
        state=PrintState.WAITING.value,
        size=len(wanted),
        language=language,
        actor=actor_data(actor),
        touched_at=now,
    )
    after = {"kind": row.kind, "orders": row.size}
    record(action="documents.printed", actor=actor, obj=row, after=after, now=now)
    ask(RESUME, now + _STUCK_AFTER)
    return row


def run(run_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Draw a run's file; run again it draws no document twice, and a done one does nothing.

    Raises:
        UnknownPrintRun: there is none.
    """
    row = PrintRun.objects.filter(pk=run_id).first()
    if row is None:
        raise UnknownPrintRun
    if row.state not in _OPEN:
        return
    row.state = PrintState.RUNNING.value
    with translation.override(row.language):
        sheets = _pick_list(row) if row.kind == PrintKind.PICK_LIST else _sheets(row, clock)
        row.file = ""
        if sheets:
            content = ContentFile(draw(sheets))
            row.file = default_storage.save(f"documents/runs/{row.pk.hex}.pdf", content)
    row.done = row.size
    row.state = (PrintState.DONE if row.file else PrintState.FAILED).value
    row.finished_at = row.touched_at = clock()
    row.save()


def stuck_runs(*, now: datetime) -> list[UUID]:
    """Return the runs that nobody seems to draw any more."""
    rows = PrintRun.objects.filter(state__in=_OPEN, touched_at__lte=now - _STUCK_AFTER)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def ask_to_resume() -> None:
    """Have runs looked after again when the next of those under way may be stuck."""
    with transaction.atomic():
        touched = PrintRun.objects.filter(state__in=_OPEN).aggregate(at=Min("touched_at"))["at"]
        ask(RESUME, touched and touched + _STUCK_AFTER)


def _sheets(row: PrintRun, clock: Callable[[], datetime]) -> list[Sheet]:
    """Issue what is not issued yet, one order after the other, telling how far it is."""
    actor = Actor(**{name: row.actor.get(name, "") for name in ("kind", "id", "name")})
    numbers = dict(Order.objects.filter(pk__in=row.orders).values_list("pk", "number"))
    found, row.skipped = [], []
    for done, text in enumerate(row.orders, 1):
        order_id = UUID(text)
        try:
            if row.kind == PrintKind.INVOICE:
                document = issue_invoice(order_id, actor=actor, now=clock())
            else:
                kind = DocumentKind(row.kind)
                document = issue_slip(order_id, kind, actor=actor, now=clock())
            found.append(sheet_of(document))
        except DomainError as refusal:
            row.skipped.append([numbers.get(order_id, text), str(refusal)])
        if done % _TELL_EVERY == 0:
            row.done, row.touched_at = done, clock()
            row.save(update_fields=["state", "done", "touched_at"])
    return found


def _pick_list(row: PrintRun) -> list[Sheet]:
    """Return what is to be fetched from the shelves, by place; four queries."""
    ids = [UUID(text) for text in row.orders]
    numbers = dict(Order.objects.filter(pk__in=ids).values_list("pk", "number"))
    known: dict[UUID, tuple[str, str]] = {}
    for line in OrderLine.objects.filter(order_id__in=ids):
        kept = line.snapshot
        title = " · ".join(filter(None, (kept.get("title", ""), kept.get("variant", ""))))
        known[line.variant_id] = title, kept.get("sku", "")
    places = dict(Location.objects.values_list("pk", "name"))
    wanted: dict[tuple[str, UUID], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (_kind, order_id), parts in promised([("order", each) for each in ids]).items():
        for part in parts:
            wanted[places[part.location_id], part.variant_id][numbers[order_id]] += part.quantity
    rows: list[dict[str, Any]] = []
    for (place, variant), orders in wanted.items():
        title, sku = known.get(variant, ("", ""))
        rows.append(
            {
                "place": place,
                "title": title,
                "sku": sku,
                "quantity": sum(orders.values()),
                "orders": sorted(orders.items()),
            }
        )
    if not rows:
        return []
    tenant = current_tenant()
    content = {"rows": sorted(rows, key=lambda each: (each["place"], each["title"], each["sku"]))}
    return [
        Sheet(
            kind=PrintKind.PICK_LIST.value,
            number=row.public_id,
            issued_at=row.created_at.isoformat(),
            language=row.language,
            currency=tenant.currency,
            zone=tenant.zone,
            content=content,
        )
    ]
