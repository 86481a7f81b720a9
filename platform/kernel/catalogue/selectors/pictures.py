"""Pictures as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage

from kernel.catalogue.choices import PictureState
from kernel.catalogue.models import Picture
from kernel.catalogue.texts import in_language
from kernel.common.db.kept import Kept


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A picture with its files.

    Attributes:
        name: of the original in storage.
        renditions: names of WebP files by width; empty until they are made.
    """

    id: UUID
    alt: str
    width: int
    height: int
    name: str
    renditions: Mapping[int, str]

    def url(self, width: int = 0) -> str:
        """Return a link to the smallest file that is as wide, else to the widest one."""
        wide = sorted(key for key in self.renditions if key >= width)
        if not self.renditions:
            return default_storage.url(self.name)
        return default_storage.url(self.renditions[wide[0] if wide else max(self.renditions)])

    def urls(self) -> dict[int, str]:
        """Return links by width."""
        return {key: default_storage.url(name) for key, name in sorted(self.renditions.items())}


def shown(picture: Picture, language: str | None = None, title: str = "") -> PictureShown:
    """Return a picture that has a file, with the text for those who do not see it."""
    return PictureShown(
        id=picture.id,
        alt=in_language(picture.alts, language, picture.alt or title),
        width=picture.width,
        height=picture.height,
        name=picture.file,
        renditions={int(width): name for width, name in picture.renditions.items()},
    )


_FIRST: Final = Kept(
    lambda products: (
        Picture.objects.filter(product__among=products, state=PictureState.READY)
        .order_by("product_id", "position", "id")
        .distinct("product_id")
        .defer("source_url", "fault", "created_at")
    ),
    products=list,
)


def first_pictures(product_ids: Iterable[UUID]) -> dict[UUID, Picture]:
    """Return the picture that stands for each product; one query.

    One that is being prepared is shown to nobody: it is as it came.
    """
    rows = _FIRST(products=list(product_ids))
    return {picture.product_id: picture for picture in rows}
