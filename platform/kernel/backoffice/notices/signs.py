"""Names in which text messages go out: asked for, chosen, dropped."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.notices.views import MANAGE
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.notifications.services.signs import ask_for_sign, choose_sign, drop_sign, signs

HOME = "/notifications/signs/"


class SignForm(forms.Form):
    """A name that is asked for."""

    text = forms.CharField(
        label=gettext_lazy("Signature"),
        max_length=12,
        help_text=gettext_lazy("Such as the name of the shop; carriers have it registered."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the names, and ask for one."""
    form = SignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_sign(form.cleaned_data["text"], actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The platform was asked for it."))
            return redirect(HOME)
    status = 422 if form.errors else 200
    context = {"rows": signs(), "form": form}
    return render(request, "backoffice/notices/signs.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def choose(request: StaffRequest, sign: str) -> HttpResponseBase:
    """Have text messages go out in a name."""
    key = identified("sgn", sign)
    return _done(request, lambda: choose_sign(key, actor=request.actor, now=utc_now()))


@require_POST
@staff_page(MANAGE)
def drop(request: StaffRequest, sign: str) -> HttpResponseBase:
    """Use a name no more."""
    key = identified("sgn", sign)
    return _done(request, lambda: drop_sign(key, actor=request.actor, now=utc_now()))


def _done(request: StaffRequest, act: Callable[[], object]) -> HttpResponseBase:
    try:
        act()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved. It holds for messages from now on."))
    return redirect(HOME)
