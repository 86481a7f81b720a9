"""Whom a member's invoices are made out to."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.choices import InvoiceKind
from kernel.members.middleware import member_of
from kernel.members.models import InvoiceProfile
from kernel.members.services.invoices import (
    Invoicee,
    invoice_profiles_of,
    remove_invoice_profile,
    save_invoice_profile,
)
from kernel.taxes.book import current_book
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.forms import link_beside
from themes.pages import serve

_COLUMNS: Final = (
    "kind", "title", "tax_number", "email", "phone", "address", "bank", "bank_account",
)  # fmt: skip


class InvoiceForm(forms.Form):
    """Whom an invoice is made out to, as somebody writes it."""

    kind = forms.ChoiceField(label=gettext_lazy("For whom"), choices=InvoiceKind.choices)
    title = forms.CharField(label=gettext_lazy("Name on the invoice"), max_length=120)
    tax_number = forms.CharField(
        label=gettext_lazy("Tax number"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Needed for a company."),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail that gets the invoice"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Registered telephone"), max_length=40, required=False
    )
    address = forms.CharField(
        label=gettext_lazy("Registered address"), max_length=200, required=False
    )
    bank = forms.CharField(label=gettext_lazy("Bank"), max_length=120, required=False)
    bank_account = forms.CharField(
        label=gettext_lazy("Account number"), max_length=60, required=False
    )
    is_default = forms.BooleanField(label=gettext_lazy("Use it by default"), required=False)


@never_cache
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """List them, the default first."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    rows = invoice_profiles_of(member.pk)
    shown: dict[str, Json] = {
        "rows": [_shown(row) for row in rows],
        "exempt": reverse("tax-exemption") if current_book().is_on else "",
    }
    return serve(request, "invoices", inputs={"invoices": shown})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, profile: str = "") -> HttpResponse:
    """Write down one more, or change one."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = _own(member.pk, profile) if profile else None
    initial = {name: getattr(row, name) for name in (*_COLUMNS, "is_default")} if row else None
    form = InvoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        kind = InvoiceKind(told["kind"])
        try:
            save_invoice_profile(
                member.pk,
                Invoicee(**{**{name: told[name] for name in _COLUMNS}, "kind": kind}),
                profile_id=row.pk if row else None,
                is_default=told["is_default"],
                now=utc_now(),
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("account:invoices")
    title = _("New invoice details") if row is None else _("Change invoice details")
    back = link_beside("", reverse("account:invoices"), _("Back"))
    return form_page(request, form, FormPage(title=title, label=_("Save"), more={"other": back}))


@never_cache
@require_POST
def remove(request: HttpRequest, profile: str) -> HttpResponse:
    """Forget one."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    remove_invoice_profile(member.pk, _own(member.pk, profile).pk)
    return redirect("account:invoices")


def _own(member_id: UUID, text: str) -> InvoiceProfile:
    try:
        key = parse_public_id("inv", text)
    except InvalidId as refusal:
        raise Http404 from refusal
    row = invoice_profiles_of(member_id).filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _shown(row: InvoiceProfile) -> Json:
    key = {"profile": row.public_id}
    return {
        "title": row.title,
        "kind": str(InvoiceKind(row.kind).label),
        "tax_number": row.tax_number,
        "email": row.email,
        "is_default": row.is_default,
        "edit": reverse("account:invoice", kwargs=key),
        "remove": reverse("account:invoice-remove", kwargs=key),
    }
