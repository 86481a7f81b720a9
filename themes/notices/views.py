"""A member reads his messages, and chooses which he wants; letters are declined by a link."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.notifications.addresses import read_unsubscribe
from kernel.notifications.errors import LinkRefused
from kernel.notifications.selectors import CHOSEN, choice_of, inbox_of_member, unread
from kernel.notifications.services import (
    choose,
    read_all_by_member,
    read_by_member,
    unsubscribe,
)
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.notices.shown import choices_data, message_data
from themes.pages import serve

_ON_A_PAGE: Final = 20


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show a member's messages, the newest first."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    rows, language = inbox_of_member(member.pk), get_language() or ""
    page = Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page"))
    found: dict[str, Json] = {
        "messages": [message_data(row, language) for row in page],
        "unread": unread(rows),
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return serve(request, "messages", inputs={"messages": found})


@never_cache
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Count a message as read and go to what it is about; without one, count all as read."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    home, told, now = reverse("account:messages"), request.POST.get("message", ""), utc_now()
    if not told:
        read_all_by_member(member.pk, now=now)
        return redirect(home)
    try:
        row = read_by_member(parse_public_id("msg", told), member_id=member.pk, now=now)
    except DomainError as error:
        raise Http404 from error
    is_inner = row.link.startswith("/") and url_has_allowed_host_and_scheme(row.link, None)
    return redirect(row.link if is_inner else home)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and change what a member wants."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    notice = ""
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted"))
        unwanted = [each for each in CHOSEN if each not in wanted]
        try:
            choose(member.pk, language=request.POST.get("language", ""), unwanted=unwanted)
        except DomainError as refusal:
            notice = str(refusal)
        else:
            notice = _("Your choices are kept.")
    found: dict[str, Json] = {**choices_data(choice_of(member.pk)), "notice": notice}
    return serve(request, "message_choices", inputs={"choices": found})


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Decline what a link in a letter is about: asked first, for letters are read by machines.

    Mail programs post here themselves (RFC 8058), without cookies or a token of ours; the
    link's own signature is the proof.
    """
    try:
        if request.method == "POST":
            topic, _channel = unsubscribe(token)
        else:
            _member, topic, _channel = read_unsubscribe(token)
    except LinkRefused as error:
        raise Http404 from error
    found: dict[str, Json] = {"topic": str(topic.label), "is_done": request.method == "POST"}
    return serve(request, "message_decline", inputs={"decline": found})
