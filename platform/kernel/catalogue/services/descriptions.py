"""Pictures of the library that stand in descriptions of products."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kernel.catalogue.models import Product
from kernel.media.links import assets_linked_in
from kernel.media.services import set_assets

DESCRIPTION_USE: Final = "catalogue.description"
_TEXTS: Final = frozenset({"created", "description_html", "i18n"})


def note_pictures(product: Product, changed: Collection[str]) -> None:
    """Note which files a description shows, where a change may have touched one."""
    if not _TEXTS & set(changed):
        return
    texts = [product.description_html]
    texts += [str(each.get("description_html", "")) for each in product.i18n.values()]
    shown = set().union(*map(assets_linked_in, texts))
    if shown or "created" not in changed:
        set_assets(DESCRIPTION_USE, product.pk, shown)
