"""Draws in the console: published with final terms, watched, stopped for cause."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.rewards.draw_forms import DrawForm, Prizes
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.rewards.draws.choices import Standing
from kernel.rewards.draws.errors import InvalidDraw
from kernel.rewards.draws.selectors import all_draws, audit, draw_of, shown, wins_of
from kernel.rewards.draws.services import publish_draw, stop

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
TONES: Final = {
    Standing.OPEN: "good",
    Standing.CLOSED: "warn",
    Standing.STOPPED: "bad",
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the draws, the newest first."""
    page = paged(request, all_draws())
    rows = [(one, TONES.get(one.standing, "")) for one in shown(list(page), now=utc_now())]
    return render(request, "backoffice/rewards/draws.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Publish a draw."""
    data = request.POST if request.method == "POST" else None
    form, prizes = DrawForm(data), Prizes(data, prefix="prizes")
    if data is not None and form.is_valid() and prizes.is_valid():
        try:
            row = publish_draw(
                **form.terms(), prizes=prizes.wanted(), actor=request.actor, now=utc_now()
            )
        except InvalidDraw as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("The draw is published. Its terms are final."))
            return redirect(f"/rewards/draws/{row.public_id}/")
    return render(request, "backoffice/rewards/draw_new.html", {"form": form, "prizes": prizes})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def draw(request: StaffRequest, draw: str) -> HttpResponseBase:
    """Show a draw, its winners and its audit; stop it with a reason that everybody reads."""
    one = found(draw_of(identified("drw", draw), now=utc_now()))  # type: ignore[arg-type]
    if request.method == "POST" and request.person.may(MANAGE):
        try:
            reason = request.POST.get("reason", "")
            stop(one.draw.pk, reason=reason, actor=request.actor, now=utc_now())
        except InvalidDraw:
            messages.error(request, _("Say why the draw is stopped; everybody can read it."))
        except DomainError as refusal:
            messages.error(request, str(refusal.title))
        return redirect(request.path)
    page = paged(request, wins_of(one.draw))
    names = dict(
        Member.objects.filter(pk__in=[win.member_id for win in page]).values_list("pk", "name")
    )
    prizes = one.draw.prizes
    context: dict[str, Any] = {
        "one": one,
        "tone": TONES.get(one.standing, ""),
        "prizes": prizes,
        "page": page,
        "wins": [
            (win.number, prizes[win.prize]["name"], names.get(win.member_id, ""), win.at)
            for win in page
        ],
        "audit": audit(one, seed=bytes(one.reveal.seed)) if one.reveal else None,
        "may_stop": request.person.may(MANAGE)
        and one.standing in {Standing.COMING, Standing.OPEN, Standing.CLOSED},
    }
    return render(request, "backoffice/rewards/draw.html", context)
