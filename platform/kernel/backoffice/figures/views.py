"""The pages of figures; each asks for figures alone, never for orders or visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kernel.analytics.choices import Channel, Device
from kernel.analytics.details import (
    MONEY_LINES,
    PRODUCT_SORTS,
    channels,
    cohorts,
    funnel,
    money,
    origins,
    products,
    titles_of,
)
from kernel.analytics.reports import looked_at, overview
from kernel.analytics.values import Span
from kernel.backoffice.figures.charts import (
    WAY_LABELS,
    Chart,
    Line,
    over_time,
    tile,
)
from kernel.backoffice.figures.files import MONEY_LABELS, MONTHS, VIEW, whole_shop
from kernel.backoffice.figures.forms import LASTS, SpanForm, VisitForm, filled
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import paged
from kernel.common.time import local_date, utc_now
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import current_tenant

TABS: Final[tuple[tuple[str, Promise, str], ...]] = (
    ("/figures/", gettext_lazy("Overview"), VIEW),
    ("/figures/visits/", gettext_lazy("Visits"), VIEW),
    ("/figures/products/", gettext_lazy("Products"), VIEW),
    ("/figures/members/", gettext_lazy("Members"), VIEW),
    ("/figures/money/", gettext_lazy("Money"), "ledger.view"),
)
TILES: Final = (
    *("paid_minor", "paid", "average_minor", "visits", "visitors", "conversion_bp"),
    *("refunded_minor", "buyers", "repeat_bp", "joined"),
)
_ORIGINS: Final = {
    "": gettext_lazy("The shop itself"),
    "store": gettext_lazy("Storefront"),
    "api": gettext_lazy("API"),
    "staff": gettext_lazy("Staff"),
}
_MOST_SOURCES: Final = 20


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show how the shop did, and how it did before."""
    form, span = _asked(request, SpanForm)
    seen = overview(span)
    further = {
        "tiles": [tile(seen, name, is_good=name != "refunded_minor") for name in TILES],
        "charts": [
            over_time(seen, "takings", _("Takings"), ("paid_minor", "refunded_minor")),
            over_time(seen, "orders", _("Orders"), ("placed", "paid")),
        ],
        "origins": [(_origin(row["origin"]), row) for row in origins(span)],
    }
    return _draw(request, "overview", form, span, further)


@require_safe
@staff_page(VIEW)
def visits(request: StaffRequest) -> HttpResponseBase:
    """Show where visits come from, and how far they go."""
    form, span = _asked(request, VisitForm)
    narrowed = form.narrowed()
    stages = funnel(span, narrowed)
    labels = [str(WAY_LABELS[stage.name]) for stage in stages]
    way = Chart(
        code="way",
        title=_("From a visit to a paid order"),
        kind="way",
        labels=labels,
        lines=[Line(_("Visits"), [stage.count for stage in stages])],
        summary="; ".join(
            f"{label}: {stage.count}" for label, stage in zip(labels, stages, strict=True)
        ),
        heading=_("Step"),
    )
    sources = channels(span, narrowed, by=("channel", "source"))[:_MOST_SOURCES]
    further = {
        "way": way,
        "stages": list(zip(labels, stages, strict=True)),
        "charts": []
        if any((narrowed.channel, narrowed.device))
        else [over_time(overview(span), "visits", _("Visits"), ("visits", "visitors"))],
        "channels": _named(channels(span, narrowed), "channel", Channel),
        "devices": _named(channels(span, narrowed, by=("device",)), "device", Device),
        "sources": _named([row for row in sources if row["source"]], "channel", Channel),
    }
    return _draw(request, "visits", form, span, further)


