"""Forms about documents."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm
from kernel.documents.choices import DocumentKind, InvoiceMoment, PrintKind, RequestState
from kernel.documents.models import LegalEntity
from kernel.documents.numbers import PREFIXES
from kernel.documents.providers import provider_choices
from kernel.documents.services import EntityTerms, Issued

_DUE = ("red_due", _("Red invoice to be issued"))


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


class DocumentFilter(NarrowForm):
    """Which documents a list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Number, order or buyer"))
    kind = forms.ChoiceField(
        required=False, label=_("Kind"), choices=[("", _("All")), *DocumentKind.choices]
    )
    since = _day(_("From"))
    until = _day(_("Until"))


class RequestFilter(NarrowForm):
    """Which requests a list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Order, title or number"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *RequestState.choices, _DUE]
    )


class PrintForm(forms.Form):
    """What is printed of the chosen orders."""

    kind = forms.ChoiceField(
        label=_("What is printed"), choices=PrintKind.choices, widget=forms.RadioSelect
    )


class IssueForm(forms.Form):
    """An invoice that was issued in the tax office's program."""

    number = forms.CharField(
        label=_("Invoice number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Invoice code"),
        max_length=20,
        required=False,
        help_text=_("Only older invoices have one beside the number."),
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("PDF, OFD, PNG or JPEG of at most 10 MB.")
    )

    def told(self) -> Issued:
        """Return what services take."""
        given = self.cleaned_data
        content = given["file"].read() if given["file"] else b""
        return Issued(given["number"], given.get("code", ""), content)


class RedForm(IssueForm):
    """A red invoice that was issued."""

    code = None  # type: ignore[assignment]  # takes the field away, as Django wants it


class RejectForm(forms.Form):
    """Why a request is turned down."""

    reason = forms.CharField(label=_("Reason, for the member"), max_length=300)


class EntityForm(forms.Form):
    """In whose name documents are issued."""

    name = forms.CharField(label=_("Name"), max_length=120)
    tax_number = forms.CharField(label=_("Tax number"), max_length=40, required=False)
    registration = forms.CharField(label=_("Registration"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    country = forms.CharField(label=_("Country"), max_length=2, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=120, required=False)
    bank_account = forms.CharField(label=_("Account"), max_length=60, required=False)
    footer = forms.CharField(
        label=_("Text below every document"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    language = forms.ChoiceField(label=_("Language of documents"), choices=settings.LANGUAGES)
    invoices = forms.ChoiceField(
        label=_("When invoices are issued"),
        choices=InvoiceMoment.choices,
        help_text=_("Credit notes follow by themselves when money goes back."),
    )
    takes_requests = forms.BooleanField(
        label=_("Members may ask for invoices that are issued elsewhere"), required=False
    )
    provider = forms.ChoiceField(label=_("Who issues those"))
    digits = forms.IntegerField(label=_("Digits of numbers"), min_value=3, max_value=10, initial=6)
    is_default = forms.BooleanField(label=_("Documents are issued in this name"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["provider"]).choices = provider_choices()
        for kind in DocumentKind:
            self.fields[f"prefix_{kind.value}"] = forms.CharField(
                label=kind.label,
                max_length=12,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": PREFIXES[kind]}),
            )

    def prefixes(self) -> list[forms.BoundField]:
        """Return the fields of what numbers begin with."""
        return [self[f"prefix_{kind.value}"] for kind in DocumentKind]

    def told(self) -> EntityTerms:
        """Return what services take."""
        given = self.cleaned_data
        names = set(EntityTerms.__dataclass_fields__) - {"prefixes"}
        prefixes = {kind.value: given[f"prefix_{kind.value}"] for kind in DocumentKind}
        return EntityTerms(**{name: given[name] for name in names}, prefixes=prefixes)


def entity_initial(row: LegalEntity) -> dict[str, Any]:
    """Return a legal entity as its form shows it."""
    found = {name: getattr(row, name) for name in EntityTerms.__dataclass_fields__}
    prefixes = found.pop("prefixes")
    return found | {f"prefix_{kind}": text for kind, text in prefixes.items()}
