"""What documents look like: texts, columns, colour, logo, paper."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.promotions.taking import refuse
from kernel.catalogue.sent import contents_of
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.documents.choices import Column, DocumentKind, Paper
from kernel.documents.errors import InvalidLayout
from kernel.documents.models import LegalEntity
from kernel.documents.selectors import entities
from kernel.documents.services import Layout, layouts_of, save_layout
from kernel.documents.services.issuing import SLIPS
from kernel.documents.services.layouts import VARIABLES
from kernel.documents.services.samples import sample_of

VIEW, MANAGE = "documents.view", "documents.manage"
_OF_SLIPS = frozenset({Column.SKU, Column.WEIGHT})
_OF_INVOICES = frozenset(set(Column) - {Column.WEIGHT})
_OF_CREDITS = frozenset({Column.SKU, Column.QUANTITY, Column.TAX})


def _text(label: Any, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=1000, required=False, widget=widget)


class LayoutForm(forms.Form):
    """What documents of one kind look like."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The kind of document, when left empty."),
    )
    intro = _text(gettext_lazy("Text before the goods"))
    closing = _text(gettext_lazy("Text after the goods"))
    has_colour = forms.BooleanField(label=gettext_lazy("In a colour of its own"), required=False)
    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP; it stands above the title."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drops_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)
    paper = forms.ChoiceField(label=gettext_lazy("Paper"), choices=Paper.choices)
    hidden = forms.MultipleChoiceField(
        label=gettext_lazy("Columns that are left out"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    shows_bank = forms.BooleanField(label=gettext_lazy("With the bank account"), required=False)
    shows_note = forms.BooleanField(label=gettext_lazy("With the buyer’s note"), required=False)

    def __init__(self, kind: DocumentKind, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = _OF_SLIPS if kind in SLIPS else _OF_CREDITS
        if kind == DocumentKind.INVOICE:
            shown = _OF_INVOICES
        hidden = self.fields["hidden"]
        assert isinstance(hidden, forms.MultipleChoiceField)  # noqa: S101  it is made above
        hidden.choices = [(each.value, each.label) for each in Column if each in shown]
        unfit = set[str]() if kind in SLIPS else {"shows_note"}
        if kind != DocumentKind.INVOICE:
            unfit.add("shows_bank")
        if not has_logo:
            unfit.add("drops_logo")
        for name in unfit:
            del self.fields[name]

    def told(self) -> Layout:
        """Return what services take; what does not fit the kind is as usual."""
        given = dict(self.cleaned_data)
        given["colour"] = given["colour"] if given["has_colour"] else ""
        return Layout(**{name: given.get(name, usual) for name, usual in asdict(Layout()).items()})

    def sent_logo(self) -> bytes | None:
        """Return the picture that was sent, nothing to drop it, None to leave it."""
        if self.cleaned_data.get("drops_logo"):
            return b""
        sent = self.cleaned_data["logo"]
        [content, *_rest] = [*contents_of([sent] if sent else [], refusal=InvalidLayout), b""]
        return content or None


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest, entity: str) -> HttpResponseBase:
    """List the kinds of documents of an entity."""
    row = _row(entity)
    known = layouts_of(row.pk)
    context = {"row": row, "kinds": [(kind, known.get(kind)) for kind in DocumentKind]}
    return render(request, "backoffice/documents/layouts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, entity: str, kind: str) -> HttpResponseBase:
    """Choose what one kind of document looks like."""
    row, wanted = _row(entity), _kind(kind)
    known = layouts_of(row.pk).get(wanted)
    initial = {name: getattr(known or Layout(), name) for name in asdict(Layout())}
    initial["has_colour"] = bool(initial["colour"])
    initial["colour"] = initial["colour"] or "#1f6f5c"
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LayoutForm(wanted, *sent, initial=initial, has_logo=bool(known and known.logo))
    if request.method == "POST" and form.is_valid():
        try:
            save_layout(row.pk, wanted, form.told(), logo=form.sent_logo(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {"pictures": "logo"})
        else:
            messages.success(request, _("Saved. It holds for documents from now on."))
            return redirect(f"/documents/entities/{row.public_id}/layouts/{wanted.value}/")
    context = {
        "form": form,
        "row": row,
        "kind": wanted,
        "variables": [(f"{{{{ {name} }}}}", label) for name, label in VARIABLES.items()],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/documents/layout.html", context, status=status)


@require_safe
@staff_page(VIEW)
def sample(request: StaffRequest, entity: str, kind: str) -> HttpResponseBase:
    """Send a sample as a PDF file."""
    content = sample_of(_row(entity), _kind(kind), now=utc_now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sample.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _row(text: str) -> LegalEntity:
    row: LegalEntity = found(entities().filter(pk=identified("ent", text)).first())
    return row


def _kind(text: str) -> DocumentKind:
    if text not in DocumentKind.values:
        raise Http404
    return DocumentKind(text)
