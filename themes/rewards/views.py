"""What a member earned and why, by which rules, and a poster to invite others."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.relations.attribution import PARAMETER
from kernel.relations.selectors import standing_of
from kernel.relations.services import invite_code_of
from kernel.rewards.describing import modes_in_words
from kernel.rewards.earnings import Total, earnings_of, expiring_of, place_of, totals_of
from kernel.rewards.progress import next_ranks
from kernel.tenancy.context import current_tenant
from kernel.wallet.selectors import is_paid_out
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.rewards.poster import poster
from themes.rewards.shown import expiring_data, line_data, mode_data, rank_data, total_data

_LONGEST: Final = 32
_SOON: Final = 6
"""So many days on which something expires are shown."""
_COLOUR: Final = "#1f2937"


@never_cache
@require_safe
def earnings(request: HttpRequest) -> HttpResponse:
    """Show what a member earned, each line with its reason, and where he stands."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    totals = totals_of(member.pk)
    chosen = _chosen(request, totals)
    place, standing = place_of(member.pk), standing_of(member.pk)
    shown: dict[str, Json] = {
        "totals": [total_data(each, chosen.asset.code if chosen else "") for each in totals],
        "ranks": list(place.ranks),
        "next_ranks": [rank_data(each) for each in next_ranks(member.pk)],
        "referred": place.referred,
        "direct": standing.direct,
        "team": standing.team,
        "rules": reverse("reward-rules"),
        "invite": reverse("account:invitation"),
        "level": reverse("account:level"),
        "chosen": None,
        "withdraw": "",
        "expiring": [],
        "lines": [],
        "older": "",
    }
    if chosen is not None:
        code, language = chosen.asset.code, get_language() or ""
        page = earnings_of(member.pk, code, before=request.GET.get("before", "")[:_LONGEST])
        here = f"{reverse('account:earnings')}?of={code}"
        shown |= {
            "chosen": total_data(chosen, code),
            "withdraw": reverse("account:wallet") if is_paid_out(code) else "",
            "expiring": [
                expiring_data(each, chosen.asset)
                for each in expiring_of(member.pk, code, now=utc_now())[:_SOON]
            ],
            "lines": [line_data(each, chosen.asset, language) for each in page.lines],
            "older": f"{here}&before={page.next_before}" if page.next_before else "",
        }
    return serve(request, "earnings", inputs={"earnings": shown})


def _chosen(request: HttpRequest, totals: list[Total]) -> Total | None:
    wanted = request.GET.get("of", "")
    if not wanted:
        return totals[0] if totals else None
    found = next((each for each in totals if each.asset.code == wanted), None)
    if found is None:
        raise Http404
    return found


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show by which rules members earn, made from what runs."""
    modes = modes_in_words()
    if not modes:
        raise Http404
    return serve(
        request, "reward_rules", inputs={"reward_rules": {"modes": [mode_data(x) for x in modes]}}
    )


@never_cache
@require_safe
def invitation_poster(request: HttpRequest) -> HttpResponse:
    """Hand out the picture by which a member invites others."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    code = invite_code_of(member.pk)
    link = request.build_absolute_uri(f"{reverse('account:register')}?{PARAMETER}={code}")
    drawn = poster(link, shop=current_tenant().name, code=code, colour=_COLOUR)
    response = HttpResponse(drawn, content_type="image/svg+xml")
    if "download" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="invitation.svg"'
    return response
