"""Adding security keys, and taking them away."""

from __future__ import annotations

import json

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.security_keys import begin_key, drop_key, finish_key, keys_of
from kernel.backoffice.account.factor import show_codes
from kernel.backoffice.account.second import (
    LONGEST_ANSWER,
    answer_of,
    place_of,
    remember,
    taken,
)
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.middleware import serves_held_tenants

_HOME = "/account/security/"


class KeyForm(forms.Form):
    """A new key, by what it answered."""

    name = forms.CharField(
        label=gettext_lazy("Name of the key"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("So that you can tell it from others, for example “Blue key”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answer = forms.CharField(
        max_length=LONGEST_ANSWER, strip=False, required=False, widget=forms.HiddenInput
    )


@serves_held_tenants
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(with_any_password=True, is_confirmed=True)
def add(request: StaffRequest) -> HttpResponseBase:
    """Ask the browser to make a key, and keep it."""
    if request.person.must_change_password:
        return redirect("/account/password/")
    form = KeyForm(request.POST if request.method == "POST" else None)
    place, now = place_of(request), utc_now()
    try:
        if request.method == "POST" and form.is_valid():
            codes = finish_key(
                request.person,
                place,
                state=taken(request, now=now),
                answer=answer_of(form.cleaned_data["answer"]),
                name=form.cleaned_data["name"],
                actor=request.actor,
                now=now,
            )
            if codes:
                return show_codes(request, codes)
            messages.success(request, _("The security key was added."))
            return redirect(_HOME)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
    try:
        options, state = begin_key(request.person, place)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_HOME)
    remember(request, state)
    context = {"form": form, "options": json.dumps(options), "keys": keys_of(request.person)}
    status = 422 if form.errors else 200
    return render(request, "backoffice/account/key.html", context, status=status)


@serves_held_tenants
@require_POST
@staff_page(is_confirmed=True)
def remove(request: StaffRequest, key: str) -> HttpResponseBase:
    """Take a key away."""
    try:
        drop_key(request.person, identified("sky", key), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The security key was removed."))
    return redirect(_HOME)
