"""Figures that modules put on the first page of the console."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import get_language

from kernel.analytics.values import Span
from kernel.modules.gate import mode_of
from kernel.modules.manifest import Manifest, Widget
from kernel.modules.registry import load, manifests
from kernel.tenancy.context import current_tenant

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WidgetFigures:
    """What a module tells of some days.

    Attributes:
        days: a figure for each of the days, in order.
        before: of as many days before, all together; None where nobody knows.
        currency: the figures are its minor units; empty for plain numbers.
    """

    days: Sequence[tuple[date, int]]
    before: int | None = None
    currency: str = ""

    @property
    def total(self) -> int:
        """What the days add up to."""
        return sum(value for _day, value in self.days)


_Function: TypeAlias = Callable[[Span], WidgetFigures]


@dataclass(frozen=True, slots=True)
class WidgetShown:
    """A widget with its figures.

    Attributes:
        code: with the module's in front.
        path: of the console, where there is more; empty for nothing.
    """

    code: str
    label: str
    path: str
    figures: WidgetFigures


def widgets_for(span: Span, *, may: Callable[[str], bool]) -> list[WidgetShown]:
    """Return the widgets of the modules that are on; one that fails is left out.

    Args:
        span: which days.
        may: tells whether whoever looks has a permission.
    """
    tenant = current_tenant()
    found: list[WidgetShown] = []
    for manifest in manifests().values():
        if not manifest.widgets or mode_of(tenant, manifest.code) == "off":
            continue
        seen = [each for each in manifest.widgets if may(each.permission)]
        found += [shown for each in seen if (shown := _shown(manifest, each, span))]
    return found


def _shown(manifest: Manifest, widget: Widget, span: Span) -> WidgetShown | None:
    try:
        with transaction.atomic():
            figures = cast("_Function", load(widget.function))(span)
    except (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError):
        # What a module counts wrong takes nobody's first page away.
        log.exception("analytics.widget_failed", module=manifest.code, widget=widget.code)
        return None
    prefix = f"/modules/{manifest.code.replace('_', '-')}/"
    return WidgetShown(
        code=f"{manifest.code}.{widget.code}",
        label=widget.label.in_language(get_language()),
        path=prefix + widget.path.lstrip("/"),
        figures=figures,
    )
