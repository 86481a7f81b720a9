"""How fast the shop pays out what was earned; public, so that nobody has to guess."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.rewards.monitors.selectors import latest_payouts, payouts_are_late
from themes.shop.moments import moment_text


@never_cache
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """Show how long the oldest withdrawal waits, and how many failed."""
    row, late = latest_payouts(), payouts_are_late()
    context = {
        "is_late": late is not None,
        "days": int(row.figure) if row and row.figure is not None else 0,
        "waiting": row.facts.get("waiting", 0) if row else 0,
        "failed": row.facts.get("failed", 0) if row else 0,
        "read": moment_text(row.read_at, get_language() or "") if row else "",
    }
    return render(request, "themes/payouts.html", context, using="jinja2")
