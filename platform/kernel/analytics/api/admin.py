"""Figures over the admin API; all of them are read from roll-ups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.scopes import extent_of
from kernel.analytics import details
from kernel.analytics.api import shapes
from kernel.analytics.reports import Narrowed, looked_at, overview, series
from kernel.analytics.values import Span
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.ids import public_id
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import current_tenant

VIEW: Final = "analytics.view"
MONEY: Final = "ledger.view"
_DAYS: Final = 30
_MONTHS: Final = 12
_MOST_SOURCES: Final = 500


class OverviewView(StaffView):
    """How the shop did."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[shapes.OverviewAsked], responses=shapes.OverviewShown)
    def get(self, request: Request) -> Response:
        """Return visits, orders, buyers and takings, compared with as many days before."""
        asked = _asked(shapes.OverviewAsked, request)
        span = _span(asked)
        seen = overview(span)
        points = series(span, grain=asked["by"]) if "by" in asked else seen.points
        return Response(
            {
                "since": span.since,
                "until": span.until,
                "currency": seen.currency,
                "made_at": looked_at(),
                "total": shapes.figures_data(seen.now, seen.currency),
                "before": shapes.figures_data(seen.before, seen.currency),
                "series": [
                    {
                        "day": point.day,
                        "hour": point.hour,
                        **shapes.figures_data(point.figures, seen.currency),
                    }
                    for point in points
                ],
            }
        )


class VisitsView(StaffView):
    """Where visits come from, and how far they go."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[shapes.VisitsAsked], responses=shapes.VisitsShown)
    def get(self, request: Request) -> Response:
        """Return the way from a visit to a paid order, and the sources, the most first."""
        asked = _asked(shapes.VisitsAsked, request)
        span, currency = _span(asked), current_tenant().currency
        narrowed = Narrowed(asked.get("channel", ""), asked.get("device", ""))
        rows = details.channels(span, narrowed, by=("channel", "source", "device"))
        return Response(
            {
                "currency": currency,
                "funnel": [
                    {"step": stage.name, "visits": stage.count}
                    for stage in details.funnel(span, narrowed)
                ],
                "sources": [_source(row, currency) for row in rows[:_MOST_SOURCES]],
            }
        )


class ProductsView(StaffView):
    """What was looked at and bought."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[shapes.ProductsAsked], responses=items_of(shapes.ProductShown))
    def get(self, request: Request) -> Response:
        """Return products, those with the highest takings first."""
        asked = _asked(shapes.ProductsAsked, request)
        rows = list(details.products(_span(asked), sort=asked.get("sort", ""))[: asked["limit"]])
        titles = details.titles_of([row["product_id"] for row in rows])
        currency = current_tenant().currency
        items = [
            {
                "product": public_id("prd", row["product_id"]),
                "title": titles.get(row["product_id"], ""),
                **{name: row[f"sum_{name}"] for name in ("views", "carts", "orders", "quantity")},
                "paid_amount": shapes.amount(row["sum_paid_minor"], currency),
            }
            for row in rows
        ]
        return Response({"items": items})


class CohortsView(StaffView):
    """Who comes back."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(shapes.CohortShown))
    def get(self, request: Request) -> Response:
        """Return the members of each of the last twelve months, and when they bought again."""
        _whole(VIEW)
        tenant = current_tenant()
        found = details.cohorts(months=_MONTHS, today=local_date(utc_now(), tenant.zone))
        items = [
            {
                "first_month": each.first_month,
                "members": each.size,
                "months": [
                    {"buyers": buyers, "paid_amount": shapes.amount(minor, tenant.currency)}
                    for buyers, minor in each.months
                ],
            }
            for each in found
        ]
        return Response({"items": items})


class MoneyView(StaffView):
    """What came in and went, by the ledger."""

    permissions_by_method = {"GET": MONEY}

    @extend_schema(parameters=[shapes.SpanAsked], responses=shapes.MoneyShown)
    def get(self, request: Request) -> Response:
        """Return takings, refunds, fees and what stays; it adds up to what the ledger says."""
        seen = details.money(_span(_asked(shapes.SpanAsked, request, permission=MONEY)))
        return Response(
            {
                "currency": seen.currency,
                "total": shapes.lines_data(dict(seen.lines), seen.currency),
                "days": [
                    {"day": day, **shapes.lines_data(dict(lines), seen.currency)}
                    for day, lines in seen.days
                ],
                "ledger": shapes.amount(seen.ledger_minor, seen.currency),
                "figures": shapes.amount(seen.figures_minor, seen.currency),
            }
        )


def _asked(
    shape: type[shapes.SpanAsked], request: Request, *, permission: str = VIEW
) -> dict[str, Any]:
    _whole(permission)
    return checked(shape, request.query_params)


def _whole(permission: str) -> None:
    """Refuse whoever may see a part of the shop only: figures are of all of it."""
    if extent_of(permission) is not None:
        raise PermissionDenied


def _span(asked: dict[str, Any]) -> Span:
    until = asked.get("until") or local_date(utc_now(), current_tenant().zone)
    return Span(asked.get("since") or until - timedelta(days=_DAYS - 1), until)


def _source(row: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("channel", "device")},
        "origin": row["source"],
        **{name: row[f"sum_{name}"] for name in ("visits", "visitors", "orders", "paid")},
        "paid_amount": shapes.amount(row["sum_paid_minor"], currency),
    }
