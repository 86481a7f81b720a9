"""The matrix of a product's options while it is being changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import CharField
from django.db.models.functions import Cast

from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import OptionType, OptionValue, Product, Variant, VariantValue
from kernel.common.ids import encode_base32, uuid7

Row = TypeVar("Row", OptionType, OptionValue, Variant)

_STATE: Final[Mapping[type, Sequence[str]]] = {
    OptionType: ("name", "names", "position", "is_archived"),
    OptionValue: ("name", "names", "colour", "position", "is_archived"),
    Variant: ("title", "signature", "status", "position", "is_default"),
}
_SKU_LETTERS = 12
_LONGEST_TITLE = 300


def signature_of(value_ids: Sequence[UUID]) -> str:
    """Return what tells a combination of option values from others, in any order."""
    return "".join(value.hex for value in sorted(value_ids))


@dataclass(slots=True)
class Matrix:
    """Options, values and variants of one product.

    Attributes:
        types: options, archived ones too.
        values: values of each option, archived ones too.
        choices: the value of each variant for each option.
        fresh: values made by this change.
        revived: values that were archived before it.
        regrouped: variants that have other values than before it.
        signed: variants that have another signature than before it.
    """

    product: Product
    types: list[OptionType]
    values: dict[UUID, list[OptionValue]]
    variants: list[Variant]
    choices: dict[UUID, dict[UUID, UUID]]
    fresh: set[UUID] = field(default_factory=set)
    revived: set[UUID] = field(default_factory=set)
    regrouped: set[UUID] = field(default_factory=set)
    signed: set[UUID] = field(default_factory=set)
    _stored: dict[UUID, tuple[tuple[str, object], ...]] = field(default_factory=dict)

    def add_type(self, option: OptionType) -> OptionType:
        """Add an option without values."""
        self.types.append(option)
        self.values[option.id] = []
        return option

    def add_value(self, value: OptionValue) -> OptionValue:
        """Add a value to its option."""
        self.values[value.option_type_id].append(value)
        self.fresh.add(value.id)
        return value

    def types_in_use(self) -> list[OptionType]:
        """Return the options in order."""
        return [item for item in self.types if not item.is_archived]

    def values_in_use(self, option: OptionType) -> list[OptionValue]:
        """Return the values of an option in order."""
        return [item for item in self.values[option.id] if not item.is_archived]

    def signature(self, combination: Sequence[OptionValue]) -> str:
        """Return the signature of a combination."""
        return signature_of([value.id for value in combination])

    def settle(self) -> None:
        """Give each variant its values under the options in use.

        Of those that become alike the first one on sale stays; the others are
        archived with the values that they had.
        """
        types = self.types_in_use()
        first = {item.id: self.values_in_use(item)[0].id for item in types}
        in_use = {value.id for item in types for value in self.values_in_use(item)}
        places: dict[str, Variant] = {}
        for variant in sorted(self.variants, key=lambda v: (v.status, v.position, v.id)):
            before = self.choices.get(variant.id, {})
            after = {key: before.get(key, first[key]) for key in first}
            comes_back = not types or bool(set(after.values()) & self.revived)
            if (
                variant.status == VariantStatus.ARCHIVED
                and first.keys() - before
                and not comes_back
            ):
                # It would keep the place of a new value from the variant that has it.
                continue
            signature = signature_of(list(after.values()))
            if places.setdefault(signature, variant) is not variant:
                variant.status = VariantStatus.ARCHIVED
                continue
            self.choices[variant.id] = after
            if after != before:
                self.regrouped.add(variant.id)
            if not set(after.values()) <= in_use:
                variant.status = VariantStatus.ARCHIVED
            elif comes_back:
                variant.status = VariantStatus.ACTIVE
        self._sign(places)

    def _sign(self, places: Mapping[str, Variant]) -> None:
        signatures = {variant.id: signature for signature, variant in places.items()}
        for variant in self.variants:
            own = signatures.get(variant.id, variant.signature)
            # One that lost its place may bear what is another's now.
            is_free = places.get(own, variant) is variant
            signature = own if is_free else f"~{variant.id.hex}"
            if signature != variant.signature:
                self.signed.add(variant.id)
            variant.signature = signature

    def add_variant(self, combination: Sequence[OptionValue], *, sku: str = "") -> None:
        """Add a variant for a combination."""
        new = uuid7()
        tail = encode_base32(new.int, length=26)[-_SKU_LETTERS:].upper()
        variant = Variant(
            id=new,
            product=self.product,
            sku=sku or tail,
            signature=self.signature(combination),
        )
        self.variants.append(variant)
        self.choices[new] = {value.option_type_id: value.id for value in combination}

    def on_sale(self) -> list[Variant]:
        """Return the variants that can be bought, in order."""
        found = [item for item in self.variants if item.status == VariantStatus.ACTIVE]
        return sorted(found, key=lambda item: item.position)

    def number(self) -> None:
        """Put the variants in the order of the matrix, and name them by their values."""
        types = self.types_in_use()
        order = {
            value.id: position
            for item in types
            for position, value in enumerate(self.values_in_use(item))
        }
        names = {value.id: value.name for item in types for value in self.values[item.id]}
        keys: dict[UUID, tuple[int, ...]] = {}
        for variant in self.variants:
            chosen = [self.choices.get(variant.id, {}).get(item.id) for item in types]
            place = tuple(order.get(value, len(order)) for value in chosen if value)
            keys[variant.id] = (variant.status != VariantStatus.ACTIVE, *place)
            if all(value in names for value in chosen):
                title = " / ".join(names[value] for value in chosen if value)
                variant.title = title[:_LONGEST_TITLE]
        ordered = sorted(self.variants, key=lambda item: (keys[item.id], item.id))
        has_default = any(
            item.is_default and item.status == VariantStatus.ACTIVE for item in ordered
        )
        for position, variant in enumerate(ordered):
            variant.position = position
            if not has_default or variant.status != VariantStatus.ACTIVE:
                variant.is_default = not has_default and position == 0

    def by_names(self) -> dict[tuple[str, ...], Variant]:
        """Return the variants by the names of their values, in the order of the options."""
        types = self.types_in_use()
        names = {
            value.id: value.name.casefold() for item in types for value in self.values[item.id]
        }
        return {
            tuple(names[self.choices[variant.id][item.id]] for item in types): variant
            for variant in self.on_sale()
        }

    def remember(self) -> None:
        """Take what is there now for what the database holds."""
        values = chain(*self.values.values())
        self._stored = {item.id: _state(item) for item in self.types}
        self._stored |= {item.id: _state(item) for item in values}
        self._stored |= {item.id: _state(item) for item in self.variants}

    def changed(self, rows: Iterable[Row]) -> list[Row]:
        """Return those rows that were there and are others now."""
        return [row for row in rows if self._stored.get(row.id, _state(row)) != _state(row)]

    def added(self, rows: Iterable[Row]) -> list[Row]:
        """Return those rows that were not there."""
        return [row for row in rows if row.id not in self._stored]

    def was_default(self, variant: Variant) -> bool:
        """Tell whether a variant is the default in the database."""
        return dict(self._stored.get(variant.id, ())).get("is_default", False) is True


def write_matrices(matrices: Sequence[Matrix]) -> None:
    """Write everything that is another now, or new.

    The number of statements depends neither on that of products nor on that of variants.
    """
    _write_parts(matrices, OptionType, lambda matrix: matrix.types)
    _write_parts(matrices, OptionValue, lambda matrix: chain(*matrix.values.values()))
    _write_variants(matrices)


def _write_parts(
    matrices: Sequence[Matrix], model: type[Row], rows: Callable[[Matrix], Iterable[Row]]
) -> None:
    model.objects.bulk_create([row for each in matrices for row in each.added(rows(each))])
    if changed := [row for each in matrices for row in each.changed(rows(each))]:
        model.objects.bulk_update(changed, _STATE[model])


def _write_variants(matrices: Sequence[Matrix]) -> None:
    changed = [row for each in matrices for row in each.changed(each.variants)]
    # Constraints are checked row by row, so what is to be unique is cleared first.
    rows, signed = Variant.objects.all(), set().union(*(each.signed for each in matrices))
    if demoted := [
        row.id
        for each in matrices
        for row in each.variants
        if each.was_default(row) and not row.is_default
    ]:
        rows.filter(id__in=demoted).update(is_default=False)
    if signed:
        rows.filter(id__in=signed).update(signature=Cast("id", CharField()))
    if changed:
        rows.bulk_update(changed, _STATE[Variant])
    new = [row for each in matrices for row in each.added(each.variants)]
    rows.bulk_create(new)
    regrouped = set().union(*(each.regrouped for each in matrices))
    if regrouped:
        VariantValue.objects.filter(variant__in=regrouped).delete()
    written = regrouped | {row.id for row in new}
    VariantValue.objects.bulk_create(
        VariantValue(variant_id=variant, option_type_id=option, option_value_id=value)
        for each in matrices
        for variant in sorted(written & each.choices.keys())
        for option, value in each.choices[variant].items()
    )


def _state(row: Row) -> tuple[tuple[str, object], ...]:
    return tuple((name, getattr(row, name)) for name in _STATE[type(row)])


def read_matrices(products: Sequence[Product]) -> list[Matrix]:
    """Read what products have now, with four queries."""
    by_id = {row.id: row for row in products}
    found = {key: Matrix(product, [], {}, [], {}) for key, product in by_id.items()}
    owner: dict[UUID, Matrix] = {}
    for option in OptionType.objects.filter(product__in=by_id).order_by("position", "id"):
        owner[option.id] = found[option.product_id]
        found[option.product_id].types.append(option)
        found[option.product_id].values[option.id] = []
    for value in OptionValue.objects.filter(option_type__in=owner).order_by("position"):
        owner[value.option_type_id].values[value.option_type_id].append(value)
    for variant in Variant.objects.filter(product__in=by_id).order_by("position", "id"):
        owner[variant.id] = found[variant.product_id]
        found[variant.product_id].variants.append(variant)
    for row in VariantValue.objects.filter(variant__product__in=by_id):
        chosen = owner[row.variant_id].choices.setdefault(row.variant_id, {})
        chosen[row.option_type_id] = row.option_value_id
    for matrix in found.values():
        matrix.remember()
    return list(found.values())


def read_matrix(product: Product) -> Matrix:
    """Read what a product has now, with four queries."""
    return read_matrices([product])[0]
