"""What orders know of the things that are bought; read once for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.catalogue.choices import OutOfStock, ProductKind, ProductStatus, VariantStatus
from kernel.catalogue.models import BundleItem, Variant
from kernel.common.db.kept import Kept
from kernel.inventory.values import Want

_STOCKED: Final = frozenset({ProductKind.PHYSICAL, ProductKind.CARD_KEY, ProductKind.BUNDLE})
_FACTS: Final = (
    "id",
    "sku",
    "title",
    "status",
    "out_of_stock",
    "weight_grams",
    "volume_cm3",
    "image__file",
    "image__renditions",
    "product_id",
    "product__kind",
    "product__title",
    "product__i18n",
    "product__handle",
    "product__status",
    "product__published_from",
    "product__published_until",
    "product__min_per_order",
    "product__max_per_order",
    "product__max_per_member",
    "product__step",
    "product__seller_id",
    "product__tax_class",
    "product__freight_template",
    "product__after_sale_policy",
)
# The products' limits, with what stands for none.
_LIMITS: Final[Mapping[str, frozenset[object]]] = {
    "min_per_order": frozenset({None, 0, 1}),
    "step": frozenset({None, 0, 1}),
    "max_per_order": frozenset({None}),
    "max_per_member": frozenset({None}),
}
_FACTS_OF: Final = Kept(
    lambda variants: Variant.objects.filter(pk__among=variants).values(*_FACTS), variants=list
)


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as it is sold now.

    Attributes:
        facts: columns of variant and product, by Django's names.
        contents: of a bundle, what one piece takes from stock.
        is_limited: not every quantity of it may be bought.
    """

    variant_id: UUID
    product_id: UUID
    seller_id: UUID | None
    kind: ProductKind
    facts: Mapping[str, object]
    contents: tuple[tuple[UUID, int], ...] = ()
    is_limited: bool = False

    def is_on_sale(self, now: datetime) -> bool:
        """Tell whether it can be bought at a moment."""
        begins, ends = self.facts["product__published_from"], self.facts["product__published_until"]
        return (
            self.facts["status"] == VariantStatus.ACTIVE
            and self.facts["product__status"] == ProductStatus.ACTIVE
            and (begins is None or begins <= now)  # type: ignore[operator]  # a moment
            and (ends is None or now < ends)  # type: ignore[operator]  # a moment
        )

    @property
    def is_plain(self) -> bool:
        """Whether it stands on shelves as it is, and is not sold before it came."""
        is_refused = self.facts["out_of_stock"] == OutOfStock.REFUSE
        return self.kind == ProductKind.PHYSICAL and is_refused and not self.contents

    def limit(self, name: str) -> int | None:
        """Return one of the product's limits on quantities."""
        value = self.facts[f"product__{name}"]
        assert value is None or isinstance(value, int)  # noqa: S101  an integer column
        return value

    def snapshot(self) -> dict[str, object]:
        """Return what an order line keeps of it."""
        facts = self.facts
        kept: dict[str, object] = {
            "title": facts["product__title"],
            "i18n": {
                language: texts.get("title", "")
                for language, texts in _texts(facts["product__i18n"]).items()
            },
            "variant": facts["title"],
            "sku": facts["sku"],
            "handle": facts["product__handle"],
            "image": facts["image__file"] or "",
            "renditions": facts["image__renditions"] or {},
            "weight_grams": facts["weight_grams"],
            "tax_class": facts["product__tax_class"],
            "after_sale_policy": facts["product__after_sale_policy"],
        }
        if self.contents:
            kept["contents"] = [[str(variant), quantity] for variant, quantity in self.contents]
        return kept


def goods_of(variant_ids: Iterable[UUID]) -> dict[UUID, Goods]:
    """Return what is known of these variants; at most two queries."""
    rows = _FACTS_OF(variants=list(set(variant_ids)))
    bundles = {row["product_id"] for row in rows if row["product__kind"] == ProductKind.BUNDLE}
    contents = _contents(bundles) if bundles else {}
    return {
        row["id"]: Goods(
            variant_id=row["id"],
            product_id=row["product_id"],
            seller_id=row["product__seller_id"],
            kind=ProductKind(row["product__kind"]),
            facts=row,
            contents=tuple(contents.get(row["product_id"], ())),
            is_limited=any(row[f"product__{name}"] not in free for name, free in _LIMITS.items()),
        )
        for row in rows
    }


def stock_wants(
    lines: Iterable[tuple[str, UUID, int, Sequence[tuple[UUID, int]]]],
) -> list[Want]:
    """Return what lines take from stock: a bundle takes its contents, a service nothing.

    Args:
        lines: kind, variant, quantity, contents.
    """
    wanted: dict[UUID, int] = defaultdict(int)
    for kind, variant_id, quantity, contents in lines:
        if kind not in _STOCKED or not quantity:
            continue
        for variant, each in contents or [(variant_id, 1)]:
            wanted[variant] += each * quantity
    return [Want(variant, quantity) for variant, quantity in wanted.items()]


def contents_in(snapshot: Mapping[str, object]) -> list[tuple[UUID, int]]:
    """Return what one piece takes from stock, as a line's snapshot keeps it."""
    kept = snapshot.get("contents", ())
    assert isinstance(kept, (list, tuple))  # noqa: S101  `Goods.snapshot` writes a list
    return [(UUID(variant), int(quantity)) for variant, quantity in kept]


def _contents(product_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    found: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    rows = BundleItem.objects.filter(product_id__in=product_ids).order_by("variant_id")
    for product_id, variant_id, quantity in rows.values_list(
        "product_id", "variant_id", "quantity"
    ):
        found[product_id].append((variant_id, quantity))
    return found


def _texts(value: object) -> Mapping[str, Mapping[str, str]]:
    return value if isinstance(value, Mapping) else {}
