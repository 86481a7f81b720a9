"""Forms of files that are made of lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.dataio.choices import ExportEvery, ExportFormat, ExportWay
from kernel.dataio.exporting import ExportKind, headings_of
from kernel.dataio.models import ExportTarget
from kernel.dataio.plans import Route

_HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class FileForm(forms.Form):
    """Which columns, and as what."""

    column = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)
    file_format = forms.ChoiceField(
        label=_("As"), choices=ExportFormat.choices, initial=ExportFormat.XLSX
    )

    def __init__(self, kind: ExportKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = headings_of(kind)
        field = self.fields["column"]
        field.choices = columns  # type: ignore[attr-defined]  # `fields` knows no kinds of fields
        field.initial = [code for code, _heading in columns]


class PlanForm(FileForm):
    """The same, again and again."""

    every = forms.ChoiceField(label=_("How often"), choices=ExportEvery.choices)
    hour = forms.TypedChoiceField(label=_("At"), coerce=int, choices=_HOURS, initial=6)
    way = forms.ChoiceField(
        label=_("How it reaches you"), choices=ExportWay.choices, initial=ExportWay.PAGE
    )
    emails = forms.CharField(
        required=False,
        max_length=1_500,
        label=_("E-mail addresses"),
        help_text=_("With commas between them. The file is enclosed, up to 15 MB."),
    )
    target = forms.ModelChoiceField(
        required=False, label=_("Bucket"), queryset=ExportTarget.objects.none()
    )

    def __init__(self, kind: ExportKind, *args: Any, may_send: bool, **kwargs: Any) -> None:
        super().__init__(kind, *args, **kwargs)
        targets = ExportTarget.objects.order_by("name", "id")
        if may_send and targets.exists():
            self.fields["target"].queryset = targets  # type: ignore[attr-defined]
            return
        del self.fields["target"]
        # Without a bucket, nothing is put into one.
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            each for each in ExportWay.choices if each[0] != ExportWay.BUCKET
        ]

    def route(self) -> Route:
        """Return the way that was chosen."""
        target = self.cleaned_data.get("target")
        emails = tuple(self.cleaned_data["emails"].replace(";", ",").split(","))
        return Route(self.cleaned_data["way"], emails, target.pk if target else None)


class TargetForm(forms.Form):
    """A bucket of somebody else."""

    name = forms.CharField(label=_("Name"), max_length=80)
    endpoint = forms.CharField(
        label=_("Address of the service"),
        max_length=300,
        help_text=_("Of any service that speaks S3, such as https://s3.eu-central-1.amazonaws.com"),
    )
    region = forms.CharField(label=_("Region"), max_length=40, initial="us-east-1")
    bucket = forms.CharField(label=_("Bucket"), max_length=63)
    beginning = forms.CharField(
        required=False,
        label=_("Beginning of the names"),
        max_length=200,
        help_text=_("Such as reports/"),
    )
    access_key = forms.CharField(label=_("Access key"), max_length=128)
    secret_key = forms.CharField(
        required=False,
        label=_("Secret key"),
        max_length=200,
        help_text=_("It is sealed and shown to nobody again. Empty keeps the one that is kept."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
