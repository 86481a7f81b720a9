"""The matrix of a product's options while it is being changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import CharField
from django.db.models.functions import Cast

from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import OptionType, OptionValue, Product, Variant, VariantValue
from kernel.common.ids import encode_base32, uuid7

_SKU_LETTERS = 12
_LONGEST_TITLE = 300


def signature_of(value_ids: Sequence[UUID]) -> str:
    """Return what tells a combination of option values from others, in any order."""
    return "".join(value.hex for value in sorted(value_ids))


@dataclass(slots=True)
class Matrix:
    """Options, values and variants of one product, read with four queries.

    Attributes:
        types: options, archived ones too.
        values: values of each option, archived ones too.
        choices: the value of each variant for each option.
        fresh: values made by this change.
        revived: values that were archived before it.
    """

    product: Product
    types: list[OptionType]
    values: dict[UUID, list[OptionValue]]
    variants: list[Variant]
    choices: dict[UUID, dict[UUID, UUID]]
    fresh: set[UUID] = field(default_factory=set)
    revived: set[UUID] = field(default_factory=set)
    _new_types: list[OptionType] = field(default_factory=list)
    _new_variants: list[Variant] = field(default_factory=list)
    _regrouped: set[UUID] = field(default_factory=set)
    _signed: set[UUID] = field(default_factory=set)

    def add_type(self, option: OptionType) -> OptionType:
        """Add an option without values."""
        self.types.append(option)
        self.values[option.id] = []
        self._new_types.append(option)
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
                self._regrouped.add(variant.id)
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
                self._signed.add(variant.id)
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
        self._new_variants.append(variant)
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

    def write(self) -> None:
        """Write everything; the number of statements does not depend on the number of variants."""
        self._write_types()
        self._write_variants()

    def _write_types(self) -> None:
        old = [item for item in self.types if item not in self._new_types]
        OptionType.objects.bulk_create(self._new_types)
        if old:
            OptionType.objects.bulk_update(old, ["name", "names", "position", "is_archived"])
        values = [value for items in self.values.values() for value in items]
        OptionValue.objects.bulk_create([value for value in values if value.id in self.fresh])
        kept = [value for value in values if value.id not in self.fresh]
        if kept:
            OptionValue.objects.bulk_update(
                kept, ["name", "names", "colour", "position", "is_archived"]
            )

    def _write_variants(self) -> None:
        old = [item for item in self.variants if item not in self._new_variants]
        if old:
            # Constraints are checked row by row, so what is to be unique is cleared first.
            rows = Variant.objects.filter(product=self.product)
            rows.filter(is_default=True).update(is_default=False)
            rows.filter(id__in=self._signed).update(signature=Cast("id", CharField()))
            Variant.objects.bulk_update(
                old, ["title", "signature", "status", "position", "is_default"]
            )
            VariantValue.objects.filter(variant__in=self._regrouped).delete()
        Variant.objects.bulk_create(self._new_variants)
        written = self._regrouped | {item.id for item in self._new_variants}
        VariantValue.objects.bulk_create(
            VariantValue(variant_id=variant, option_type_id=option, option_value_id=value)
            for variant in sorted(written)
            for option, value in self.choices[variant].items()
        )


def read_matrix(product: Product) -> Matrix:
    """Read what a product has now."""
    types = list(OptionType.objects.filter(product=product).order_by("position", "id"))
    values: dict[UUID, list[OptionValue]] = {item.id: [] for item in types}
    for value in OptionValue.objects.filter(option_type__in=list(values)).order_by("position"):
        values[value.option_type_id].append(value)
    variants = list(Variant.objects.filter(product=product).order_by("position", "id"))
    choices: dict[UUID, dict[UUID, UUID]] = {}
    for row in VariantValue.objects.filter(variant__in=[item.id for item in variants]):
        choices.setdefault(row.variant_id, {})[row.option_type_id] = row.option_value_id
    return Matrix(product, types, values, variants, choices)
