"""Forms of categories, collections and service labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.catalogue.models import Category, Collection, ServiceLabel
from kernel.catalogue.selectors import CategoryNode
from kernel.catalogue.services import keep_group_picture
from kernel.common.errors import DomainError
from kernel.media.limits import LARGEST_PICTURE
from kernel.tenancy.context import current_tenant

TOP: Final = ""


def other_languages() -> list[tuple[str, str]]:
    """Return the languages that the plain texts are not in."""
    own = current_tenant().locale.lower()
    return [(code, name) for code, name in settings.LANGUAGES if code != own]


def flat(nodes: Sequence[CategoryNode], above: str = "") -> Iterator[tuple[CategoryNode, str]]:
    """Yield the categories of a tree, each with the names from the root to it."""
    for node in nodes:
        text = f"{above} / {node.title}" if above else node.title
        yield node, text
        yield from flat(node.children, text)


class PicturedForm(forms.Form):
    """A picture: one of the library, or a new one."""

    file = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    asset = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    without_picture = forms.BooleanField(label=_("Take the picture away"), required=False)

    def picture(self) -> str | None:
        """Return what the catalogue takes as a picture; None when it stays as it is.

        Raises:
            InvalidPicture, StorageFull: as `keep_group_picture`.
        """
        given = self.cleaned_data
        if given["file"] is not None:
            return keep_group_picture(given["file"].read(), name=given["file"].name)
        return given["asset"] or ("" if given["without_picture"] else None)

    def clean_file(self) -> Any:
        """Check that the picture is not too large to be looked at."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST_PICTURE:
            raise forms.ValidationError(_("At most 20 MB are expected."))
        return file


class _Titled(PicturedForm):
    """What categories and collections have in common."""

    title = forms.CharField(label=_("Name"), max_length=200)
    is_shown = forms.BooleanField(label=_("Shown in the shop"), required=False, initial=True)
    seo_title = forms.CharField(label=_("Title for search engines"), max_length=200, required=False)
    seo_description = forms.CharField(
        label=_("Text for search engines"), max_length=500, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in other_languages():
            label = f"{_('Name')} ({name})"
            self.fields[f"title_{code}"] = forms.CharField(
                label=label, max_length=200, required=False
            )

    def translations(self) -> list[forms.BoundField]:
        """Return the fields for other languages."""
        return [self[f"title_{code}"] for code, _name in other_languages()]

    def titles(self, known: dict[str, str]) -> dict[str, str]:
        """Return the names in other languages, beside those that are known."""
        given = {code: self.cleaned_data[f"title_{code}"] for code, _n in other_languages()}
        return {code: text for code, text in {**known, **given}.items() if text}


class CategoryForm(_Titled):
    """The particulars of a category."""

    slug = forms.CharField(
        label=_("Web address"),
        max_length=120,
        required=False,
        help_text=_("Made from the name when left empty. An old address leads to the new one."),
    )


class _Placed(forms.Form):
    """Where in the tree something stands."""

    parent = forms.ChoiceField(label=_("Below"), required=False)

    def __init__(self, tree: Sequence[CategoryNode], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_categories(self, "parent", tree)

    def parent_id(self) -> UUID | None:
        """Return where it will stand; None for the top."""
        text = self.cleaned_data["parent"]
        return UUID(text) if text else None


class NewCategoryForm(_Placed):
    """A category that is not there yet."""

    title = forms.CharField(label=_("Name"), max_length=200)
    field_order = ("title", "parent")


class MoveForm(_Placed):
    """Where a category shall stand."""

    place = forms.IntegerField(
        label=_("Place among its neighbours"), min_value=1, max_value=5_000, required=False
    )


class MergeForm(forms.Form):
    """Into which other category everything shall go."""

    into = forms.ChoiceField(label=_("Into"))
    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


def offer_categories(
    form: forms.Form, name: str, tree: Sequence[CategoryNode], *, without: str = "\x00"
) -> None:
    """Let a field choose among the categories, but those of a path and below it."""
    found = [
        (str(node.id), text)
        for node, text in flat(tree)
        if node.path != without and not node.path.startswith(f"{without}/")
    ]
    field = cast("forms.ChoiceField", form.fields[name])
    field.choices = found if field.required else [(TOP, _("Nothing: it stands at the top")), *found]


class CollectionForm(_Titled):
    """The particulars of a collection."""

    handle = forms.CharField(
        label=_("Web address"),
        max_length=200,
        required=False,
        help_text=_("Made from the name when left empty."),
    )
    description_html = forms.CharField(
        label=_("Description"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LabelForm(forms.Form):
    """A promise that stands beside products."""

    code = forms.SlugField(
        label=_("Short code"), max_length=80, help_text=_("Small letters, digits and hyphens.")
    )
    position = forms.IntegerField(label=_("Place"), min_value=0, max_value=10_000, initial=0)
    is_shown = forms.BooleanField(label=_("Shown in the shop"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (code, name) in enumerate(settings.LANGUAGES):
            self.fields[f"title_{code}"] = forms.CharField(
                label=f"{_('Name')} ({name})", max_length=80, required=number == 0
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=f"{_('Explanation')} ({name})", max_length=200, required=False
            )

    def texts(self, part: str) -> dict[str, str]:
        """Return a part in every language that was given."""
        found = {code: self.cleaned_data[f"{part}_{code}"] for code, _n in settings.LANGUAGES}
        return {code: text for code, text in found.items() if text}


def category_initial(row: Category) -> dict[str, object]:
    """Return what a category's form begins with."""
    names = ("title", "slug", "is_shown", "seo_title", "seo_description")
    return {name: getattr(row, name) for name in names} | _translated(row.titles)


def collection_initial(row: Collection) -> dict[str, object]:
    """Return what a collection's form begins with."""
    names = ("title", "handle", "is_shown", "seo_title", "seo_description", "description_html")
    return {name: getattr(row, name) for name in names} | _translated(row.titles)


def label_initial(row: ServiceLabel) -> dict[str, object]:
    """Return what a label's form begins with."""
    found: dict[str, object] = {
        "code": row.code,
        "position": row.position,
        "is_shown": row.is_shown,
    }
    found |= _translated(row.titles)
    return found | {f"text_{code}": text for code, text in row.texts.items()}


def _translated(titles: dict[str, str]) -> dict[str, object]:
    return {f"title_{code}": text for code, text in titles.items()}


def refuse(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal of the catalogue at the field that it is about."""
    named = {"catalogue.handle_taken": "handle", "catalogue.invalid_picture": "file"}
    about = str(refusal.fields.get("field", named.get(refusal.code, "")))
    form.add_error(about if about in form.fields else None, str(refusal))
