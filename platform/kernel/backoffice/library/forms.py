"""Forms of the media library."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm
from kernel.common.ids import InvalidId, parse_public_id
from kernel.media.choices import AssetKind
from kernel.media.limits import LONGEST_ALT, LONGEST_FOLDER, LONGEST_NAME, MOST_AT_ONCE
from kernel.media.models import Asset
from kernel.media.selectors import TOP, FolderShown
from kernel.media.services import AssetFields
from kernel.tenancy.context import current_tenant

_ALL: Final = ("", _("All"))
_SHARES: Final = 10
"""A focal point is kept in thousandths, and told in hundredths."""


class LibraryFilter(NarrowForm):
    """Which files the library shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Name, or what it shows"))
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[_ALL, *AssetKind.choices])
    folder = forms.ChoiceField(required=False, label=_("Folder"))
    is_unused = forms.ChoiceField(
        required=False, label=_("Use"), choices=[_ALL, ("1", _("Shown nowhere"))]
    )

    def __init__(self, shelves: list[FolderShown], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["folder"].choices = [  # type: ignore[attr-defined]  # it is a choice
            _ALL,
            (TOP, _("In no folder")),
            *((each.row.public_id, each.path) for each in shelves),
        ]

    def wanted(self) -> dict[str, Any]:
        """Return the values that were given, with the folder's own key."""
        found = super().wanted()
        if found.get("folder", TOP) != TOP:
            found["folder"] = parse_public_id("fol", found["folder"])
        return {**found, "is_unused": True} if "is_unused" in found else found


class AssetForm(forms.Form):
    """What is said of a file."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("Its address stays. The ending follows from the content."),
    )
    folder = forms.ChoiceField(label=_("Folder"), required=False)
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=LONGEST_ALT,
        required=False,
        help_text=_("Read out to those who do not see the picture, and shown when it is missing."),
    )
    x = forms.IntegerField(label=_("Focus from the left, in %"), min_value=0, max_value=100)
    y = forms.IntegerField(label=_("Focus from the top, in %"), min_value=0, max_value=100)

    def __init__(self, row: Asset, shelves: list[FolderShown], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(row))
        super().__init__(*args, **kwargs)
        self.fields["folder"].choices = folder_choices(shelves)  # type: ignore[attr-defined]
        for code, language in self._languages():
            self.fields[f"alt_{code}"] = forms.CharField(
                label=f"{_('What it shows')} ({language})", max_length=LONGEST_ALT, required=False
            )
        if row.kind != AssetKind.IMAGE:
            for name in [key for key in self.fields if key.startswith("alt")]:
                del self.fields[name]
        if not row.renditions:
            del self.fields["x"], self.fields["y"]

    def texts(self) -> list[forms.BoundField]:
        """Return the fields for other languages."""
        names = [f"alt_{code}" for code, _language in self._languages()]
        return [self[name] for name in names if name in self.fields]

    def told(self, row: Asset) -> AssetFields:
        """Return what `change_asset` takes."""
        given = self.cleaned_data
        fields: AssetFields = {"name": given["name"], "folder_id": folder_id(given["folder"])}
        if "alt" in given:
            told = {code: given[f"alt_{code}"] for code, _language in self._languages()}
            fields["alt"], fields["alts"] = given["alt"], {**row.alts, **told}
        if "x" in given:
            fields["focus"] = (given["x"] / 100, given["y"] / 100)
        return fields

    @staticmethod
    def _languages() -> list[tuple[str, str]]:
        own = current_tenant().locale.lower()
        return [(code, name) for code, name in settings.LANGUAGES if code != own]


class FolderForm(forms.Form):
    """A folder's name, and for a new one where it stands."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_FOLDER)
    parent = forms.ChoiceField(label=_("Inside"), required=False)

    def __init__(self, shelves: list[FolderShown], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = folder_choices(shelves)  # type: ignore[attr-defined]


def folder_choices(shelves: list[FolderShown]) -> list[tuple[str, Any]]:
    """Return what a field offers that chooses a folder."""
    return [("", _("In no folder")), *((each.row.public_id, each.path) for each in shelves)]


def folder_id(text: str) -> UUID | None:
    """Return the key of a folder that was chosen; None for the top and for what is none."""
    try:
        return parse_public_id("fol", text) if text else None
    except InvalidId:
        return None


def chosen_assets(values: list[str]) -> list[UUID]:
    """Return the keys of files that were ticked; what is none is left out."""
    found = []
    for text in values[:MOST_AT_ONCE]:
        try:
            found.append(parse_public_id("ast", text))
        except InvalidId:
            continue
    return found


def _initial(row: Asset) -> dict[str, object]:
    texts = {f"alt_{code}": text for code, text in row.alts.items()}
    return {
        "name": row.name,
        "folder": row.folder.public_id if row.folder else "",
        "alt": row.alt,
        "x": row.focus_x // _SHARES,
        "y": row.focus_y // _SHARES,
        **texts,
    }
