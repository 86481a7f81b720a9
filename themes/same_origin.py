"""Takes forms from the shop's own pages although those are kept and hold no token.

A page that is kept for everybody cannot hold anybody's token. Browsers say where
a request comes from; what another site sends, or nobody says, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

P = ParamSpec("P")


def same_origin_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Refuse what does not come from a page of the host that is asked."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_same_origin(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return csrf_exempt(guarded)  # type: ignore[return-value]  # wraps() types the request by name


def is_same_origin(request: HttpRequest) -> bool:
    """Tell whether the browser says that a page of this very host sent the request."""
    own = f"{request.scheme}://{request.get_host()}"
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    if origin := request.headers.get("Origin"):
        return origin == own
    return request.headers.get("Referer", "").startswith(f"{own}/")
