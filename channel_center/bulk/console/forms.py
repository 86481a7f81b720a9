"""What is asked before something is done to many shops."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from channel_center.bulk.choices import FOR_OPERATOR, BulkAction
from channel_center.bulk.services.beginning import LONGEST_HOURS
from channel_center.console.forms import HoldForm
from channel_center.console.selectors import module_name
from channel_center.operations.choices import Urgency
from channel_center.operations.services.upgrading import RINGS
from channel_center.snapshots.services.templates import usable_templates
from kernel.modules.registry import manifests


class NothingForm(forms.Form):
    """Nothing more needs to be said."""


class ModuleForm(forms.Form):
    """Which function."""

    module = forms.ChoiceField(label=_("Function"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = sorted((module_name(code), code) for code in manifests())
        field: Any = self.fields["module"]
        field.choices = [(code, name) for name, code in named]


class TemplateForm(forms.Form):
    """Which template."""

    template = forms.ChoiceField(
        label=_("Template"),
        help_text=_("What is new, or changed in the template alone; what shops changed stays."),
    )

    def __init__(self, *args: Any, channel_id: UUID | None, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["template"]
        field.choices = [(str(row.pk), row.name) for row in usable_templates(channel_id)]


class AnnounceForm(forms.Form):
    """What the shops are told."""

    text_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    text_en = forms.CharField(
        label=_("Text in English"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    urgency = forms.ChoiceField(label=_("Kind"), choices=Urgency.choices)
    hours = forms.IntegerField(
        label=_("Shown for so many hours"), min_value=1, max_value=LONGEST_HOURS, initial=24
    )


class RingForm(forms.Form):
    """Which ring."""

    ring = forms.TypedChoiceField(
        label=_("Ring"),
        coerce=int,
        choices=[(str(each), str(each)) for each in RINGS],
        help_text=_("Ring 0 is upgraded first."),
    )


_FORMS: Final[dict[BulkAction, type[forms.Form]]] = {
    BulkAction.HOLD: HoldForm,
    BulkAction.LIFT: NothingForm,
    BulkAction.MODULE_ON: ModuleForm,
    BulkAction.MODULE_OFF: ModuleForm,
    BulkAction.TEMPLATE: TemplateForm,
    BulkAction.ANNOUNCE: AnnounceForm,
    BulkAction.RING: RingForm,
}


def form_for(action: BulkAction, data: Any, *, channel_id: UUID | None) -> forms.Form:
    """Return the form of an action."""
    if action == BulkAction.TEMPLATE:
        return TemplateForm(data, channel_id=channel_id)
    return _FORMS[action](data)


def actions_for(channel_id: UUID | None) -> list[tuple[str, object]]:
    """Return what somebody may do to many shops, with names."""
    return [
        (action.value, action.label)
        for action in BulkAction
        if channel_id is None or action not in FOR_OPERATOR
    ]
