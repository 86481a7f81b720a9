"""The password that a member types to pay with a balance: chosen, changed, chosen anew.

The first one and a forgotten one are chosen by a code that goes to the member himself.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.limits import caller_of, count_attempt
from kernel.members.middleware import member_of
from kernel.members.models import Identity, Member
from kernel.payments.errors import NowhereToSend
from kernel.payments.services.passwords import (
    DIGITS,
    change_password,
    choose_by_code,
    contacts_of,
    hint_of,
    send_password_code,
    standing_of,
)
from themes.account.entering import FormPage, form_page, show_refusal, target_of, with_next
from themes.account.forms import CodeForm
from themes.account.members import sign_in_first
from themes.account.ways import ways_page
from themes.fields import Json
from themes.forms import link_beside

_FIELDS = {
    "payments.password_wrong": "old",
    "payments.password_needed": "old",
    "payments.password_locked": "old",
}


def _digits(label: Any, *, is_new: bool) -> forms.CharField:
    attrs = {"autocomplete": "off", "inputmode": "numeric"}
    return forms.CharField(
        label=label,
        max_length=DIGITS,
        help_text=gettext_lazy("Six digits.") if is_new else "",
        widget=forms.PasswordInput(attrs=attrs),
    )


class _Twice(forms.Form):
    """Six digits, typed twice so that no slip is kept."""

    def clean(self) -> dict[str, object]:
        """Compare both."""
        values = super().clean() or {}
        if {"new", "again"} <= values.keys() and values["new"] != values["again"]:
            self.add_error("again", _("These are other digits."))
        return values


class ChangeForm(_Twice):
    """Another payment password, and the present one."""

    old = _digits(gettext_lazy("Present payment password"), is_new=False)
    new = _digits(gettext_lazy("New payment password"), is_new=True)
    again = _digits(gettext_lazy("The same once more"), is_new=False)


class ChooseForm(_Twice, CodeForm):
    """A code that arrived, and the payment password that it allows."""

    new = _digits(gettext_lazy("New payment password"), is_new=True)
    again = _digits(gettext_lazy("The same once more"), is_new=False)


class ContactForm(forms.Form):
    """Where a code is to go."""

    contact = forms.ChoiceField(label=gettext_lazy("Where shall the code go?"))

    def __init__(self, contacts: list[Identity], data: QueryDict | None = None) -> None:
        super().__init__(data)
        choices = [(each.public_id, hint_of(each)) for each in contacts]
        self.fields["contact"].choices = choices  # type: ignore[attr-defined]


@never_cache
@sensitive_post_parameters("old", "new", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def payment_password(request: HttpRequest) -> HttpResponse:
    """Choose or change the password that pays with a balance."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    if request.POST.get("do") == "enter":
        return _enter(request, member)
    is_set = standing_of(member.pk, now=utc_now()).is_set
    if request.POST.get("do") != "send" and is_set and request.GET.get("by") != "code":
        return _change(request, member)
    return _ask_where(request, member, is_set=is_set)


def _change(request: HttpRequest, member: Member) -> HttpResponse:
    form = ChangeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count_attempt(request, f"payment:{member.pk}")
            old, new = form.cleaned_data["old"], form.cleaned_data["new"]
            change_password(member.pk, old=old, new=new, now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            return _done(request)
    by_code = f"{with_next(request, 'account:payment-password', by='code')}"
    more: dict[str, Json] = {"other": link_beside("", by_code, _("Forgotten? Use a code"))}
    title = _("Change the payment password")
    return form_page(request, form, FormPage(title=title, label=_("Save"), more=more))


def _ask_where(request: HttpRequest, member: Member, *, is_set: bool) -> HttpResponse:
    contacts = contacts_of(member.pk, now=utc_now())
    if not contacts:
        return ways_page(request, notice=str(NowhereToSend()), status=NowhereToSend.status)
    form = ContactForm(contacts, request.POST if request.POST.get("do") == "send" else None)
    if form.is_bound and form.is_valid():
        try:
            contact, _sent = send_password_code(
                member.pk,
                contact_id=_id(form.cleaned_data["contact"]),
                caller=caller_of(request),
                now=utc_now(),
            )
        except DomainError as refusal:
            _show(form, refusal)
        else:
            return _ask_code(request, ChooseForm(), contact, is_set=is_set)
    text = _("With it you pay with your balance. We send you a code, to be sure that it is you.")
    more: dict[str, Json] = {"text": text, "other": _back()}
    page = FormPage(
        title=_title(is_set=is_set),
        label=_("Send me a code"),
        hidden={"do": "send"},
        more=more,
    )
    return form_page(request, form, page)


def _enter(request: HttpRequest, member: Member) -> HttpResponse:
    form = ChooseForm(request.POST)
    wanted = request.POST.get("contact", "")[:60]
    contacts = contacts_of(member.pk, now=utc_now())
    contact = next((each for each in contacts if each.public_id == wanted), None)
    if contact is None:
        return redirect("account:payment-password")
    if form.is_valid():
        try:
            count_attempt(request, f"payment:{member.pk}")
            choose_by_code(
                member.pk,
                contact_id=contact.pk,
                code=form.cleaned_data["code"],
                new=form.cleaned_data["new"],
                now=utc_now(),
            )
        except DomainError as refusal:
            _show(form, refusal)
        else:
            return _done(request)
    is_set = standing_of(member.pk, now=utc_now()).is_set
    return _ask_code(request, form, contact, is_set=is_set)


def _ask_code(
    request: HttpRequest, form: forms.Form, contact: Identity, *, is_set: bool
) -> HttpResponse:
    text = _("We sent a code to %(target)s. It is good for ten minutes.")
    page = FormPage(
        title=_title(is_set=is_set),
        label=_("Save"),
        hidden={"do": "enter", "contact": contact.public_id},
        more={
            "text": text % {"target": hint_of(contact)},
            "again": _("Send another code"),
            "other": _back(),
        },
    )
    return form_page(request, form, page)


def _show(form: forms.Form, refusal: DomainError) -> None:
    name = _FIELDS.get(refusal.code, "")
    if name in form.fields:
        left = refusal.fields.get("left")
        text = str(refusal)
        if left is not None:
            text = _("%(refusal)s Tries left: %(left)s.") % {"refusal": text, "left": left}
        form.add_error(name, text)
    else:
        show_refusal(form, refusal)


def _done(request: HttpRequest) -> HttpResponse:
    target = target_of(request)
    return redirect(target if target != "/" else "account:ways")


def _id(text: str) -> UUID | None:
    try:
        return parse_public_id("idn", text)
    except InvalidId:
        return None


def _title(*, is_set: bool) -> str:
    return _("Choose a new payment password") if is_set else _("Choose a payment password")


def _back() -> Json:
    return link_beside("", reverse("account:ways"), _("Back"))
