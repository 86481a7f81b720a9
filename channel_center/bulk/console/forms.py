"""What is asked before something is done to many shops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channel_center.bulk.choices import ASKED_ELSEWHERE, FOR_OPERATOR, BulkAction
from channel_center.bulk.services.beginning import LONGEST_HOURS
from channel_center.console.forms import HoldForm
from channel_center.console.selectors import module_name
from channel_center.operations.choices import Urgency
from channel_center.operations.services.upgrading import RINGS
from channel_center.snapshots.services.copying import LONGEST_TITLE, Wish
from channel_center.snapshots.services.templates import usable_templates
from kernel.modules.registry import manifests
from kernel.snapshots.contract import Piece
from tenants.models import Tenant

SHOWN_SHOPS: Final = 200
"""Of more shops than these, all or none can be chosen here."""


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
        if action not in ASKED_ELSEWHERE and (channel_id is None or action not in FOR_OPERATOR)
    ]


class CopyForm(forms.Form):
    """Which pages of a shop are copied into which others, and how."""

    pages = forms.MultipleChoiceField(
        label=_("Pages that are copied"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Reusable parts that they show go along, and pictures, too."),
    )
    with_look = forms.BooleanField(
        label=_("Put the theme and its colours on there, too"), required=False
    )
    way = forms.ChoiceField(
        label=_("How they come"),
        widget=forms.RadioSelect,
        choices=[
            ("live", _("Live at once")),
            ("draft", _("As drafts that the owners publish themselves")),
        ],
        initial="live",
    )
    own = forms.ChoiceField(
        label=_("Pages that a shop made its own"),
        widget=forms.RadioSelect,
        choices=[
            ("leave", _("Leave them as they are")),
            ("replace", _("Replace them; what was there stays among the versions")),
        ],
        initial="leave",
    )
    title = forms.CharField(
        label=_("What the owners read of it"),
        max_length=LONGEST_TITLE,
        help_text=_("It stands in the activity log of each shop. Your other shops are not named."),
    )
    shops = forms.MultipleChoiceField(
        label=_("Into these shops"), widget=forms.CheckboxSelectMultiple, required=False
    )
    every = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, pages: Sequence[Piece], shops: Sequence[Tenant], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.targets = {row.public_id: row for row in shops}
        fields: Any = self.fields
        fields["pages"].choices = [(each.key, each.label) for each in pages]
        fields["pages"].initial = [each.key for each in pages]
        fields["shops"].choices = [(row.public_id, row.name) for row in shops[:SHOWN_SHOPS]]
        fields["shops"].initial = [row.public_id for row in shops] if len(shops) == 1 else []
        number = len(shops)
        fields["every"].label = ngettext(
            "Into the other shop", "Into all %(number)s other shops", number
        ) % {"number": number}

    def clean(self) -> dict[str, Any]:
        """Refuse a choice of no shop, and a theme as a draft."""
        told = super().clean() or {}
        if not told.get("every") and not told.get("shops") and "shops" not in self.errors:
            self.add_error("shops", _("Choose at least one shop."))
        if told.get("with_look") and told.get("way") == "draft":
            self.add_error("with_look", _("A theme cannot be brought as a draft."))
        return told

    def wish(self) -> Wish:
        """Return what was asked for."""
        told = self.cleaned_data
        return Wish(
            keys=told["pages"],
            title=told["title"],
            with_look=told["with_look"],
            as_drafts=told["way"] == "draft",
            replaces=told["own"] == "replace",
        )

    def chosen(self) -> list[Tenant]:
        """Return the shops into which they go."""
        if self.cleaned_data["every"]:
            return list(self.targets.values())
        return [self.targets[each] for each in self.cleaned_data["shops"]]
