"""Sends strangers to the sign-in page, and brings them back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse


def sign_in_first(request: HttpRequest) -> HttpResponseRedirect:
    """Ask a stranger to sign in, and then to come back."""
    # What was sent is not sent again after signing in, so he comes back to look.
    query = urlencode({"next": request.get_full_path() if request.method == "GET" else "/account/"})
    return HttpResponseRedirect(f"{reverse('account:sign-in')}?{query}")
