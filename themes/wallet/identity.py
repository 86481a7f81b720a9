"""A member shows who he is, by a document; what he writes is never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.middleware import member_of
from kernel.wallet.choices import DocumentKind, IdentityState
from kernel.wallet.limits import IDENTIFIED
from kernel.wallet.models import IdentityCheck
from kernel.wallet.services import identity_of, submit_identity
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.forms import link_beside


class IdentityForm(forms.Form):
    """What stands on a document."""

    document = forms.ChoiceField(label=gettext_lazy("Document"), choices=DocumentKind.choices)
    name = forms.CharField(label=gettext_lazy("Name on the document"), max_length=80)
    number = forms.CharField(label=gettext_lazy("Number of the document"), max_length=40)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("name", "number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


@never_cache
@sensitive_post_parameters("name", "number")
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Take what stands on a document; who has sent it goes back and sees how far it is."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = identity_of(member.pk)
    if row is not None and row.state != IdentityState.REFUSED:
        return redirect("account:wallet")
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            IDENTIFIED.check(f"member:{member.pk}")
            actor = member_actor(member)
            submit_identity(member.pk, **form.cleaned_data, actor=actor, now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("account:wallet")
    text = _(
        "The law asks for it before larger amounts are paid out, and where tax is declared in "
        "your name. What you write is sealed and never shown again, but for a few characters."
    )
    title = _("Show who you are")
    other = link_beside("", reverse("account:wallet"), _("Back"))
    more: dict[str, Json] = {"text": text, "other": other}
    if row is not None:
        more["notice"] = _("It was refused: %(reason)s") % {"reason": row.reason}
    return form_page(request, form, FormPage(title=title, label=_("Send it"), more=more))


def identity_data(row: IdentityCheck | None) -> dict[str, Json]:
    """Return how far the proof of a member's identity has got."""
    is_open = row is None or row.state == IdentityState.REFUSED
    return {
        "state": row.get_state_display() if row else _("Not shown yet"),
        "who": f"{row.name_hint} {row.number_hint}" if row else "",
        "reason": row.reason if row else "",
        "is_good": row is not None and row.state == IdentityState.VERIFIED,
        "href": reverse("account:identity") if is_open else "",
    }
