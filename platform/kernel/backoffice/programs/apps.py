"""Apps of others: registered, let in by somebody who may, shut out, removed."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.offered import shelves
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.backoffice.programs.keys import MANAGE, VIEW
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.keys.models import App
from kernel.keys.oauth.apps import (
    AppDraft,
    all_apps,
    app_with,
    change_app,
    register_app,
    remove_app,
    shut_out,
)
from kernel.keys.oauth.errors import RequestRefused
from kernel.keys.oauth.flow import let_in, read_wish
from kernel.keys.services import offered_scopes

HOME: Final = "/apps/"


class AppForm(forms.Form):
    """What an app is called, where it lives, and what it may ask for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    redirect_uris = forms.CharField(
        label=gettext_lazy("Addresses that the app is sent back to"),
        max_length=5_000,
        help_text=gettext_lazy("One to a line; its maker says which."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may ask for"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, scopes: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = _names()
        choices = [(code, named.get(code, code)) for code in scopes]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> AppDraft:
        """Return what was told."""
        told = self.cleaned_data
        return AppDraft(
            name=told["name"],
            redirect_uris=told["redirect_uris"].splitlines(),
            scopes=told["scopes"],
        )


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the apps."""
    return render(request, "backoffice/programs/apps.html", {"rows": all_apps()})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def edit(request: StaffRequest, app: str = "") -> HttpResponseBase:
    """Register an app, whose secret is shown once; or change one."""
    row = app_with(identified("app", app)) if app else None
    initial = {}
    if row is not None:
        addresses = "\n".join(row.redirect_uris)
        initial = {"name": row.name, "redirect_uris": addresses, "scopes": row.scopes}
    scopes = sorted({*offered_scopes(request.person), *(row.scopes if row else ())})
    form = AppForm(scopes, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            answer = _saved(request, row, form.draft())
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            return answer
    status = 422 if form.errors else 200
    return render(
        request, "backoffice/programs/app.html", {"form": form, "row": row}, status=status
    )


def _saved(request: StaffRequest, row: App | None, draft: AppDraft) -> HttpResponseBase:
    if row is not None:
        change_app(row.pk, draft, actor=request.actor, now=utc_now())
        messages.success(request, _("The app was saved."))
        return redirect(HOME)
    made, secret = register_app(draft, actor=request.actor, now=utc_now())
    context = {"row": made, "secret": secret, "home": HOME}
    return render(request, "backoffice/programs/app_secret.html", context)


@require_POST
@staff_page(MANAGE)
def end(request: StaffRequest, app: str) -> HttpResponseBase:
    """Take from an app whatever it was given."""
    shut_out(identified("app", app), actor=request.actor, now=utc_now())
    messages.success(request, _("The app is shut out."))
    return redirect(HOME)


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest, app: str) -> HttpResponseBase:
    """Forget an app."""
    remove_app(identified("app", app), actor=request.actor, now=utc_now())
    messages.success(request, _("The app was removed."))
    return redirect(HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def authorize(request: StaffRequest) -> HttpResponseBase:
    """Ask whether an app may come in; what it asks for stands in the address."""
    try:
        wish = read_wish(request.GET.dict())
    except RequestRefused as refusal:
        return _refused(request, refusal)
    lacks = sorted(set(wish.scopes) - set(offered_scopes(request.person)))
    if request.method != "POST":
        named = _names()
        context = {
            "wish": wish,
            "scopes": [named.get(code, code) for code in wish.scopes],
            "lacks": [named.get(code, code) for code in lacks],
        }
        return render(request, "backoffice/programs/authorize.html", context)
    if "allow" not in request.POST or lacks:
        onward = _address(wish.redirect_uri, error="access_denied", state=wish.state)
    else:
        code = let_in(wish, by=request.person, actor=request.actor, now=utc_now())
        onward = _address(wish.redirect_uri, code=code, state=wish.state)
    # A page and no redirect: forms of the console lead nowhere outside.
    answer = render(request, "backoffice/programs/onward.html", {"wish": wish, "onward": onward})
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _refused(request: StaffRequest, refusal: RequestRefused) -> HttpResponseBase:
    if uri := refusal.fields.get("redirect_uri"):
        error, state = str(refusal.fields["error"]), str(refusal.fields["state"])
        answer = HttpResponse(status=303)
        answer["Location"] = _address(str(uri), error=error, state=state)
        return answer
    # Nobody is sent to an address that the app did not register.
    return render(request, "backoffice/programs/authorize.html", {"wish": None}, status=400)


def _address(uri: str, **told: str) -> str:
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def _names() -> dict[str, str]:
    return {code: str(label) for shelf in shelves() for code, label in shelf.permissions}
