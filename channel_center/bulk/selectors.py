"""What the pages about work on many shops show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import get_language

from channel_center.bulk.choices import BulkAction, BulkState, ItemState
from channel_center.bulk.errors import UnknownBulk
from channel_center.bulk.models import BulkItem, BulkRun
from kernel.modules.registry import manifest_of
from tenants.models import Tenant

_ENDED = [ItemState.DONE, ItemState.REFUSED, ItemState.LEFT]


@dataclass(frozen=True, slots=True)
class Progress:
    """A run, and how far it is."""

    run: BulkRun
    total: int
    ended: int
    undone: int
    about: str

    @property
    def is_running(self) -> bool:
        """True while something is left to do."""
        return bool(self.run.state == BulkState.RUNNING)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One shop's part as a list shows it."""

    item: BulkItem
    tenant: Tenant | None
    why: str


def runs_of(channel_id: UUID | None) -> QuerySet[BulkRun]:
    """Return one's runs, the newest first, with their numbers."""
    return (
        BulkRun.objects.filter(channel_id=channel_id)
        .annotate(
            total=Count("items"),
            ended=Count("items", filter=Q(items__state__in=_ENDED)),
            undone=Count("items", filter=Q(items__state__in=[ItemState.REFUSED, ItemState.LEFT])),
        )
        .order_by("-created_at", "-pk")
    )


def progress_of(run_id: UUID, *, channel_id: UUID | None) -> Progress:
    """Return how far a run is.

    Raises:
        UnknownBulk: there is none, or it is another's.
    """
    row = runs_of(channel_id).filter(pk=run_id).first()
    if row is None:
        raise UnknownBulk
    return shown(row)


def shown(row: BulkRun) -> Progress:
    """Return a run of `runs_of` as pages show it."""
    numbers = {name: int(getattr(row, name)) for name in ("total", "ended", "undone")}
    return Progress(run=row, **numbers, about=_about(row))


def items_of(run: BulkRun) -> QuerySet[BulkItem]:
    """Return the shops of a run, those where it was not done first."""
    order = Case(
        When(state=ItemState.REFUSED, then=Value(0)),
        When(state=ItemState.BEGUN, then=Value(1)),
        When(state=ItemState.DONE, then=Value(3)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return BulkItem.objects.filter(run=run).order_by(order, "pk")


def listed_items(rows: Sequence[BulkItem]) -> list[ListedItem]:
    """Add the shops, and why it was not done; one query."""
    known = Tenant.objects.in_bulk([row.tenant_id for row in rows])
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    return [ListedItem(row, known.get(row.tenant_id), row.why.get(language, "")) for row in rows]


def _about(run: BulkRun) -> str:
    """Return what the action was told, in a few words."""
    told = run.told
    if run.action == BulkAction.HOLD:
        return str(told["reason"])
    if run.action in (BulkAction.MODULE_ON, BulkAction.MODULE_OFF):
        manifest = manifest_of(told["module"])
        return manifest.name.in_language(get_language()) if manifest else str(told["module"])
    if run.action == BulkAction.PAGES:
        return f"{told['from']} · {told['name']}"
    if run.action in (BulkAction.TEMPLATE, BulkAction.TAKE_BACK):
        return str(told["name"])
    if run.action == BulkAction.ANNOUNCE:
        is_english = (get_language() or "").startswith("en")
        return str(told["text_en" if is_english else "text_zh"])
    return str(told["ring"]) if run.action == BulkAction.RING else ""
