"""What is read of the library, each in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.functional import Promise

from kernel.common.ids import public_id
from kernel.media.choices import AssetKind, AssetState, Origin
from kernel.media.errors import UnknownAsset
from kernel.media.models import Asset, AssetUse, Folder
from kernel.media.uses import use_kind

TOP: Final = "top"
_LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class Use:
    """Something that shows a file.

    Attributes:
        label: what kind of thing it is.
        path: its page in the console; empty when it has none.
    """

    kind: str
    label: str
    title: str
    path: str

    def as_data(self) -> dict[str, str]:
        """Return it as answers hold it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FolderShown:
    """A folder with the names from the top to it, and how many files lie in it."""

    row: Folder
    path: str
    files: int

    @property
    def parent(self) -> str:
        """The public id of the folder that it lies in; empty at the top."""
        return public_id("fol", self.row.parent_id) if self.row.parent_id else ""


def searched(
    *,
    text: str = "",
    kind: str = "",
    folder: UUID | str | None = None,
    is_unused: bool = False,
    is_trashed: bool = False,
) -> QuerySet[Asset]:
    """Return the shop's own files, the newest first; what is empty narrows nothing.

    Args:
        text: stands in the name or in what a picture shows.
        kind: one of `AssetKind`.
        folder: what lies there, or at the `TOP`.
        is_unused: nothing is known to show them.
        is_trashed: those in the trash, and no others.
    """
    rows = Asset.objects.filter(origin=Origin.LIBRARY, trashed_at__isnull=not is_trashed)
    if kind:
        rows = rows.filter(kind=kind)
    if isinstance(folder, UUID):
        rows = rows.filter(folder=folder)
    elif folder == TOP:
        rows = rows.filter(folder=None)
    if is_unused:
        rows = rows.filter(~Exists(AssetUse.objects.filter(asset=OuterRef("pk"))))
    for word in text.replace("\x00", "").strip()[:_LONGEST_SEARCH].split():
        rows = rows.filter(Q(name__icontains=word) | Q(alt__icontains=word))
    return rows.order_by("-id")


def asset_with(asset_id: UUID) -> Asset:
    """Return one of the shop's own files, also from the trash.

    Raises:
        UnknownAsset: there is none.
    """
    row = Asset.objects.select_related("folder").filter(pk=asset_id, origin=Origin.LIBRARY).first()
    if row is None:
        raise UnknownAsset
    return row


def uses_of(asset_ids: Iterable[UUID]) -> dict[UUID, list[Use]]:
    """Return what shows files; what is gone shows nothing. Two queries and some for each kind."""
    by_kind: dict[str, list[tuple[UUID, UUID]]] = defaultdict(list)
    rows = AssetUse.objects.filter(asset__in=list(asset_ids)).order_by("pk")
    for kind, owner, asset in rows.values_list("kind", "owner_id", "asset_id"):
        by_kind[kind].append((owner, asset))
    found: dict[UUID, list[Use]] = defaultdict(list)
    for code, pairs in by_kind.items():
        kind_of_use = use_kind(code)
        if kind_of_use is None:
            # Its module is not here to be asked, so it is taken at its word.
            for _owner, asset in pairs:
                found[asset].append(Use(code, code, code, ""))
            continue
        places = kind_of_use.places({owner for owner, _asset in pairs})
        for owner, asset in pairs:
            if place := places.get(owner):
                label = str(kind_of_use.label)
                found[asset].append(Use(code, label, place.title, place.path))
    return dict(found)


def folders() -> list[FolderShown]:
    """Return all folders by their paths; two queries."""
    rows = {row.pk: row for row in Folder.objects.all()}
    counted = (
        Asset.objects.filter(origin=Origin.LIBRARY, trashed_at=None, folder__isnull=False)
        .values_list("folder")
        .annotate(number=Count("pk"))
        .order_by()
    )
    numbers = dict(counted)
    found = [FolderShown(row, _path(row, rows), numbers.get(row.pk, 0)) for row in rows.values()]
    return sorted(found, key=lambda each: each.path.lower())


def taken_by_kind() -> list[tuple[str | Promise, int, int]]:
    """Return what takes room: label, number and bytes; one query."""
    rows = (
        Asset.objects.values("origin", "kind", is_trashed=Q(trashed_at__isnull=False))
        .annotate(number=Count("pk"), size=Sum("bytes"))
        .order_by()
    )
    found: dict[str, tuple[str | Promise, int, int]] = {}
    for row in rows:
        label: str | Promise
        if row["origin"] == Origin.SENT:
            code, label = Origin.SENT.value, Origin.SENT.label
        elif row["is_trashed"]:
            code, label = "trash", ""
        else:
            code, label = row["kind"], AssetKind(row["kind"]).label
        _label, number, size = found.get(code, (label, 0, 0))
        found[code] = (label, number + row["number"], size + row["size"])
    order = [*AssetKind.values, Origin.SENT.value, "trash"]
    return [found[code] for code in order if code in found]


def link(asset: Asset, width: int = 0) -> str:
    """Return a link to the smallest rendition that is as wide, else to the file.

    Empty while a picture is being prepared: as it came it is shown to nobody.
    """
    if asset.state != AssetState.READY:
        return ""
    wide = sorted(int(each) for each in asset.renditions if int(each) >= width) if width else []
    return default_storage.url(asset.renditions[str(wide[0])] if wide else asset.file)


def links(asset: Asset) -> dict[str, str]:
    """Return links to the renditions by width."""
    if asset.state != AssetState.READY:
        return {}
    return {width: default_storage.url(name) for width, name in asset.renditions.items()}


def name_for(asset: Asset, width: int) -> str:
    """Return the name in storage of a rendition; of a drawing that of itself."""
    return str(asset.renditions.get(str(width), asset.file))


def assets_in(asset_ids: Sequence[UUID]) -> dict[UUID, Asset]:
    """Return some of the shop's own files by id; one query."""
    rows = Asset.objects.filter(pk__in=list(asset_ids), origin=Origin.LIBRARY)
    return {row.pk: row for row in rows}


def _path(row: Folder, rows: dict[UUID, Folder]) -> str:
    names = [row.name]
    parent = rows.get(row.parent_id) if row.parent_id else None
    while parent is not None and len(names) < len(rows):
        names.insert(0, parent.name)
        parent = rows.get(parent.parent_id) if parent.parent_id else None
    return " / ".join(names)
