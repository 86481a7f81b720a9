"""Documents of a buyer's orders as files; invoices that members ask for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.documents.api.answering import file_answer, pdf_answer
from kernel.documents.choices import RequestKind
from kernel.documents.limits import REQUESTED
from kernel.documents.selectors import buyer_documents, request_of
from kernel.documents.services import Wanted, ask_for_invoice, withdraw_request
from kernel.documents.services.requests import invoiceable_minor
from kernel.members.choices import InvoiceKind
from kernel.members.middleware import member_of
from kernel.members.services.invoices import invoice_profiles_of
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import Order
from kernel.taxes.selectors import exemption_of
from kernel.taxes.services import ask
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.invoices import InvoiceForm
from themes.account.members import sign_in_first
from themes.buyers import buyer_of
from themes.forms import link_beside
from themes.shop.amounts import text_of

_KEPT = ("title", "tax_number", "email", "phone", "address", "bank", "bank_account")


class RequestForm(InvoiceForm):
    """Which invoice a member asks for."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of invoice"), choices=RequestKind.choices)
    # Django's way to leave out a field of the parent.
    is_default = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what the special kind alone needs."""
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("This and what follows is for special invoices.")


class ExemptionForm(forms.Form):
    """By which number a member pays no tax."""

    name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=120)
    number = forms.CharField(label=gettext_lazy("Tax number"), max_length=40)
    country = forms.CharField(
        label=gettext_lazy("Country of the number"),
        max_length=2,
        help_text=gettext_lazy("Two letters: GB, DE."),
    )


@never_cache
@require_safe
def document(request: HttpRequest, number: str, document: str) -> HttpResponseBase:
    """Send an invoice or a credit note as a PDF file."""
    order = _order(request, number)
    try:
        key = parse_public_id("doc", document)
    except InvalidId as refusal:
        raise Http404 from refusal
    row = buyer_documents(order).filter(pk=key).first()
    if row is None:
        raise Http404
    return pdf_answer(row, now=utc_now())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for an invoice of what was paid."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    order = _order(request, number)
    data = request.POST if request.method == "POST" else None
    form = RequestForm(data, initial=_usual(member.pk))
    if data is not None and form.is_valid():
        told = form.cleaned_data
        wanted = Wanted(**{**told, "kind": RequestKind(told["kind"])})
        try:
            REQUESTED.check(f"member:{member.pk}")
            ask_for_invoice(order.pk, wanted, member_id=member.pk, now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("order", number=order.number)
    amount = text_of(Money(invoiceable_minor(order), order.currency))
    page = FormPage(
        title=_("Ask for an invoice"),
        label=_("Ask for the invoice"),
        more={
            "text": _("For order %(number)s, over %(amount)s.")
            % {"number": order.number, "amount": amount},
            "other": link_beside("", _path(order), _("Back to the order")),
        },
    )
    return form_page(request, form, page)


@never_cache
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a request back."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    order = _order(request, number)
    row = request_of(order)
    if row is None:
        raise Http404
    try:
        withdraw_request(row.pk, member_id=member.pk, now=utc_now())
    except DomainError:
        # It was decided a moment ago; the order's page says how.
        return redirect("order", number=order.number)
    return redirect("order", number=order.number)


@never_cache
@require_safe
def invoice_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send the invoice that was asked for, as it was uploaded."""
    order = _order(request, number)
    row = request_of(order)
    if row is None or not row.file:
        raise Http404
    return file_answer(row.file, row.number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exemption(request: HttpRequest) -> HttpResponse:
    """Ask to be let off taxes, by a number; say what became of it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = exemption_of(member.pk)
    initial = {name: getattr(row, name) for name in ("name", "number", "country")} if row else {}
    form = ExemptionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            ask(member.pk, **form.cleaned_data, now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("tax-exemption")
    text = _("Companies with a number of their own may buy without tax. We look at each number.")
    if row is not None:
        text = f"{row.get_state_display()}: {row.number} {row.reason}".strip()
    page = FormPage(
        title=_("Buying without tax"),
        label=_("Send the number"),
        more={
            "text": text,
            "other": link_beside("", reverse("account:invoices"), _("Invoice details")),
        },
    )
    return form_page(request, form, page)


def _usual(member_id: UUID) -> dict[str, str]:
    """Return whom the member's invoices are made out to."""
    row = invoice_profiles_of(member_id).first()
    if row is None:
        return {}
    kind = RequestKind.COMPANY if row.kind == InvoiceKind.COMPANY else RequestKind.PERSON
    return {"kind": kind.value, **{name: getattr(row, name) for name in _KEPT}}


def _order(request: HttpRequest, number: str) -> Order:
    try:
        return buyer_of(request).order(number)
    except OrderNotFound as refusal:
        raise Http404 from refusal


def _path(order: Order) -> str:
    return reverse("order", kwargs={"number": order.number})
