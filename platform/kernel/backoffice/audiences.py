"""Who something is for: fields that price lists, promotions and rules share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.levels.models import Level, Segment
from kernel.pricing.audience import LONGEST_GROUP


def others_in(audience: Mapping[str, Any]) -> list[str]:
    """Return the groups of an audience that are named elsewhere: markets, those over the API."""
    shown = ("level:", "segment:", "tag:")
    return [str(each) for each in audience.get("groups", ()) if not str(each).startswith(shown)]


class AudienceFields(forms.Form):
    """Everybody, whoever is signed in, or members of some levels, segments and tags."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who gets it"),
        choices=[
            ("all", gettext_lazy("Everybody")),
            ("signed_in", gettext_lazy("Whoever is signed in")),
            ("groups", gettext_lazy("Members of some levels, segments or tags")),
        ],
    )
    levels = forms.MultipleChoiceField(
        label=gettext_lazy("Levels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    segments = forms.MultipleChoiceField(
        label=gettext_lazy("Segments"), required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.CharField(
        label=gettext_lazy("Tags of members"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "With commas between them. Give a member tags on the member's page."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others: list[str] = []
        levels = [(row.code, row.label) for row in Level.objects.order_by("rank")]
        rows = Segment.objects.order_by("name", "id").values_list("code", "name")
        self._offer("levels", levels)
        self._offer("segments", rows)

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        known = list(choices)
        if not known:
            # Nothing to choose from is nothing to be asked.
            del self.fields[name]
            return
        field: Any = self.fields[name]
        field.choices = known

    def clean(self) -> dict[str, Any]:
        """Check that the groups are named."""
        values = super().clean() or {}
        is_named = bool(self._groups(values) or self.others)
        if values.get("audience") == "groups" and not is_named:
            self.add_error("groups", _("Name at least one level, segment or tag."))
        return values

    @staticmethod
    def tags(text: str) -> list[str]:
        """Return the tags that stand in a text."""
        parts = text.replace("，", ",").split(",")
        return [part.strip()[:LONGEST_GROUP] for part in parts if part.strip()]

    def _groups(self, values: Mapping[str, Any]) -> list[str]:
        return [
            *(f"level:{code}" for code in values.get("levels") or ()),
            *(f"segment:{code}" for code in values.get("segments") or ()),
            *(f"tag:{tag}" for tag in self.tags(values.get("groups", ""))),
        ]

    def audience_told(self, kept: Mapping[str, Any] | None = None) -> dict[str, object]:
        """Return who it is for, as services take it.

        Args:
            kept: the audience so far; what was named over the API alone stays in it.
        """
        given = self.cleaned_data
        found: dict[str, object] = {}
        if given["audience"] == "signed_in":
            found = {"signed_in": True}
        elif given["audience"] == "groups":
            found = {"groups": [*self._groups(given), *others_in(kept or {})]}
        if (kept or {}).get("members"):
            found["members"] = (kept or {})["members"]
        return found

    @staticmethod
    def initial_of(audience: Mapping[str, Any]) -> dict[str, object]:
        """Return what the fields begin with."""
        groups = [str(group) for group in audience.get("groups", ())]
        kind = "groups" if groups else "signed_in" if audience.get("signed_in") else "all"

        def named(prefix: str) -> list[str]:
            return [each.removeprefix(prefix) for each in groups if each.startswith(prefix)]

        return {
            "audience": kind,
            "levels": named("level:"),
            "segments": named("segment:"),
            "groups": ", ".join(named("tag:")),
        }
