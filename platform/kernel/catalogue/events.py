"""What the catalogue tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class ProductChanged(Event):
    """A product was made, changed, priced, published or archived.

    Attributes:
        changed: names of what changed; ``created`` for a new one, ``price`` for prices.
        product_version: after the change.
    """

    name: ClassVar[str] = "catalogue.product_changed"

    product_id: UUID
    changed: list[str]
    product_version: int


@register_event
@dataclass(frozen=True, slots=True)
class CategoryChanged(Event):
    """A category was made, renamed, moved, merged or deleted; products in it may have moved."""

    name: ClassVar[str] = "catalogue.category_changed"

    category_id: UUID
    change: str


@register_event
@dataclass(frozen=True, slots=True)
class ParticularsChanged(Event):
    """A brand, a unit, a product type or a service label is described in another way.

    Attributes:
        kind: name of the model, ``brand``, ``unit``, ``producttype``, ``servicelabel``.
        changed: names of what changed.
    """

    name: ClassVar[str] = "catalogue.particulars_changed"

    kind: str
    row_id: UUID
    changed: list[str]


@register_event
@dataclass(frozen=True, slots=True)
class CollectionChanged(Event):
    """A collection was made or changed, or its products are others now."""

    name: ClassVar[str] = "catalogue.collection_changed"

    collection_id: UUID
    change: str


@register_event
@dataclass(frozen=True, slots=True)
class PictureAdded(Event):
    """The original of a picture is in storage and waits to be prepared."""

    name: ClassVar[str] = "catalogue.picture_added"

    picture_id: UUID