@require_safe
@staff_page(VIEW)
def goods(request: StaffRequest) -> HttpResponseBase:
    """Show what was looked at and bought."""
    form, span = _asked(request, SpanForm)
    sort = request.GET.get("sort", "")
    sort = sort if sort in PRODUCT_SORTS else PRODUCT_SORTS[0]
    page = paged(request, products(span, sort=sort))
    titles = titles_of([row["product_id"] for row in page])
    rows = [(titles.get(row["product_id"]) or _("A product that is gone"), row) for row in page]
    best = rows[:10]
    chart = Chart(
        code="products",
        title=_("The most"),
        kind="way",
        labels=[title for title, _row in best],
        lines=[
            Line(_("Takings"), [row["sum_paid_minor"] for _t, row in best], _currency()),
        ],
        summary=_("The products with the highest takings; the table below has all of them."),
        heading=_("Product"),
    )
    further = {"rows": rows, "page": page, "sort": sort, "query": _query(request)}
    further["charts"] = [chart] if best and sort == PRODUCT_SORTS[0] and page.number == 1 else []
    return _draw(request, "products", form, span, further)


@require_safe
@staff_page(VIEW)
def people(request: StaffRequest) -> HttpResponseBase:
    """Show who buys, who comes back, and for how long."""
    form, span = _asked(request, SpanForm)
    seen = overview(span)
    today = local_date(utc_now(), current_tenant().zone)
    further = {
        "tiles": [tile(seen, name) for name in ("joined", "buyers", "new_buyers", "repeat_bp")],
        "charts": [
            over_time(seen, "buyers", _("Buyers"), ("buyers", "new_buyers")),
            over_time(seen, "joined", _("New members"), ("joined",)),
        ],
        "cohorts": [
            (each, [(each.kept_bp(number), *cell) for number, cell in enumerate(each.months)])
            for each in cohorts(months=MONTHS, today=today)
        ],
        "months": range(MONTHS),
    }
    return _draw(request, "members", form, span, further)


@require_safe
@staff_page("ledger.view")
def takings(request: StaffRequest) -> HttpResponseBase:
    """Show what came in, what went, and that it is what the ledger says."""
    form, span = _asked(request, SpanForm, permission="ledger.view")
    seen = money(span)
    by_day = dict(seen.days)
    days = span.each()
    lines = [
        Line(
            str(MONEY_LABELS[name]),
            [by_day.get(day, {}).get(name, 0) for day in days],
            seen.currency,
        )
        for name in ("taken", "refunded", "fees")
    ]
    chart = Chart(
        code="money",
        title=_("Money by day"),
        kind="bar",
        labels=[day.isoformat() for day in days],
        lines=lines,
        summary=_("What came in and went each day; the table below has every day."),
        heading=_("Day"),
    )
    further = {
        "seen": seen,
        "lines": [(MONEY_LABELS[name], seen.lines[name]) for name in MONEY_LINES],
        "charts": [chart] if seen.days else [],
    }
    return _draw(request, "money", form, span, further)


def _asked(request: StaffRequest, form: type[SpanForm], *, permission: str = VIEW) -> Any:
    whole_shop(permission)
    shown, asked = filled(form, request.GET)
    return shown, asked.span()


def _draw(
    request: StaffRequest, name: str, form: SpanForm, span: Span, further: dict[str, Any]
) -> HttpResponseBase:
    context = {
        "filter": form,
        "span": span,
        "lasts": LASTS,
        "last": request.GET.get("last", "") or ("" if request.GET.get("since") else "30"),
        "tabs": [each for each in TABS if request.person.may(each[2])],
        "made_at": looked_at(),
        "currency": _currency(),
        "span_query": f"since={span.since}&until={span.until}",
        "query": _query(request),
    }
    return render(request, f"backoffice/figures/{name}.html", {**context, **further})


def _named(rows: Any, key: str, choices: Callable[[str], Any]) -> list[tuple[str, Any]]:
    return [(str(choices(row[key]).label), row) for row in rows]


def _origin(code: str) -> str:
    if code in _ORIGINS:
        return str(_ORIGINS[code])
    manifest = manifest_of(code)
    return code if manifest is None else manifest.name.in_language(get_language())


def _currency() -> str:
    return current_tenant().currency


def _query(request: StaffRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return str(kept.urlencode())
