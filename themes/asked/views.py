"""A form of the shop on a page of its own; every block with it sends it here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.time import utc_now
from kernel.forms.answers import LONGEST_TEXT
from kernel.forms.limits import BY_ADDRESS, BY_SENDER
from kernel.forms.models import Form
from kernel.forms.selectors import form_called
from kernel.forms.services import Sender, submit
from kernel.members.middleware import member_of
from themes.fields import Json
from themes.pages import serve
from themes.same_origin import is_same_origin

TRAP: Final = "homepage"
"""A field that nobody sees; what is typed into it was typed by a program."""
_LONGEST_TOKEN: Final = 64


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, code: str) -> HttpResponse:
    """Show a form, take what is sent with it, and thank for it.

    It is sent from pages that are kept for everybody and hold no token, so browsers say
    where it comes from.
    """
    row = form_called(code)
    if row is None:
        raise Http404
    told: dict[str, Json] = {"code": code, "is_sent": request.GET.get("sent") == "1"}
    status = 200
    if request.method == "POST":
        if not is_same_origin(request):
            raise PermissionDenied
        try:
            if not request.POST.get(TRAP):
                _take(request, row)
        except DomainError as refusal:
            status, told = refusal.status, _refused(request, row, refusal)
        else:
            return redirect(f"{request.path}?sent=1", permanent=False)
    return serve(request, "form", params={"form": code}, inputs={"asked": told}, status=status)


def _take(request: HttpRequest, row: Form) -> None:
    member, address = member_of(request), client_ip(request)
    who = f"{address} {request.headers.get('User-Agent', '')}"
    BY_ADDRESS.check(address)
    BY_SENDER.check(f"member:{member.pk}" if member else f"guest:{who}")
    sender = Sender(
        member_id=member.pk if member else None,
        key=who,
        page=urlsplit(request.headers.get("Referer", "")).path,
        token=request.POST.get("token", "")[:_LONGEST_TOKEN],
        language=get_language() or "",
    )
    submit(row.pk, _given(request, row), sender=sender, now=utc_now())


def _given(request: HttpRequest, row: Form) -> dict[str, list[str]]:
    return {each["key"]: request.POST.getlist(each["key"]) for each in row.fields}


def _refused(request: HttpRequest, row: Form, refusal: DomainError) -> dict[str, Json]:
    """Return what was filled in, as far as it may be shown again, and what is wrong with it."""
    invalid = refusal.fields.get("invalid")
    given = _given(request, row)
    values: dict[str, Json] = {
        key: [text[:LONGEST_TEXT] for text in told] for key, told in given.items()
    }
    faults: dict[str, Json] = {}
    if isinstance(invalid, dict):
        faults = {str(key): str(text) for key, text in invalid.items()}
    return {
        "code": row.code,
        "refusal": str(refusal),
        "needs_member": refusal.status == HTTPStatus.FORBIDDEN,
        "values": values,
        "faults": faults,
    }
