"""Draws: how they stand, entering them, and the public audit."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.rewards.draws.algorithm import MILLION
from kernel.rewards.draws.api.forms import worded
from kernel.rewards.draws.choices import Kind, Standing
from kernel.rewards.draws.limits import ENTERED
from kernel.rewards.draws.selectors import (
    SCRIPT,
    Shown,
    all_draws,
    audit,
    draw_of,
    entries_of,
    public_file,
    shown,
    wins_of,
)
from kernel.rewards.draws.services import enter
from themes.account.members import sign_in_first
from themes.shop.moments import moment_text

_MOST: Final = 50
_MOST_WINS: Final = 200


@never_cache
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """List the latest draws."""
    language = get_language() or ""
    rows = [_card(one, language) for one in shown(list(all_draws()[:_MOST]), now=utc_now())]
    return render(request, "themes/draws/list.html", {"rows": rows}, using="jinja2")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, draw: str) -> HttpResponse:
    """Show a draw with its prizes, chances and audit; enter it."""
    one, member, refusal = _found(draw), member_of(request), ""
    status = 200
    if request.method == "POST":
        if member is None:
            return sign_in_first(request)
        try:
            ENTERED.check(f"member:{member.pk}")
            is_adult = request.POST.get("is_adult") == "yes"
            enter(one.draw.pk, member_id=member.pk, is_adult=is_adult, now=utc_now())
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect(reverse("draw", args=[draw]))
    own = entries_of(one.draw, member.pk) if member else []
    context = _page(one, get_language() or "")
    context |= {
        "refusal": refusal,
        "member": member,
        "own": [(entry, context["prizes"][win.prize]["name"] if win else "") for entry, win in own],
        "chances": max(int(one.draw.terms["entries_each"]) - len(own), 0),
        "sign_in": f"{reverse('account:sign-in')}?next={request.path}",
    }
    return render(request, "themes/draws/draw.html", context, status=status, using="jinja2")


@never_cache
@require_safe
def file(request: HttpRequest, draw: str) -> HttpResponse:
    """Hand out all that is needed to recompute a draw."""
    one = _found(draw)
    response = JsonResponse(public_file(one), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{one.draw.public_id}.json"'
    return response


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Hand out the program that recomputes a draw."""
    text = SCRIPT.read_text(encoding="utf-8")
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recompute_draw.py"'
    return response


def _found(text: str) -> Shown:
    try:
        one = draw_of(parse_public_id("drw", text), now=utc_now())
    except InvalidId as error:
        raise Http404 from error
    if one is None:
        raise Http404
    return one


def _card(one: Shown, language: str) -> dict[str, Any]:
    return {
        "href": reverse("draw", args=[one.draw.public_id]),
        "title": worded(one.draw.titles, language),
        "standing": str(one.standing.label),
        "is_open": one.standing == Standing.OPEN,
        "entries": one.entries,
        "closes": moment_text(one.draw.closes_at, language),
        "first": one.draw.prizes[0]["name"],
    }


def _page(one: Shown, language: str) -> dict[str, Any]:
    row = one.draw
    is_instant = row.kind == Kind.INSTANT
    wins = [(win.number, row.prizes[win.prize]["name"]) for win in wins_of(row)[:_MOST_WINS]]
    return {
        **_card(one, language),
        "draw": row,
        "rules": worded(row.rules, language),
        "opens": moment_text(row.opens_at, language),
        "published": moment_text(row.published_at, language),
        "is_instant": is_instant,
        "prizes": [{**prize, "odds": _odds(int(prize["chance"]))} for prize in row.prizes],
        "nothing": _odds(MILLION - sum(int(prize["chance"]) for prize in row.prizes)),
        "wins": wins,
        "stop": one.stop,
        "reveal": one.reveal,
        "seed": bytes(one.reveal.seed).hex() if one.reveal else "",
        "audit": audit(one, seed=bytes(one.reveal.seed)) if one.reveal else None,
        "script": SCRIPT.read_text(encoding="utf-8"),
    }


def _odds(chance: int) -> str:
    return f"{chance / MILLION:.4%}".rstrip("%").rstrip("0").rstrip(".") + " %"
