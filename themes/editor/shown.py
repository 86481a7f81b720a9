"""What stands in a page for the holder of a pass, and where in the page it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Category, Collection, Product
from themes.desk import draft_of, page_with, title_of
from themes.editor.passes import Pass
from themes.errors import UnknownPage
from themes.fields import Json
from themes.kinds import kind_of
from themes.models import Page, ThemeInstance
from themes.names import document_name
from themes.releasing import version_of
from themes.store import GROUPS

HOME: Final = "home"


@dataclass(frozen=True, slots=True)
class Shown:
    """A document in its place.

    Attributes:
        theme: whose parts it shows.
        region: the part of the page that it fills: ``main``, or the name of a group.
        around: the template of the page that is drawn around it, or with it.
    """

    theme: ThemeInstance
    title: str
    document: Mapping[str, Json]
    region: str
    around: str


def shown_document(given: Pass) -> Shown | None:
    """Return what a pass shows; None when it is gone."""
    try:
        page = page_with(given.page)
        version = version_of(page, given.version) if given.version else None
    except UnknownPage:
        return None
    document = version.doc if version else draft_of(page).doc
    region = page.template if page.template in GROUPS else "main"
    return Shown(page.theme, title_of(page), document, region, around(page))


def around(page: Page) -> str:
    """Return the name of the page in which a document is shown."""
    if page.template in GROUPS:
        return HOME
    try:
        return kind_of(document_name(page.template, page.handle)).template
    except KeyError:
        return HOME


def sample_params(template: str) -> dict[str, str]:
    """Return the parameters of a page that is there, so that its blocks have something to show."""
    if template == "product":
        rows = Product.objects.filter(status=ProductStatus.ACTIVE).order_by("-created_at")
        return _first("handle", rows.values_list("handle", flat=True).first())
    if template == "category":
        groups = Category.objects.filter(is_shown=True).order_by("depth", "position")
        return _first("category", groups.values_list("path", flat=True).first())
    if template == "collection":
        found = Collection.objects.filter(is_shown=True).order_by("created_at")
        return _first("collection", found.values_list("handle", flat=True).first())
    return {}


def _first(name: str, value: str | None) -> dict[str, str]:
    return {name: value} if value else {}
