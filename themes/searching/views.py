"""The search page, what is suggested while somebody types, and a member's past searches."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.common.ratelimit import rate_limited
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.search.limits import SEARCHES
from kernel.search.selectors import suggestions
from kernel.search.services import forget_history, remember
from themes.kinds import words
from themes.pages import serve
from themes.same_origin import same_origin_only


@require_safe
@rate_limited(SEARCHES)
def search(request: HttpRequest) -> HttpResponse:
    """Show what a search finds; a member's is remembered."""
    text = words(request.GET.get("q", ""))
    member = member_of(request) if text and request.method == "GET" else None
    if member is not None:
        remember(member.pk, text, now=utc_now())
    return serve(request, "search")


@never_cache
@require_safe
@rate_limited(SEARCHES)
def suggest(request: HttpRequest) -> HttpResponse:
    """Return texts to search for that begin as somebody types."""
    found = suggestions(words(request.GET.get("q", "")), now=utc_now(), language=get_language())
    return JsonResponse({"items": list(dict.fromkeys(each.text for each in found))})


@never_cache
@same_origin_only
@require_POST
def clear_history(request: HttpRequest) -> HttpResponse:
    """Forget what a member searched for."""
    member = member_of(request)
    if member is not None:
        forget_history(member.pk)
    return redirect("search")
