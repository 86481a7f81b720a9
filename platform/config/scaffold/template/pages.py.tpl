"""The storefront's page; it needs no script."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from __package__.manifest import manifest
from __package__.selectors import entries_of
from __package__.services import leave_entry
from kernel.common.errors import DomainError
from kernel.members.middleware import member_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entries(request: HttpRequest) -> HttpResponse:
    """Show a member's entries; or keep a new one and show them again."""
    member, here = member_of(request), reverse("__code__:entries")
    if member is None:
        return redirect(f"{reverse('account:sign-in')}?{urlencode({'next': here})}")
    text = request.POST.get("text", "").strip()
    if request.method == "POST":
        try:
            if text:
                leave_entry(member.id, text=text)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect(here)
    context = {
        "name": manifest.name.in_language(get_language()),
        "entries": list(entries_of(member.id)[:100]),
        "notices": list(messages.get_messages(request)),
    }
    return render(request, "__code__/entries.html", context, using="jinja2")
