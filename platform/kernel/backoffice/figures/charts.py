"""Charts as data: a script draws them, and the same figures stand below as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.analytics.details import point_label
from kernel.analytics.reports import Overview, Point
from kernel.analytics.widgets import WidgetShown
from kernel.backoffice.templatetags.console import money, percent
from kernel.common.money import Money

LABELS: Final[dict[str, Promise]] = {
    "visits": _("Visits"),
    "visitors": _("Visitors"),
    "views": _("Pages seen"),
    "placed": _("Orders"),
    "placed_minor": _("Ordered"),
    "paid": _("Paid orders"),
    "paid_minor": _("Takings"),
    "refunded_minor": _("Refunded"),
    "net_minor": _("Takings without refunds"),
    "average_minor": _("Average order"),
    "conversion_bp": _("Visits that bought"),
    "cancelled": _("Cancelled orders"),
    "buyers": _("Buyers"),
    "new_buyers": _("New buyers"),
    "repeat_bp": _("Of them, bought before"),
    "joined": _("New members"),
}
WAY_LABELS: Final[dict[str, Promise]] = {
    "visits": _("Visited the shop"),
    "looked": _("Looked at a product"),
    "carted": _("Put something into the cart"),
    "checked_out": _("Began the checkout"),
    "ordered": _("Placed an order"),
    "bought": _("Paid"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of figures.

    Attributes:
        currency: the figures are its minor units; empty for plain numbers.
        is_before: of the time before, drawn thinner.
    """

    label: str
    values: Sequence[int]
    currency: str = ""
    is_before: bool = False

    def text(self, value: int) -> str:
        """Return a figure as people read it."""
        return money(value, self.currency) if self.currency else f"{value:,}"

    @property
    def numbers(self) -> list[float]:
        """The figures as they are drawn."""
        if not self.currency:
            return [float(value) for value in self.values]
        return [float(Money(value, self.currency).decimal()) for value in self.values]


@dataclass(frozen=True, slots=True)
class Chart:
    """Something that is drawn.

    Attributes:
        code: tells the charts of a page apart.
        kind: ``line``, ``bar`` or ``way`` (bars that lie).
        summary: what is to be seen in it, for who does not see it.
        heading: of the first column of the table.
    """

    code: str
    title: str
    kind: str
    labels: Sequence[str]
    lines: Sequence[Line]
    summary: str
    heading: str

    @property
    def script_id(self) -> str:
        """Id of the element that holds the data."""
        return f"chart-{self.code}"

    @property
    def data(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "lines": [
                {
                    "label": line.label,
                    "values": line.numbers,
                    "texts": [line.text(value) for value in line.values],
                    "before": line.is_before,
                }
                for line in self.lines
            ],
        }

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same as a table, without what can only be compared by place."""
        shown = [line for line in self.lines if not line.is_before]
        return [
            (label, [line.text(line.values[place]) for line in shown])
            for place, label in enumerate(self.labels)
        ]

    @property
    def columns(self) -> list[str]:
        """Headings of the table."""
        return [line.label for line in self.lines if not line.is_before]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, and how it changed."""

    label: str
    text: str
    change_bp: int | None
    is_better: bool


def tile(seen: Overview, name: str, *, is_good: bool = True) -> Tile:
    """Return a figure of an overview."""
    now, before = seen.now.of(name), seen.before.of(name)
    change = round((now - before) * 10_000 / before) if before > 0 else None
    return Tile(
        label=str(LABELS[name]),
        text=text_of(name, now, seen.currency),
        change_bp=change,
        is_better=(now >= before) == is_good,
    )


def text_of(name: str, value: int, currency: str) -> str:
    """Return a figure as people read it."""
    if name.endswith("_bp"):
        return percent(value)
    return money(value, currency) if name.endswith("_minor") else f"{value:,}"


def over_time(
    seen: Overview, code: str, title: str, names: Sequence[str], *, compared: bool = True
) -> Chart:
    """Return figures over the days, and the first of them over the days before."""
    lines = [_line(seen.points, name, seen.currency) for name in names]
    if compared:
        before = _line(seen.points_before, names[0], seen.currency)
        label = str(_("%(what)s, the time before")) % {"what": before.label}
        lines.append(Line(label, before.values[: len(seen.points)], before.currency, True))
    texts = (tile(seen, name) for name in names)
    summary = "; ".join(f"{each.label}: {each.text}" for each in texts)
    return Chart(
        code=code,
        title=title,
        kind="line" if len(seen.points) > 1 else "bar",
        labels=[point_label(point) for point in seen.points],
        lines=lines,
        summary=str(_("%(title)s. %(sums)s. The table below has every part."))
        % {"title": title, "sums": summary},
        heading=str(_("When")),
    )


def of_widget(shown: WidgetShown) -> Chart:
    """Return what a module tells as a chart."""
    figures = shown.figures
    line = Line(shown.label, [value for _day, value in figures.days], figures.currency)
    sums = line.text(figures.total)
    if figures.before is not None:
        before = {"sum": sums, "before": line.text(figures.before)}
        sums = str(_("%(sum)s, the time before %(before)s")) % before
    return Chart(
        code=shown.code.replace(".", "-").replace("_", "-"),
        title=f"{shown.label}: {sums}",
        kind="bar",
        labels=[day.isoformat() for day, _value in figures.days],
        lines=[line],
        summary=str(_("%(title)s. %(sums)s. The table below has every part."))
        % {"title": shown.label, "sums": sums},
        heading=str(_("When")),
    )


def _line(points: Sequence[Point], name: str, currency: str) -> Line:
    values = [point.figures.of(name) for point in points]
    return Line(str(LABELS[name]), values, currency if name.endswith("_minor") else "")
